"""The ranking, which is the same on every database."""

from datetime import date, timedelta

import pytest

from digest.contrib.search.models import Entry, Synonyms
from digest.contrib.search.ranking import FIELD_WEIGHTS, ISSUE_FACTOR, Candidate, rank
from tests.builders import body, make_issue, story
from tests.contrib.search.searching import add_story, ranked, search_public, stories

pytestmark = pytest.mark.django_db

DAY = date(2026, 4, 14)


def test_title_weighs_more_than_summary_and_body(digest):
    add_story(digest, "Text", "needle", title="Third")
    make_issue(digest, title="Second", body=body(story("None"), summary="A needle."))
    make_issue(digest, title="First needle", body=body(story("None")))
    titles = [result.title.text for result in ranked(search_public("needle"))]
    assert titles == ["First needle", "Second", "Text"]


def test_phrase_match_comes_first(digest):
    add_story(digest, "Apart", "open and model", day=15)
    add_story(digest, "Together", "open model", day=14)
    assert stories("open model") == ["Together", "Apart"]
    assert stories("open OR model") == ["Apart", "Together"]


def test_newer_match_comes_before_equal_ones_and_after_better_ones(digest):
    for heading, days in (("Old", 400), ("Older", 800), ("New", 0)):
        add_story(digest, heading, "needle", day=DAY - timedelta(days=days))
    add_story(digest, "Old needle", "needle", day=DAY - timedelta(days=5000))
    assert stories("needle") == ["Old needle", "New", "Old", "Older"]


def test_term_frequency_saturates(digest):
    for number in (1, 2, 3):
        add_story(digest, f"Story {number}", " and ".join(["needle"] * number))
    results = search_public("needle")
    one, two, three = sorted(hit.score for hit in results.hits)
    assert stories("needle") == ["Story 3", "Story 2", "Story 1"]
    assert two - one > three - two > 0


def test_rare_word_weighs_more_than_a_common_one(digest):
    add_story(digest, "Common word", "word word rare", day=14)
    add_story(digest, "Rare word", "rare thing", day=14)
    for number in range(5):
        add_story(digest, f"Filler {number}", "common", day=13)
    assert stories("rare OR nothing") == ["Rare word", "Common word"]


def test_story_comes_before_its_issue(digest):
    add_story(digest, "Needle", title="Needle")
    results = ranked(search_public("needle"))
    assert [bool(result.story) for result in results] == [True, False]


def test_word_comes_before_inflections_and_these_before_synonyms(digest):
    Synonyms.objects.create(terms="model, network")
    for heading in ("network", "models", "model"):
        add_story(digest, heading)
    assert stories("model") == ["model", "models", "network"]


def test_prefix_weighs_less_than_the_whole_word(digest):
    add_story(digest, "modelling")
    add_story(digest, "mode")
    assert stories("mode", is_typing=True) == ["mode", "modelling"]


# The scores of the stories below, by query.
SCORES = {
    "grid": [("Grid storage", 4.0), ("The grid", 3.9771), ("Storage", 0.9988)],
}


def test_scores_are_the_same_on_every_database(digest):
    add_story(digest, "Grid storage", "A forecast", day=15)
    add_story(digest, "The grid", "Storage of power", day=10)
    add_story(digest, "Storage", "Grids and a grid", day=14)
    add_story(digest, "Power", "Nothing", day=13)
    for text, scores in SCORES.items():
        results = search_public(text)
        headings = [result.title.text for result in ranked(results)]
        assert list(zip(headings, [hit.score for hit in results.hits], strict=True)) == scores


def test_best_matches_are_found_beyond_the_newest(digest, monkeypatch):
    monkeypatch.setattr("digest.contrib.search.results.MAX_RANKED", 3)
    add_story(digest, "Open model", day=1)
    add_story(digest, "Said", "an open model", day=2)
    for day in range(10, 15):
        add_story(digest, f"Filler {day}", "model that is open", day=day)
    assert stories("open model")[:2] == ["Open model", "Said"]
    assert len(search_public("open model").hits) == 5


@pytest.mark.parametrize("text", ["needle -secret", 'needle -"no secret"', "red needle -secret"])
def test_excluded_words_are_not_found_beyond_the_newest(digest, monkeypatch, text):
    monkeypatch.setattr("digest.contrib.search.results.MAX_RANKED", 2)
    add_story(digest, "Red needle", "no secret", day=1)
    for day in range(10, 14):
        add_story(digest, "Red needle", day=day)
    results = search_public(text)
    assert {hit.pk for hit in results.hits} <= set(results.entries.values_list("pk", flat=True))
    assert len(results.hits) >= 2


def test_no_candidates_have_no_hits(digest):
    add_story(digest, "Needle")
    assert rank([], search_public("needle").plan) == []


def test_score_depends_on_the_texts_only(digest):
    add_story(digest, "Needle")
    plan, [pk] = search_public("needle").plan, Entry.objects.filter(story=None).values_list("pk")[0]
    [hit] = rank([Candidate(pk, " needle ", "", "")], plan)
    assert hit.score == pytest.approx(FIELD_WEIGHTS[0] * ISSUE_FACTOR)
