"""A crawl of every address that is to be found, with every parameter: no hidden word anywhere."""

import json
import re
from itertools import product
from urllib.parse import urlsplit

import pytest
from wagtail.models import Page

from digest.models import IssuePage
from tests.visibility import doors, people
from tests.visibility.answers import ask

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

STARTS = ["/", "/api/v1/", "/api/v1/site/", "/sitemap.xml", "/llms.txt", "/search/?q=happened"]
ADDRESS = re.compile(r"""(?:https?://[^\s"'<>\\)]+|(?<=["'(])/[^\s"'<>\\)]*)""")
# What is the web server's, or behind a login.
NOT_OURS = ("/static/", "/media/", "/admin/", "/documents/", "/_util/")
HOSTS = ("localhost", "testserver")
# A crawl that has not come to an end by then never will.
MANY = 700


class Crawler:
    """Asks whatever it finds an address of, and remembers what was told."""

    def __init__(self, client):
        self.client, self.seen, self.waiting, self.leaks = client, set(), [], {}

    def crawl(self, paths, forbidden):
        self.waiting.extend(paths)
        while self.waiting and len(self.seen) < MANY:
            path = self.waiting.pop(0)
            if path not in self.seen:
                self.seen.add(path)
                self.look_at(path, forbidden)

    def look_at(self, path, forbidden, **headers):
        response = ask(self.client, path, **headers)
        assert response.status_code < 500, path
        text = f"{response.headers}\n{response.content.decode(errors='replace')}"
        found = [word for word in forbidden if word in text]
        if found:
            self.leaks[path] = found
        self.waiting.extend(self.addresses_in(text.replace("&amp;", "&")))

    def addresses_in(self, text):
        for address in ADDRESS.findall(text):
            parts = urlsplit(re.sub(r"[\\,.;]+$", "", address))
            ours = parts.hostname in (None, *HOSTS)
            if ours and parts.path.startswith("/") and not parts.path.startswith(NOT_OURS):
                yield parts._replace(scheme="", netloc="", fragment="").geturl()


@pytest.fixture
def forbidden(world):
    """What only those know who may see the hidden: words, addresses of people, ids of images."""
    # The issue of another site is for its own readers, and may be linked to.
    words = [world.cases[name].word for name in world.hidden - {"of_another_site"}]
    return [*words, "unsaid", "Unsaid", people.OWNER, "slugfrench"]


def with_parameters(schema):
    """Every documented address of the API with every documented parameter, each value it takes."""
    for path, operations in schema["paths"].items():
        parameters = operations["get"].get("parameters", [])
        filled = f"{schema['servers'][0]['url']}{path}"
        for parameter in parameters:
            if parameter["in"] == "path":
                filled = filled.replace(f"{{{parameter['name']}}}", "1")
        yield filled
        for parameter in parameters:
            if parameter["in"] == "query":
                for value in values_of(parameter):
                    yield f"{filled}?{parameter['name']}={value}"


def values_of(parameter):
    schema = parameter["schema"]
    known = {"q": ["happened", "a"], "tag": ["every"], "tag_all": ["every"], "locale": ["en", "fr"]}
    known |= {"path": ["/", "/links/"], "fields": ["id,body,tags"], "site": ["localhost"]}
    samples = known.get(parameter["name"]) or schema.get("enum") or schema.get("examples") or []
    return [*samples, "2026-04-14", "5", "x%00"]


def test_schema_itself_tells_nothing_of_the_database(world, client, forbidden):
    text = json.dumps(ask(client, "/api/v1/schema/").json())
    words = [*forbidden, "qliveq", "Paper 1.", "/in-1/", "beside-1"]
    assert [word for word in words if word in text] == []


def test_no_address_tells_a_hidden_word(world, client, forbidden):
    crawler = Crawler(client)
    crawler.crawl(STARTS, forbidden)
    assert crawler.leaks == {}
    assert MANY > len(crawler.seen) > 150
    # The rest is the same for all of them, byte for byte (test_visitors).
    pages = [path for path in crawler.seen if not path.startswith(doors.SAME_FOR_ALL)]
    for visitor in (people.editor, people.with_passwords):
        again = Crawler(visitor())
        for path in pages:
            again.look_at(path, forbidden)
        assert again.leaks == {}


def test_no_parameter_and_no_format_brings_out_a_hidden_word(world, client, forbidden):
    crawler = Crawler(client)
    schema = ask(client, "/api/v1/schema/").json()
    paths = list(with_parameters(schema))
    assert len(paths) > 150
    formats = ("application/json", "text/markdown", "text/html", "application/xml")
    for path, accept in product(paths, formats[:2]):
        crawler.look_at(path, forbidden, accept=accept)
    for path, accept in product(STARTS, formats):
        crawler.look_at(path, forbidden, accept=accept)
    assert crawler.leaks == {}


def test_no_error_tells_a_hidden_word(world, client, forbidden):
    crawler = Crawler(client)
    for name in world.hidden:
        address = world.cases[name].address
        for path in (
            f"/api/v1/issues/{address['pk']}/?nothing=1",
            f"/api/v1/issues/{address['pk']}/x/",
            f"/api/v1/issues/?digest={address['parent']}&cursor=x",
            f"/feeds/{address['parent']}/nothing.xml",
            f"/admin/pages/{address['pk']}/",
            f"/admin/pages/{address['pk']}/edit/preview/",
        ):
            crawler.look_at(path, forbidden)
    assert crawler.leaks == {}


def test_what_the_canary_looks_for_is_there(world, client):
    """A crawl that could find nothing would prove nothing."""
    assert IssuePage.objects.filter(title="titleqdraftq", live=False).exists()
    assert Page.objects.filter(owner__username=people.OWNER).exists()
    page = world.cases["private"].address
    Page.objects.filter(pk=page["pk"]).get().view_restrictions.all().delete()
    crawler = Crawler(client)
    crawler.look_at("/api/v1/issues/?limit=100", ["qprivateq"])
    assert crawler.leaks
    assert f"/api/v1/issues/{page['pk']}/" in crawler.waiting
