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


def headings(data):
    return [result["title"]["text"] for result in data["results"]]


@pytest.fixture
def issues(digest):
    """Two issues, about grids and about satellites."""
    grids = story("Grids agree", body="<p>Three <b>operators</b> share a forecast.</p>")
    old = make_issue(digest, 13, title="Monday", tags=("Power",), body=body(grids))
    dishes = story("Dishes & more", body="<p>The operators of satellites wait.</p>")
    new = make_issue(digest, 14, title="Operators", tags=("Space", "Power"), body=body(dishes))
    return old, new


def test_story_result_has_the_fields_of_the_story(issues, get):
    old, _new = issues
    [result] = get("search/?q=forecast")["results"]
    data = get(f"stories/{old.stories[0].id}/")
    for name in ("type", "id", "url", "api_url", "date", "locale", "issue", "digest"):
        assert result[name] == data[name], name
    assert result["tags"] == [{"name": "Power", "slug": "power"}]
    assert result["title"] == {"text": "Grids agree", "html": "Grids agree", "marks": []}
    assert result["score"] > 0


def test_issue_result_matches_its_own_text(digest, get):
    blocks = body(story(), block("bottom_line", text="<p>Patience.</p>"), summary="Of turbines.")
    issue = make_issue(digest, 14, title="Wind", body=blocks)
    for word in ("wind", "turbines", "patience"):
        [result] = get(f"search/?q={word}")["results"]
        assert (result["type"], result["id"]) == ("issue", issue.pk)
        assert result["url"] == result["issue"]["url"] == issue.full_url
        assert result["api_url"] == result["issue"]["api_url"]


def test_matches_are_highlighted(issues, get):
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


def test_misspelt_word_is_corrected(issues, get):
    data = get("search/?q=opperators+forecast")
    assert headings(data) == ["Grids agree"]
    assert data["query"]["text"] == "opperators forecast"
    assert data["query"]["searched"] == "operators forecast"
    assert data["query"]["corrections"] == [{"written": "opperators", "searched": "operators"}]
    literal = get(data["query"]["literal_url"])
    assert literal["query"]["searched"] == literal["query"]["text"] == "opperators forecast"
    assert (literal["query"]["corrections"], literal["query"]["literal_url"]) == ([], None)


def test_some_words_match_if_nothing_has_all(issues, get):
    assert get("search/?q=grids+forecast")["query"]["match"] == "all"
    some = get("search/?q=grids+dishes")
    assert some["query"]["match"] == "some"
    assert set(headings(some)) == {"Grids agree", "Dishes & more"}
    assert get("search/?q=grids+dishes&correct=false")["results"] == []


def test_last_word_may_be_a_prefix(issues, get):
    assert headings(get("search/?q=forec&prefix=true")) == ["Grids agree"]
    assert get("search/?q=forec&correct=false")["results"] == []


def test_query_without_words_has_no_results(issues, get):
    data = get("search/?q=%26&count=true")
    assert (data["results"], data["count"], data["next"]) == ([], 0, None)
    assert data["facets"] == {"tags": [], "digests": [], "years": []}


# Facets


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
def test_facet_counts_the_results_of_its_filter(issues, get, facet, parameter, key):
    for found in get("search/?q=operators")["facets"][facet]:
        filtered = get(f"search/?q=operators&count=true&{parameter}={found[key]}")
        assert filtered["count"] == found["count"] == len(filtered["results"])


def test_facets_are_limited_and_public(digest, get, monkeypatch):
    make_issue(digest, 14, tags=("A", "B", "\N{ROBOT FACE}"))
    make_issue(digest, 15, tags=("B",))
    digest.unpublish()
    facets = get("search/?q=happened")["facets"]
    assert [tag["name"] for tag in facets["tags"]] == ["B", "A"]
    assert facets["digests"] == []
    monkeypatch.setattr("digest.contrib.search.api.data.MAX_FACETS", 1)
    assert [tag["name"] for tag in get("search/?q=happened")["facets"]["tags"]] == ["B"]


# Promoted results


def promote(text, **what):
    return SearchPromotion.objects.create(query=Query.get(text), sort_order=0, **what)


def test_promoted_page_is_only_on_the_first_page(issues, get):
    old, _new = issues
    promote("operators", page=old, description="Begin here")
    first = get("search/?q=operators&limit=1")
    [promoted] = first["promoted"]
    assert (promoted["title"], promoted["description"]) == ("Monday", "Begin here")
    assert (promoted["page"]["type"], promoted["page"]["id"]) == ("issue", old.pk)
    assert promoted["url"] == promoted["page"]["url"] == old.full_url
    assert get(first["next"])["promoted"] == get("search/?q=grids")["promoted"] == []


def test_hidden_page_is_not_promoted(issues, get):
    promote("operators", page=issues[0])
    restrict(issues[0])
    assert get("search/?q=operators")["promoted"] == []


def test_promoted_link_has_no_page(issues, get):
    link = "https://example.com/"
    promote("grids", external_link_url=link, external_link_text="Elsewhere")
    [promoted] = get("search/?q=grids")["promoted"]
    assert promoted == {"title": "Elsewhere", "description": "", "url": link, "page": None}


# The log


def test_only_the_first_page_is_logged(issues, get, client):
    first = get("search/?q=operators&limit=1")
    assert Searched.objects.get(query="operators").results == 3
    get(first["next"])
    get("search/?q=operat&prefix=true")
    get("search/?q=operators&order=date")
    get("search/?q=operators&year=2026")
    client.head("/api/v1/search/?q=operators")
    assert [(found.query, found.times) for found in Searched.objects.all()] == [("operators", 1)]


def test_search_without_complete_match_is_logged_without_results(issues, get):
    assert len(get("search/?q=grids+dishes")["results"]) == 2
    assert Searched.objects.get().results == 0


def test_search_works_if_logging_fails(issues, get, monkeypatch):
    def fail(*args):
        raise OperationalError("The database is locked.")

    monkeypatch.setattr("digest.contrib.search.log._count", fail)
    assert len(get("search/?q=operators")["results"]) == 3
    assert not Searched.objects.exists()


# Queries, caching, sites and languages


def test_number_of_queries_is_constant(digest, client, django_assert_num_queries):
    def add(days):
        for day in days:
            issue = make_issue(digest, day, tags=("A", f"T{day}"), image=make_image())
            promote("happened", page=issue)

    add([1])
    url = "/api/v1/search/?q=happened&count=true"
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) < 30
    add(range(2, 9))
    with django_assert_num_queries(len(queries)):
        client.get(url)


def test_response_is_cacheable(issues, client):
    response = client.get("/api/v1/search/?q=forecast")
    assert {"public", "max-age=60"} <= set(response["Cache-Control"].split(", "))
    keys = response["Surrogate-Key"].split()
    assert {f"issue-{issues[0].pk}", f"digest-{issues[0].get_parent().pk}"} <= set(keys)
    again = client.get("/api/v1/search/?q=forecast", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_lifetime_ends_when_a_counted_page_expires(issues, client):
    at = timezone.now() + timedelta(seconds=30)
    type(issues[0]).objects.filter(pk=issues[0].pk).update(expire_at=at)
    for path in ("search/?q=operators&limit=1", "search/?q=nothing", "search/suggest/?q=gri"):
        age = client.get(f"/api/v1/{path}")["Cache-Control"].split("max-age=")[1].split(",")[0]
        assert int(age) in (28, 29), path


def test_search_is_limited_to_the_site(issues, other_site, get):
    there = other_site.root_page.get_children().get().specific
    make_issue(there, 16, body=body(story("Operators there")))
    [result] = get("search/?q=operators&site=other.example")["results"]
    assert result["title"]["text"] == "Operators there"
    assert result["api_url"].endswith("/?site=other.example")
    assert "Operators there" not in headings(get("search/?q=operators"))


def test_story_in_another_language_has_its_own_api_url(french, get):
    found = get("search/?q=happened&locale=fr")["results"]
    [result] = [result for result in found if result["type"] == "story"]
    assert result["locale"] == "fr"
    assert get(result["api_url"])["issue"]["id"] == french.pk


def test_map_and_site_link_to_the_search(site, get):
    assert apps.is_installed("digest.contrib.search")
    url = "http://testserver/api/v1/search/"
    assert get("")["links"]["search"] == get("site/")["search_url"] == url
