"""Sources contain data of public issues only."""

import pytest

from digest.models import IssuePage, Source
from tests.builders import block, body, make_digest, make_issue, restrict, source, story

pytestmark = pytest.mark.django_db


def citing(*sources):
    """Return a body with one story that has these sources."""
    return body(story(sources=list(sources)))


def cited(url="https://example.com/a", **value):
    return source(url=url, **value)


def test_source_summarises_its_citations(digest, get):
    make_issue(
        digest, 14, body=citing(cited("http://www.example.com/a/?utm_source=x", title="Old"))
    )
    latest = cited("https://example.com/a#part", title="A forecast", publisher="Example Wire")
    make_issue(digest, 16, body=citing(latest, latest))
    [data] = get("sources/")["results"]
    assert data == {
        "type": "source",
        "url": "https://example.com/a#part",
        "canonical_url": "https://example.com/a",
        "host": "example.com",
        "title": "A forecast",
        "publisher": "Example Wire",
        "issue_count": 2,
        "first_cited_on": "2026-04-14",
        "last_cited_on": "2026-04-16",
    }


def test_title_of_a_citation_precedes_that_of_the_page(digest, get):
    make_issue(digest, body=citing(cited(title="As cited", publisher="P")))
    Source.objects.update(title="As on the page")
    [data] = get("sources/")["results"]
    assert (data["title"], data["publisher"]) == ("As on the page", "P")


def test_hidden_issue_has_no_effect(digest, get):
    make_issue(digest, 14, body=citing(cited(title="Public")))
    for day, publish in ((13, True), (15, True), (16, False)):
        both = citing(
            cited("https://example.com/a?utm_source=unsaid", title="Unsaid", publisher="Unsaid"),
            cited("https://unsaid.example/"),
        )
        issue = make_issue(digest, day, publish=publish, body=both)
        restrict(issue)
    [data] = get("sources/?count=true")["results"]
    assert "nsaid" not in str(data)
    assert (data["title"], data["publisher"], data["issue_count"]) == ("Public", "", 1)
    assert data["first_cited_on"] == data["last_cited_on"] == "2026-04-14"
    assert get("sources/?count=true")["count"] == 1
    assert get("sources/?host=unsaid.example")["results"] == []


def test_pages_are_most_recently_cited_first(digest, get):
    for day in (14, 15):
        urls = [f"https://example.com/{day}/{number}" for number in range(3)]
        make_issue(digest, day, body=citing(*map(cited, urls)))
    seen, page = [], get("sources/?limit=4")
    while page:
        seen += [data["canonical_url"] for data in page["results"]]
        page = page["next"] and get(page["next"])
    days = [url.split("/")[3] for url in seen]
    assert days == ["15"] * 3 + ["14"] * 3
    assert len(set(seen)) == 6


def test_filters_by_host_and_digest(digest, home_page, get):
    weekly = make_digest(home_page, "weekly")
    make_issue(digest, body=citing(cited("https://www.example.com/a"), cited("https://b.org/")))
    make_issue(weekly, body=citing(cited("https://example.com/a")))
    hosts = [data["host"] for data in get("sources/?host=WWW.Example.com")["results"]]
    assert hosts == ["example.com"]
    [data] = get("sources/?digest=weekly")["results"]
    assert (data["canonical_url"], data["issue_count"]) == ("https://example.com/a", 1)
    assert get("sources/?digest=nope")["results"] == []


def test_sources_block_is_included(digest, get):
    sources = block("sources", items=[cited("https://example.com/whole")])
    make_issue(digest, body=body(story(), sources))
    [data] = get("sources/")["results"]
    assert data["canonical_url"] == "https://example.com/whole"


def test_number_of_queries_is_constant(digest, client, django_assert_num_queries):
    make_issue(digest, body=citing(cited()))
    client.get("/api/v1/sources/")  # Wagtail caches the site roots
    with django_assert_num_queries(5):
        client.get("/api/v1/sources/")
    for day in range(1, 6):
        make_issue(digest, day, body=citing(*(cited(f"https://{day}.org/{n}") for n in range(5))))
    assert IssuePage.objects.count() == 6
    with django_assert_num_queries(5):
        client.get("/api/v1/sources/")
