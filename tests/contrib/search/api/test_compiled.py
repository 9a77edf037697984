"""Searches by SQL that was compiled for an earlier one show what is public now."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from wagtail.contrib.search_promotions.models import Query, SearchPromotion
from wagtail.models import Page, PageViewRestriction

from digest.contrib.search.models import Searched, Synonyms
from tests.api.test_compiled import compiled, version  # noqa: F401
from tests.builders import body, make_digest, make_issue, story
from tests.contrib.search.searching import add_story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]

SEARCH = "/api/v1/search/"


def search(client, text, **parameters):
    return client.get(SEARCH, {"q": text, **parameters}).json()


def titles(found):
    return [result["title"]["text"] for result in found["results"]]


@pytest.fixture
def stories(digest):
    """Three issues with a tag and a story each, in one of which is a word of its own."""
    texts = ("red needles", "green needles", "green needle")
    return [
        add_story(digest, f"Story {day}", text, day=day, tags=("sewing",))
        for day, text in enumerate(texts, 1)
    ]


@pytest.mark.usefixtures("stories")
def test_another_search_needs_no_compiling(client, compiled):  # noqa: F811
    assert len(search(client, "needles")["results"]) == 3
    assert compiled
    compiled.clear()
    found = search(client, "needle")
    assert sorted(titles(found)) == ["Story 1", "Story 2", "Story 3"]
    assert found["facets"]["tags"][0]["name"] == "sewing"
    assert set(compiled) == {Searched}  # The first search for a word adds a row to the log.
    compiled.clear()
    assert search(client, "needle") == found
    assert compiled == []


@pytest.mark.usefixtures("stories")
def test_ranking_beyond_the_newest_needs_no_compiling(client, compiled, monkeypatch):  # noqa: F811
    monkeypatch.setattr("digest.contrib.search.results.MAX_RANKED", 1)
    first = search(client, "green needles", count="true")
    assert first["count"] == 2
    compiled.clear()
    assert search(client, "green needles", count="true") == first
    assert compiled == []


@pytest.mark.usefixtures("stories")
@pytest.mark.parametrize("parameters", [{"year": "2025"}, {"tag": "none"}, {"digest": "none"}])
def test_filters_are_applied_after_a_search_without_them(client, parameters):
    assert len(search(client, "needle")["results"]) == 3
    assert search(client, "needle", **parameters)["results"] == []


@pytest.mark.usefixtures("stories")
def test_engine_without_expressions_compiles_each_search(client, monkeypatch):
    for engine in ("sqlite.SQLiteEngine", "postgresql.PostgreSQLEngine"):
        monkeypatch.delattr(f"digest.contrib.search.engines.{engine}.expression")
    assert sorted(titles(search(client, "green"))) == ["Story 2", "Story 3"]
    assert titles(search(client, "red")) == ["Story 1"]


def test_hidden_issue_is_not_found_by_the_next_search(client, stories, version):  # noqa: F811
    assert len(search(client, "needle")["results"]) == 3
    Page.objects.filter(pk=stories[0].pk).update(live=False)
    PageViewRestriction.objects.create(page=stories[1], restriction_type="login")
    version.number += 1
    assert titles(search(client, "needle")) == ["Story 3"]


def test_expired_issue_is_not_found_without_a_change(client, stories, monkeypatch):
    at = timezone.now() + timedelta(hours=1)
    for issue in stories[:2]:
        Page.objects.filter(pk=issue.pk).update(expire_at=at)
    assert len(search(client, "needle")["results"]) == 3
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(seconds=1))
    assert titles(search(client, "needle")) == ["Story 3"]


def test_search_of_the_next_expiry_shows_when_it_is(client, stories, version):  # noqa: F811
    at = timezone.now() + timedelta(seconds=20)
    search(client, "green")
    Page.objects.filter(pk=stories[0].pk).update(expire_at=at)
    version.number += 1
    for _time in range(2):
        response = client.get(SEARCH, {"q": "green"})
        assert int(response["Cache-Control"].partition("max-age=")[2].split(",")[0]) <= 20


def test_synonyms_of_the_next_version_are_found(client, stories, version):  # noqa: F811
    assert search(client, "crimson")["query"]["match"] == "all"
    assert search(client, "crimson")["results"] == []
    Synonyms.objects.create(terms="red, crimson")
    version.number += 1
    assert titles(search(client, "crimson")) == ["Story 1"]


def test_promotions_are_those_of_the_query(client, digest, stories):
    for text in ("green", "red"):
        query = Query.objects.create(query_string=text)
        SearchPromotion.objects.create(query=query, page=digest, description=f"On {text}")
    for text in ("green", "red", "needle"):
        promoted = search(client, text)["promoted"]
        assert [one["description"] for one in promoted] == [f"On {text}" for _one in promoted]
        assert len(promoted) == (text != "needle")


def test_digests_of_results_have_the_fields_of_a_reference(client, home_page, stories):
    other = make_digest(home_page, "other")
    make_issue(other, date(2026, 5, 1), body=body(story("Needle work")))
    for _time in range(2):
        slugs = {result["digest"]["slug"] for result in search(client, "needle")["results"]}
        assert slugs == {"daily", "other"}
