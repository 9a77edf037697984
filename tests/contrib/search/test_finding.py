"""A search from the text to what is shown: bounded, forgiving, and never broken."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.contrib.search import results
from digest.contrib.search.models import Entry
from digest.contrib.search.parsing import TooLong
from digest.models import IssuePage
from tests.builders import expire, make_digest, restrict
from tests.contrib.search.searching import headings, look_for, public, stories, tell

pytestmark = pytest.mark.django_db

PARTS = ["needle", '"', " ", "-", "OR", "(", "*", "\x00", "'", "é", "知", "\u202e", ":", "\\", "%s"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=9), max_size=40).map("".join))
@pytest.mark.parametrize("is_typing", [True, False])
def test_no_text_breaks_a_search(django_db_setup, digest, is_typing, text):
    if not Entry.objects.exists():
        tell(digest, "Needle é 知", "a needle")
    try:
        found = look_for(text, is_typing=is_typing)
    except TooLong:
        return
    shown = found.shown([hit.pk for hit in found.hits])
    assert len(shown) == found.counts.total == found.entries.count()


@pytest.mark.parametrize("text", ["", "  ", "-needle", "🚀", '""', "!?", "\x00"])
def test_a_text_without_words_finds_nothing(digest, text, django_assert_num_queries):
    tell(digest, "Needle")
    with django_assert_num_queries(2):  # of visibility
        found = look_for(text)
        assert (found.hits, found.counts.total, found.corrections) == ([], 0, [])
        assert not found.entries.exists()


def test_control_characters_are_not_told_again(digest):
    found = look_for("nee\x00dle\x07 cafe\u0301")
    assert found.asked == found.searched == "nee dle  café"


@pytest.mark.parametrize("text", ["word " * 8_000, "a" * 60_000, "a " * 21])
def test_what_is_too_long_is_refused_at_once(text, django_assert_num_queries):
    start = time.process_time()
    with django_assert_num_queries(2), pytest.raises(TooLong):
        look_for(text)
    assert time.process_time() - start < 0.1


def test_where_nothing_has_all_words_what_has_most_is_found(digest):
    tell(digest, "Red green", day=1)
    tell(digest, "Red", day=2)
    found = look_for("red green purple77")
    assert (headings(found), found.is_complete) == (["Red green"], False)
    found = look_for("red purple77 yellow77")
    assert (headings(found)[-1], found.is_complete, found.counts.total) == ("Red green", False, 2)
    assert headings(look_for("red green purple77 -green")) == ["Red"]
    assert look_for("purple77 yellow77").is_complete


def test_one_word_alone_is_not_left_out(digest):
    tell(digest, "Red")
    found = look_for("purple77")
    assert (found.hits, found.is_complete, found.corrections) == ([], True, [])


def test_what_became_hidden_since_is_not_found(digest):
    for hide in (expire, restrict, lambda issue: IssuePage.objects.filter(pk=issue.pk).delete()):
        issue = tell(digest, "Needle")
        assert stories("needle") == ["Needle"]
        hide(issue)
        assert stories("needle") == []


def test_a_stale_entry_is_not_found(digest):
    issue = tell(digest, "Needle")
    IssuePage.objects.filter(pk=issue.pk).update(live=False)
    assert Entry.objects.exists()
    found = look_for("needle")
    assert (found.hits, found.counts.total, found.corrections) == ([], 0, [])


def test_other_issues_are_not_found_where_a_list_is_narrowed(digest, home_page):
    tell(digest, "Needle")
    weekly = make_digest(home_page, "weekly")
    there = public().filter(path__startswith=weekly.path)
    found = results_in(there, "needle")
    assert (found.hits, found.corrections) == ([], [])
    assert results_in(there, "needel").corrections == [("needel", "needle")]


def results_in(issues, text):
    from digest.contrib.search.finding import search

    return search(text, issues, everywhere=public())


def test_counts_are_of_tags_places_and_years(digest):
    one = tell(digest, "Needle", tags=("Red", "Green"))
    tell(digest, "Needle", tags=("Red",), day=15)
    tell(digest, "Straw", tags=("Red",), day=16)
    counts, tags = look_for("needle").counts, {tag.name: tag.pk for tag in one.tags.all()}
    assert (counts.total, counts.is_exact) == (2, True)
    assert counts.tags == {tags["Red"]: 2, tags["Green"]: 1}
    assert (counts.parents, counts.years) == ({digest.pk: 2}, {2026: 2})


@pytest.mark.parametrize(("most", "total", "is_exact"), [(2, 2, False), (3, 3, True), (4, 3, True)])
def test_so_many_are_counted_and_no_more(digest, monkeypatch, most, total, is_exact):
    monkeypatch.setattr(results, "MAX_COUNTED", most)
    for day in (1, 2, 3):
        tell(digest, "Needle", day=day)
    assert look_for("needle").counts[:2] == (total, is_exact)


def test_what_is_shown_is_marked_and_in_the_order_asked_for(digest):
    issue = tell(digest, "A <b>", "The needle.", title="Needle & Co", summary="In brief needle")
    found = look_for("needle")
    pks = [hit.pk for hit in found.hits]
    told = {result.pk: result for result in found.shown(pks)}
    itself, one = (told[pk] for pk in sorted(pks))
    assert [result.pk for result in found.shown(pks[::-1])] == pks[::-1]
    assert (itself.issue, itself.story, one.issue) == (issue, None, issue)
    assert itself.title.html == "<mark>Needle</mark> &amp; Co"
    assert itself.excerpt.html == "In brief <mark>needle</mark>"
    assert one.title.html == "A &lt;b&gt;"
    assert one.excerpt.html == "The <mark>needle</mark>."
    assert found.shown([1]) == []


def test_a_search_takes_few_queries_however_much_it_finds(digest, django_assert_max_num_queries):
    for day in range(1, 6):
        tell(digest, f"Needle {day}", day=day)
    with django_assert_max_num_queries(12):
        found = look_for("needle")
        assert len(found.shown([hit.pk for hit in found.hits])) == found.counts.total == 5


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"forecas{letter}" for letter in "abcdefghijklmnopqrst"),
        " OR ".join(f"forc{letter}" for letter in "abcdefghijklmnopqrst"),
        " ".join(f'"a {letter}"' for letter in "abcdefghijklmnopqrst"),
    ],
)
def test_misspelt_words_take_bounded_queries(digest, text, django_assert_max_num_queries):
    tell(digest, "The forecast of forecasts")
    with django_assert_max_num_queries(90):
        look_for(text)
