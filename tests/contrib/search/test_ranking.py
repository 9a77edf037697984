"""What comes first, and the same on every database."""

from datetime import date, timedelta

import pytest

from digest.contrib.search import results
from digest.contrib.search.models import Entry, Synonyms
from digest.contrib.search.ranking import FIELDS, ISSUE_ITSELF, Candidate, rank
from tests.builders import body, make_issue, story
from tests.contrib.search.searching import look_for, stories, tell

pytestmark = pytest.mark.django_db

DAY = date(2026, 4, 14)


def test_a_title_counts_more_than_a_summary_and_that_more_than_a_body(digest):
    tell(digest, "Text", "needle", title="Third")
    make_issue(digest, title="Second", body=body(story("None"), summary="A needle."))
    make_issue(digest, title="First needle", body=body(story("None")))
    shown = look_for("needle")
    titles = [r.title.text for r in shown.shown([hit.pk for hit in shown.hits])]
    assert titles == ["First needle", "Second", "Text"]


def test_words_in_their_order_come_first(digest):
    tell(digest, "Apart", "open and model", day=15)
    tell(digest, "Together", "open model", day=14)
    assert stories("open model") == ["Together", "Apart"]
    assert stories("open OR model") == ["Apart", "Together"]


def test_of_the_same_the_newer_comes_first_and_a_better_one_before_it(digest):
    for heading, days in (("Old", 400), ("Older", 800), ("New", 0)):
        tell(digest, heading, "needle", day=DAY - timedelta(days=days))
    tell(digest, "Old needle", "needle", day=DAY - timedelta(days=5000))
    assert stories("needle") == ["Old needle", "New", "Old", "Older"]


def test_a_word_that_is_there_more_often_counts_more_and_less_each_time(digest):
    for number in (1, 2, 3):
        tell(digest, f"Told {number}", " and ".join(["needle"] * number))
    found = look_for("needle")
    one, two, three = sorted(hit.score for hit in found.hits)
    assert stories("needle") == ["Told 3", "Told 2", "Told 1"]
    assert two - one > three - two > 0


def test_a_rare_word_counts_more_than_a_common_one(digest):
    tell(digest, "Common word", "word word rare", day=14)
    tell(digest, "Rare word", "rare thing", day=14)
    for number in range(5):
        tell(digest, f"Filler {number}", "common", day=13)
    assert stories("rare OR nothing") == ["Rare word", "Common word"]


def test_a_story_comes_before_the_issue_that_tells_of_it(digest):
    tell(digest, "Needle", title="Needle")
    found = look_for("needle")
    assert [bool(result.story) for result in found.shown([h.pk for h in found.hits])] == [
        True,
        False,
    ]


def test_a_word_itself_comes_before_its_other_forms_and_these_before_synonyms(digest):
    Synonyms.objects.create(terms="model, network")
    for heading in ("network", "models", "model"):
        tell(digest, heading)
    assert stories("model") == ["model", "models", "network"]


def test_what_goes_on_counts_less_than_what_ends_there(digest):
    tell(digest, "modelling")
    tell(digest, "mode")
    assert stories("mode", is_typing=True) == ["mode", "modelling"]


# By query: the scores of the four stories below.
SCORES = {
    "grid": [("Grid storage", 4.0), ("The grid", 3.9771), ("Storage", 0.9988)],
}


def test_scores_are_the_same_on_every_database(digest):
    tell(digest, "Grid storage", "A forecast", day=15)
    tell(digest, "The grid", "Storage of power", day=10)
    tell(digest, "Storage", "Grids and a grid", day=14)
    tell(digest, "Power", "Nothing", day=13)
    for text, scores in SCORES.items():
        found = look_for(text)
        shown = found.shown([hit.pk for hit in found.hits])
        headings = [result.title.text for result in shown]
        assert list(zip(headings, [hit.score for hit in found.hits], strict=True)) == scores


def test_what_fits_best_is_found_beyond_the_newest(digest, monkeypatch):
    monkeypatch.setattr(results, "MAX_RANKED", 3)
    tell(digest, "Open model", day=1)
    tell(digest, "Said", "an open model", day=2)
    for day in range(10, 15):
        tell(digest, f"Filler {day}", "model that is open", day=day)
    assert stories("open model")[:2] == ["Open model", "Said"]
    assert len(look_for("open model").hits) == 5


@pytest.mark.parametrize("text", ["needle -secret", 'needle -"no secret"', "red needle -secret"])
def test_what_is_excluded_is_not_found_beyond_the_newest(digest, monkeypatch, text):
    monkeypatch.setattr(results, "MAX_RANKED", 2)
    tell(digest, "Red needle", "no secret", day=1)
    for day in range(10, 14):
        tell(digest, "Red needle", day=day)
    found = look_for(text)
    assert {hit.pk for hit in found.hits} <= set(found.entries.values_list("pk", flat=True))
    assert len(found.hits) >= 2


def test_nothing_has_no_order(digest):
    tell(digest, "Needle")
    assert rank([], look_for("needle").plan) == []


def test_the_order_is_of_the_texts_alone(digest):
    tell(digest, "Needle")
    plan, [pk] = look_for("needle").plan, Entry.objects.filter(story=None).values_list("pk")[0]
    [hit] = rank([Candidate(pk, " needle ", "", "")], plan)
    assert hit.score == pytest.approx(FIELDS[0] * ISSUE_ITSELF)
