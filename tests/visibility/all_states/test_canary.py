"""Crawl every URL that can be found, with every parameter, and find no hidden word."""

import json
import re
from itertools import product
from urllib.parse import urlsplit

import pytest
from wagtail.models import Page

from digest.models import IssuePage
from tests.optional_apps import served
from tests.schemas import parameters_of
from tests.visibility import endpoints, people
from tests.visibility.responses import fetch

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

STARTS = ["/", "/api/v1/", "/api/v1/site/", "/sitemap.xml", "/llms.txt", "/search/?q=happened"]
STARTS += served(
    "/mcp/?tool=list_issues&limit=20",
    "/mcp/?tool=search_stories&query=happened",
    "/mcp/?tool=get_issue&digest=links&date=latest",
)
URL = re.compile(r"""(?:https?://[^\s"'<>\\)]+|(?<=["'(])/[^\s"'<>\\)]*)""")
# Served by the web server, or behind a login.
NOT_OURS = ("/static/", "/media/", "/admin/", "/documents/", "/_util/")
HOSTS = ("localhost", "testserver")
# A crawl that is not finished after so many requests never ends.
MANY = 1000


class Crawler:
    """Request each URL in the responses, and record hidden words."""

    def __init__(self, client):
        self.client, self.seen, self.waiting, self.leaks = client, set(), [], {}

    def crawl(self, paths, forbidden):
        self.waiting.extend(paths)
        while self.waiting and len(self.seen) < MANY:
            path = self.waiting.pop(0)
            if path not in self.seen:
                self.seen.add(path)
                self.check(path, forbidden)

    def check(self, path, forbidden, **headers):
        response = fetch(self.client, path, **headers)
        assert response.status_code < 500, path
        text = f"{response.headers}\n{response.content.decode(errors='replace')}"
        found = [word for word in forbidden if word in text]
        if found:
            self.leaks[path] = found
        self.waiting.extend(self.urls_in(text.replace("&amp;", "&")))

    def urls_in(self, text):
        for url in URL.findall(text):
            parts = urlsplit(re.sub(r"[\\,.;]+$", "", url))
            ours = parts.hostname in (None, *HOSTS)
            if ours and parts.path.startswith("/") and not parts.path.startswith(NOT_OURS):
                yield parts._replace(scheme="", netloc="", fragment="").geturl()


@pytest.fixture
def forbidden(scenario):
    """Words that must not be in any response."""
    # The issue of another site is for its own readers, and may be linked to.
    words = [scenario.cases[name].word for name in scenario.hidden - {"of_another_site"}]
    return [*words, "unsaid", "Unsaid", people.OWNER, "slugfrench"]


def with_parameters(schema):
    """Yield every documented URL of the API, with each value of every documented parameter."""
    reading = {
        path: methods["get"] for path, methods in schema["paths"].items() if "get" in methods
    }
    for path, operation in reading.items():
        parameters = parameters_of(operation, schema)
        filled = f"{urlsplit(schema['servers'][0]['url']).path}{path}"
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


def test_schema_does_not_depend_on_content(scenario, client, forbidden):
    text = json.dumps(fetch(client, "/api/v1/schema/").json())
    words = [*forbidden, "qliveq", "Paper 1.", "/in-1/", "beside-1"]
    assert [word for word in words if word in text] == []


def test_no_url_shows_a_hidden_word(scenario, client, forbidden):
    crawler = Crawler(client)
    crawler.crawl(STARTS, forbidden)
    assert crawler.leaks == {}
    assert MANY > len(crawler.seen) > 150
    # The rest is the same for all of them, byte for byte (test_visitors).
    pages = [path for path in crawler.seen if not endpoints.is_visitor_independent(path)]
    for visitor in (people.editor, people.with_passwords):
        again = Crawler(visitor())
        for path in pages:
            again.check(path, forbidden)
        assert again.leaks == {}


def test_no_parameter_or_format_shows_a_hidden_word(scenario, client, forbidden):
    crawler = Crawler(client)
    schema = fetch(client, "/api/v1/schema/").json()
    paths = list(with_parameters(schema))
    assert len(paths) > 150
    formats = ("application/json", "text/markdown", "text/html", "application/xml")
    for path, accept in product(paths, formats[:2]):
        crawler.check(path, forbidden, accept=accept)
    for path, accept in product(STARTS, formats):
        crawler.check(path, forbidden, accept=accept)
    assert crawler.leaks == {}


def test_no_error_shows_a_hidden_word(scenario, client, forbidden):
    crawler = Crawler(client)
    for name in scenario.hidden:
        params = scenario.cases[name].params
        for path in (
            f"/api/v1/issues/{params['pk']}/?nothing=1",
            f"/api/v1/issues/{params['pk']}/x/",
            f"/api/v1/issues/?digest={params['parent']}&cursor=x",
            f"/feeds/{params['parent']}/nothing.xml",
            f"/admin/pages/{params['pk']}/",
            *(tool.format(**params) for tool in endpoints.TOOLS),
            f"/admin/pages/{params['pk']}/edit/preview/",
        ):
            crawler.check(path, forbidden)
    assert crawler.leaks == {}


def test_crawler_finds_a_word_that_is_public(scenario, client):
    """Otherwise the other tests would prove nothing."""
    assert IssuePage.objects.filter(title="titleqdraftq", live=False).exists()
    assert Page.objects.filter(owner__username=people.OWNER).exists()
    page = scenario.cases["private"].params
    Page.objects.filter(pk=page["pk"]).get().view_restrictions.all().delete()
    crawler = Crawler(client)
    crawler.check("/api/v1/issues/?limit=100", ["qprivateq"])
    assert crawler.leaks
    assert f"/api/v1/issues/{page['pk']}/" in crawler.waiting
