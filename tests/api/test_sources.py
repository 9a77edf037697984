"""The list of sources: public issues alone say what there is, how often, when and as what."""

import pytest

from digest.models import IssuePage, Source
from tests.builders import block, body, make_digest, make_issue, restrict, source, story

pytestmark = pytest.mark.django_db


def citing(*sources):
    """A body whose one story has these sources."""
    return body(story(sources=list(sources)))


def cited(url="https://example.com/a", **value):
    return source(url=url, **value)


def test_a_source_is_told_with_what_issues_say_of_it(digest, get):
    make_issue(
        digest, 14, body=citing(cited("http://www.example.com/a/?utm_source=x", title="Old"))
    )
    latest = cited("https://example.com/a#part", title="A forecast", publisher="Example Wire")
    make_issue(digest, 16, body=citing(latest, latest))
    [found] = get("sources/")["results"]
    assert found == {
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


def test_what_editors_filled_in_comes_first(digest, get):
    make_issue(digest, body=citing(cited(title="As cited", publisher="P")))
    Source.objects.update(title="As on the page")
    [found] = get("sources/")["results"]
    assert (found["title"], found["publisher"]) == ("As on the page", "P")


def test_a_hidden_issue_says_nothing(digest, get):
    make_issue(digest, 14, body=citing(cited(title="Public")))
    for day, publish in ((13, True), (15, True), (16, False)):
        both = citing(
            cited("https://example.com/a?utm_source=unsaid", title="Unsaid", publisher="Unsaid"),
            cited("https://unsaid.example/"),
        )
        issue = make_issue(digest, day, publish=publish, body=both)
        restrict(issue)
    [found] = get("sources/?count=true")["results"]
    assert "nsaid" not in str(found)
    assert (found["title"], found["publisher"], found["issue_count"]) == ("Public", "", 1)
    assert found["first_cited_on"] == found["last_cited_on"] == "2026-04-14"
    assert get("sources/?count=true")["count"] == 1
    assert get("sources/?host=unsaid.example")["results"] == []


def test_sources_cited_last_come_first_and_are_paged(digest, get):
    for day in (14, 15):
        urls = [f"https://example.com/{day}/{number}" for number in range(3)]
        make_issue(digest, day, body=citing(*map(cited, urls)))
    seen, page = [], get("sources/?limit=4")
    while page:
        seen += [found["canonical_url"] for found in page["results"]]
        page = page["next"] and get(page["next"])
    days = [url.split("/")[3] for url in seen]
    assert days == ["15"] * 3 + ["14"] * 3
    assert len(set(seen)) == 6


def test_narrowed_by_host_and_by_digest(digest, home_page, get):
    weekly = make_digest(home_page, "weekly")
    make_issue(digest, body=citing(cited("https://www.example.com/a"), cited("https://b.org/")))
    make_issue(weekly, body=citing(cited("https://example.com/a")))
    hosts = [found["host"] for found in get("sources/?host=WWW.Example.com")["results"]]
    assert hosts == ["example.com"]
    [found] = get("sources/?digest=weekly")["results"]
    assert (found["canonical_url"], found["issue_count"]) == ("https://example.com/a", 1)
    assert get("sources/?digest=nope")["results"] == []


def test_sources_of_the_issue_count_as_well(digest, get):
    sources = block("sources", items=[cited("https://example.com/whole")])
    make_issue(digest, body=body(story(), sources))
    [found] = get("sources/")["results"]
    assert found["canonical_url"] == "https://example.com/whole"


def test_queries_do_not_grow(digest, client, django_assert_num_queries):
    make_issue(digest, body=citing(cited()))
    client.get("/api/v1/sources/")  # site roots are kept once
    with django_assert_num_queries(5):
        client.get("/api/v1/sources/")
    for day in range(1, 6):
        make_issue(digest, day, body=citing(*(cited(f"https://{day}.org/{n}") for n in range(5))))
    assert IssuePage.objects.count() == 6
    with django_assert_num_queries(5):
        client.get("/api/v1/sources/")
