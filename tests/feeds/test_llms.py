"""llms.txt: everything public of a site, and nothing hidden."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from markdown_it import MarkdownIt
from wagtail.models import Site

from tests.builders import body, make_digest, make_issue, restrict
from tests.optional_apps import served

pytestmark = pytest.mark.django_db
TAKE_POST_ONLY = served("/mcp/")


def llms(client):
    response = client.get("/llms.txt")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    return response.content.decode()


def test_it_has_the_form_of_llmstxt(client, digest, site):
    Site.objects.filter(pk=site.pk).update(site_name="Our *site*")
    make_issue(digest)
    text = llms(client)
    assert text.startswith("# Our \\*site\\*\n\n> News digests")
    assert re.findall("^## (.*)$", text, re.MULTILINE) == [
        "Digests",
        "Latest issues",
        "Feeds",
        "API",
    ]


def test_it_lists_digests_issues_feeds_and_the_api(client, digest):
    issue = make_issue(digest, title="Three grids", body=body(summary="All in brief."))
    text = llms(client)
    assert "\n- [Daily](http://localhost/daily/): All of it\n" in text
    url = f"http://localhost/api/v1/issues/{issue.pk}.md"
    assert f"\n- [Three grids]({url}): Daily, 2026-04-14. All in brief.\n" in text
    assert "\n- [Daily, Atom](http://localhost/feeds/daily/atom.xml)\n" in text
    assert "\n- [Schema](http://localhost/api/v1/schema/): OpenAPI" in text


def test_every_link_in_it_works(client, digest):
    make_issue(digest)
    links = re.findall(r"\]\(http://localhost([^)]*)\)", llms(client))
    assert len(links) == 8 + len(TAKE_POST_ONLY)
    for link in links:
        assert client.get(link).status_code == (405 if link in TAKE_POST_ONLY else 200), link


def test_hidden_digests_and_issues_are_not_in_it(client, home_page, digest):
    make_issue(digest, 14, title="Seen")
    make_issue(digest, 15, title="Draft", publish=False)
    restrict(make_issue(digest, 16, title="Private"))
    hidden = make_digest(home_page, "hidden")
    make_issue(hidden, title="Below")
    restrict(hidden)
    text = llms(client)
    assert "Seen" in text
    assert not re.search("Draft|Private|Hidden|hidden|Below", text)


def test_titles_are_text_and_not_markup(client, home_page):
    digest = make_digest(home_page, title="A](javascript:x) <b>\n## No", tagline="1. *a*\n\n- b")
    make_issue(digest, body=body(summary="c\n\n## d"))
    html = MarkdownIt().render(llms(client))
    assert "A](javascript:x) &lt;b&gt; ## No</a>: 1. *a* - b" in html
    assert html.count("<h2>") == 4


def test_page_urls_are_of_the_frontend_and_others_of_the_site(client, digest, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://read.example"}
    make_issue(digest)
    text = llms(client)
    assert "[Daily](https://read.example/daily/)" in text
    assert "(http://localhost/api/v1/issues/" in text


def test_disabled_documentation_is_not_linked(client, digest, settings):
    settings.DIGEST_API_DOCS_ENABLED = False
    assert "/api/v1/)" in llms(client)
    assert "schema" not in llms(client)


def test_it_is_cacheable_and_has_an_etag(client, digest):
    first = client.get("/llms.txt")
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"
    again = client.get("/llms.txt", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert client.head("/llms.txt")["ETag"] == first["ETag"]


def test_unknown_host_is_404(client, digest):
    Site.objects.update(is_default_site=False, hostname="only.example")
    assert client.get("/llms.txt").status_code == 404


def test_queries_do_not_grow_with_the_issues(client, digest, home_page):
    def count_queries(days):
        for day in days:
            make_issue(digest, day, tags=("AI",))
            make_issue(make_digest(home_page, f"digest-{day}"), day)
        client.get("/llms.txt")
        with CaptureQueriesContext(connection) as queries:
            client.get("/llms.txt")
        return len(queries)

    assert count_queries(range(1, 3)) == count_queries(range(3, 7))
