"""Readers' search in the API: results, what was searched for, facets, and the log."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.contrib.search_promotions.models import Query, SearchPromotion

from digest.contrib.search.models import Searched
from tests.builders import block, body, make_digest, make_image, make_issue, restrict, story

pytestmark = pytest.mark.django_db


def headings(answer):
    return [result["title"]["text"] for result in answer["results"]]


@pytest.fixture
def issues(digest):
    """Two issues: of grids, and of satellites."""
    grids = story("Grids agree", body="<p>Three <b>operators</b> share a forecast.</p>")
    old = make_issue(digest, 13, title="Monday", tags=("Power",), body=body(grids))
    dishes = story("Dishes & more", body="<p>The operators of satellites wait.</p>")
    new = make_issue(digest, 14, title="Operators", tags=("Space", "Power"), body=body(dishes))
    return old, new


def test_story_that_is_found_is_told_as_the_story_itself(issues, get):
    old, _new = issues
    [result] = get("search/?q=forecast")["results"]
    told = get(f"stories/{old.stories[0].id}/")
    for member in ("type", "id", "url", "api_url", "date", "locale", "issue", "digest"):
        assert result[member] == told[member], member
    assert result["tags"] == [{"name": "Power", "slug": "power"}]
    assert result["title"] == {"text": "Grids agree", "html": "Grids agree", "marks": []}
    assert result["score"] > 0


def test_issue_that_is_found_by_what_it_tells_itself(digest, get):
    blocks = body(story(), block("bottom_line", text="<p>Patience.</p>"), summary="Of turbines.")
    issue = make_issue(digest, 14, title="Wind", body=blocks)
    for word in ("wind", "turbines", "patience"):
        [result] = get(f"search/?q={word}")["results"]
        assert (result["type"], result["id"]) == ("issue", issue.pk)
        assert result["url"] == result["issue"]["url"] == issue.full_url
        assert result["api_url"] == result["issue"]["api_url"]


def test_words_that_were_found_are_marked(issues, get):
    found = get("search/?q=operators")["results"]
    excerpts = [result["excerpt"] for result in found if result["type"] == "story"]
    assert len(excerpts) == 2
    for excerpt in excerpts:
        assert [excerpt["text"][start:end] for start, end in excerpt["marks"]] == ["operators"]
        assert "<mark>operators</mark>" in excerpt["html"]


def test_html_of_a_result_is_escaped(issues, get):
    [result] = get("search/?q=dishes")["results"]
    assert result["title"]["html"] == "<mark>Dishes</mark> &amp; more"
    assert result["title"]["text"] == "Dishes & more"


def test_order_is_by_relevance_or_by_date(issues, get):
    assert headings(get("search/?q=operators"))[0] == "Operators"
    newest = get("search/?q=operators&order=-date")
    oldest = get("search/?q=operators&order=date")
    assert headings(newest)[-1] == headings(oldest)[0] == "Grids agree"
    assert {result["score"] for result in newest["results"]} == {None}


def test_misspelt_word_is_corrected_and_told(issues, get):
    answer = get("search/?q=opperators+forecast")
    assert headings(answer) == ["Grids agree"]
    assert answer["query"]["text"] == "opperators forecast"
    assert answer["query"]["searched"] == "operators forecast"
    assert answer["query"]["corrections"] == [{"written": "opperators", "searched": "operators"}]
    literal = get(answer["query"]["literal_url"])
    assert literal["query"]["searched"] == literal["query"]["text"] == "opperators forecast"
    assert (literal["query"]["corrections"], literal["query"]["literal_url"]) == ([], None)


def test_some_of_the_words_are_found_where_nothing_has_all(issues, get):
    assert get("search/?q=grids+forecast")["query"]["match"] == "all"
    some = get("search/?q=grids+dishes")
    assert some["query"]["match"] == "some"
    assert set(headings(some)) == {"Grids agree", "Dishes & more"}
    assert get("search/?q=grids+dishes&correct=false")["results"] == []


def test_last_word_may_be_the_beginning_of_one(issues, get):
    assert headings(get("search/?q=forec&prefix=true")) == ["Grids agree"]
    assert get("search/?q=forec&correct=false")["results"] == []


def test_text_without_words_finds_nothing(issues, get):
    answer = get("search/?q=%26&count=true")
    assert (answer["results"], answer["count"], answer["next"]) == ([], 0, None)
    assert answer["facets"] == {"tags": [], "digests": [], "years": []}


# By what the results can be narrowed.


def test_facets_count_results(issues, home_page, get):
    make_issue(make_digest(home_page, "weekly"), 15, body=body(story("Operators of cranes")))
    facets = get("search/?q=operators&limit=1")["facets"]
    assert [(tag["slug"], tag["count"]) for tag in facets["tags"]] == [("power", 3), ("space", 2)]
    assert [(found["slug"], found["count"]) for found in facets["digests"]] == [
        ("daily", 3),
        ("weekly", 1),
    ]
    assert facets["years"] == [{"year": 2026, "count": 4}]
    assert get(facets["tags"][0]["api_url"])["slug"] == "power"
    assert get(facets["digests"][1]["api_url"])["slug"] == "weekly"


@pytest.mark.parametrize(
    ("facet", "parameter", "key"),
    [("tags", "tag", "slug"), ("digests", "digest", "slug"), ("years", "year", "year")],
)
def test_facet_counts_what_its_filter_leaves(issues, get, facet, parameter, key):
    for found in get("search/?q=operators")["facets"][facet]:
        narrowed = get(f"search/?q=operators&count=true&{parameter}={found[key]}")
        assert narrowed["count"] == found["count"] == len(narrowed["results"])


def test_facets_are_bounded_and_name_what_is_public(digest, get, monkeypatch):
    make_issue(digest, 14, tags=("A", "B", "\N{ROBOT FACE}"))
    make_issue(digest, 15, tags=("B",))
    digest.unpublish()
    facets = get("search/?q=happened")["facets"]
    assert [tag["name"] for tag in facets["tags"]] == ["B", "A"]
    assert facets["digests"] == []
    monkeypatch.setattr("digest.contrib.search.api.data.MAX_FACETS", 1)
    assert [tag["name"] for tag in get("search/?q=happened")["facets"]["tags"]] == ["B"]


# What editors put first.


def promote(text, **what):
    return SearchPromotion.objects.create(query=Query.get(text), sort_order=0, **what)


def test_promoted_page_is_told_on_the_first_page_alone(issues, get):
    old, _new = issues
    promote("operators", page=old, description="Begin here")
    first = get("search/?q=operators&limit=1")
    [promoted] = first["promoted"]
    assert (promoted["title"], promoted["description"]) == ("Monday", "Begin here")
    assert (promoted["page"]["type"], promoted["page"]["id"]) == ("issue", old.pk)
    assert promoted["url"] == promoted["page"]["url"] == old.full_url
    assert get(first["next"])["promoted"] == get("search/?q=grids")["promoted"] == []


def test_promoted_page_that_is_hidden_is_nowhere(issues, get):
    promote("operators", page=issues[0])
    restrict(issues[0])
    assert get("search/?q=operators")["promoted"] == []


def test_promoted_address_has_no_page(issues, get):
    link = "https://example.com/"
    promote("grids", external_link_url=link, external_link_text="Elsewhere")
    [promoted] = get("search/?q=grids")["promoted"]
    assert promoted == {"title": "Elsewhere", "description": "", "url": link, "page": None}


# What is kept of a search.


def test_search_is_counted_on_its_first_page_alone(issues, get, client):
    first = get("search/?q=operators&limit=1")
    assert Searched.objects.get(query="operators").results == 3
    get(first["next"])
    get("search/?q=operat&prefix=true")
    get("search/?q=operators&order=date")
    get("search/?q=operators&year=2026")
    client.head("/api/v1/search/?q=operators")
    assert [(found.query, found.times) for found in Searched.objects.all()] == [("operators", 1)]


def test_search_that_nothing_meets_whole_is_counted_as_one_without_results(issues, get):
    assert len(get("search/?q=grids+dishes")["results"]) == 2
    assert Searched.objects.get().results == 0


def test_search_that_cannot_be_counted_is_answered(issues, get, monkeypatch):
    def fail(*args):
        raise OperationalError("The database is locked.")

    monkeypatch.setattr("digest.contrib.search.log._count", fail)
    assert len(get("search/?q=operators")["results"]) == 3
    assert not Searched.objects.exists()


# As every other answer.


def test_queries_do_not_grow(digest, client, django_assert_num_queries):
    def add(days):
        for day in days:
            issue = make_issue(digest, day, tags=("A", f"T{day}"), image=make_image())
            promote("happened", page=issue)

    add([1])
    address = "/api/v1/search/?q=happened&count=true"
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    assert len(queries) < 30
    add(range(2, 9))
    with django_assert_num_queries(len(queries)):
        client.get(address)


def test_answer_is_to_be_kept_as_every_other(issues, client):
    response = client.get("/api/v1/search/?q=forecast")
    assert {"public", "max-age=60"} <= set(response["Cache-Control"].split(", "))
    keys = response["Surrogate-Key"].split()
    assert {f"issue-{issues[0].pk}", f"digest-{issues[0].get_parent().pk}"} <= set(keys)
    again = client.get("/api/v1/search/?q=forecast", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_no_answer_is_kept_beyond_the_expiry_of_what_it_counts(issues, client):
    at = timezone.now() + timedelta(seconds=30)
    type(issues[0]).objects.filter(pk=issues[0].pk).update(expire_at=at)
    for path in ("search/?q=operators&limit=1", "search/?q=nothing", "search/suggest/?q=gri"):
        age = client.get(f"/api/v1/{path}")["Cache-Control"].split("max-age=")[1].split(",")[0]
        assert int(age) in (28, 29), path


def test_search_of_a_site_is_of_its_own_pages(issues, other_site, get):
    there = other_site.root_page.get_children().get().specific
    make_issue(there, 16, body=body(story("Operators there")))
    [result] = get("search/?q=operators&site=other.example")["results"]
    assert result["title"]["text"] == "Operators there"
    assert result["api_url"].endswith("/?site=other.example")
    assert "Operators there" not in headings(get("search/?q=operators"))


def test_story_in_another_language_has_an_address_of_its_own(french, get):
    found = get("search/?q=happened&locale=fr")["results"]
    [result] = [result for result in found if result["type"] == "story"]
    assert result["locale"] == "fr"
    assert get(result["api_url"])["issue"]["id"] == french.pk


def test_map_and_site_lead_to_the_search(site, get):
    assert apps.is_installed("digest.contrib.search")
    address = "http://testserver/api/v1/search/"
    assert get("")["links"]["search"] == get("site/")["search_url"] == address
