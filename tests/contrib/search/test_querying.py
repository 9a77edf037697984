"""Searches accept any text, are relaxed without results, and take bounded queries."""

import time
from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.contrib.search.models import Entry
from digest.contrib.search.parsing import TooLong
from digest.contrib.search.querying import search
from digest.models import IssuePage
from tests.builders import body, expire, make_digest, make_issue, restrict, story
from tests.contrib.search.searching import (
    add_story,
    headings,
    public_issues,
    ranked,
    search_public,
    stories,
)

pytestmark = pytest.mark.django_db

PARTS = ["needle", '"', " ", "-", "OR", "(", "*", "\x00", "'", "é", "知", "\u202e", ":", "\\", "%s"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=9), max_size=40).map("".join))
@pytest.mark.parametrize("is_typing", [True, False])
def test_any_text_is_a_valid_search(django_db_setup, digest, is_typing, text):
    if not Entry.objects.exists():
        add_story(digest, "Needle é 知", "a needle")
    try:
        results = search_public(text, is_typing=is_typing)
    except TooLong:
        return
    assert len(ranked(results)) == results.counts.total == results.entries.count()


@pytest.mark.parametrize("text", ["", "  ", "-needle", "🚀", '""', "!?", "\x00"])
def test_text_without_words_has_no_results(digest, text, django_assert_num_queries):
    add_story(digest, "Needle")
    with django_assert_num_queries(2):  # For visibility.
        results = search_public(text)
        assert (results.hits, results.counts.total, results.corrections) == ([], 0, [])
        assert not results.entries.exists()


def test_control_characters_are_removed_from_the_query(digest):
    results = search_public("nee\x00dle\x07 cafe\u0301")
    assert results.query == results.searched_query == "nee dle  café"


@pytest.mark.parametrize("text", ["word " * 8_000, "a" * 60_000, "a " * 21])
def test_long_text_is_rejected_quickly(text, django_assert_num_queries):
    start = time.process_time()
    with django_assert_num_queries(2), pytest.raises(TooLong):
        search_public(text)
    assert time.process_time() - start < 0.1


def test_partial_matches_are_returned_if_nothing_has_all_words(digest):
    add_story(digest, "Red green", day=1)
    add_story(digest, "Red", day=2)
    results = search_public("red green purple77")
    assert (headings(results), results.is_complete) == (["Red green"], False)
    results = search_public("red purple77 yellow77")
    assert (headings(results)[-1], results.is_complete) == ("Red green", False)
    assert results.counts.total == 2
    assert headings(search_public("red green purple77 -green")) == ["Red"]
    assert search_public("purple77 yellow77").is_complete


def test_single_word_is_required(digest):
    add_story(digest, "Red")
    results = search_public("purple77")
    assert (results.hits, results.is_complete, results.corrections) == ([], True, [])


def test_hidden_issue_is_not_found(digest):
    for hide in (expire, restrict, lambda issue: IssuePage.objects.filter(pk=issue.pk).delete()):
        issue = add_story(digest, "Needle")
        assert stories("needle") == ["Needle"]
        hide(issue)
        assert stories("needle") == []


def test_stale_entry_is_not_found(digest):
    issue = add_story(digest, "Needle")
    IssuePage.objects.filter(pk=issue.pk).update(live=False)
    assert Entry.objects.exists()
    results = search_public("needle")
    assert (results.hits, results.counts.total, results.corrections) == ([], 0, [])


def test_only_given_issues_are_searched(digest, home_page):
    add_story(digest, "Needle")
    weekly = make_digest(home_page, "weekly")
    issues = public_issues().filter(path__startswith=weekly.path)
    results = search_in(issues, "needle")
    assert (results.hits, results.corrections) == ([], [])
    assert search_in(issues, "needel").corrections == [("needel", "needle")]


def search_in(issues, text):
    return search(text, issues, everywhere=public_issues())


def test_counts_are_by_tag_parent_and_year(digest):
    one = add_story(digest, "Needle", tags=("Red", "Green"))
    add_story(digest, "Needle", tags=("Red",), day=15)
    add_story(digest, "Straw", tags=("Red",), day=16)
    counts, tags = search_public("needle").counts, {tag.name: tag.pk for tag in one.tags.all()}
    assert (counts.total, counts.is_exact) == (2, True)
    assert counts.tags == {tags["Red"]: 2, tags["Green"]: 1}
    assert (counts.parents, counts.years) == ({digest.pk: 2}, {2026: 2})


@pytest.mark.parametrize(("most", "total", "is_exact"), [(2, 2, False), (3, 3, True), (4, 3, True)])
def test_number_of_counted_entries_is_limited(digest, monkeypatch, most, total, is_exact):
    monkeypatch.setattr("digest.contrib.search.results.MAX_COUNTED", most)
    for day in (1, 2, 3):
        add_story(digest, "Needle", day=day)
    assert search_public("needle").counts[:2] == (total, is_exact)


@pytest.mark.parametrize("hidden_day", [None, 1, 2, 4])
@pytest.mark.parametrize("most", [3, 5, 6, 7, 8, 11, 12, 20])
def test_counts_beyond_the_ranked_are_those_of_each_entry(digest, monkeypatch, most, hidden_day):
    monkeypatch.setattr("digest.contrib.search.results.MAX_RANKED", 2)
    monkeypatch.setattr("digest.contrib.search.results.MAX_COUNTED", most)
    needles = [story(f"Needle {number}") for number in range(3)]
    for day in (1, 2, 3, 4):
        issue = make_issue(
            digest, date(2020 + day, 4, day), body=body(*needles), tags=(f"Day {day}",)
        )
        if day == hidden_day:
            expire(issue)  # It stays in the index until the next change.
    results = search_public("needle")
    counted = list(results.entries[:most])
    total, is_exact, *numbers = results.counts
    assert (total, is_exact) == (len(counted), results.entries.count() <= most)
    # As dictionaries: to Counter, 0 and no value are the same.
    assert list(map(dict, numbers)) == [
        Counter(int(tag) for entry in counted for tag in entry.tag_ids.split()),
        Counter(entry.parent_id for entry in counted),
        Counter(entry.date.year for entry in counted),
    ]


def test_matches_of_an_issue_are_counted_together(digest, monkeypatch):
    monkeypatch.setattr("digest.contrib.search.results.MAX_RANKED", 2)
    for day in (1, 2):
        make_issue(digest, day, body=body(*(story(f"Needle {number}") for number in range(4))))
    results = search_public("needle")
    numbers = [number for _pk, number, *_others in results._counted]
    assert numbers == [1, 1, 2, 4]


def test_results_are_highlighted_and_in_the_given_order(digest):
    issue = add_story(
        digest, "A <b>", "The needle.", title="Needle & Co", summary="In brief needle"
    )
    results = search_public("needle")
    pks = [hit.pk for hit in results.hits]
    by_pk = {result.pk: result for result in results.get_results(pks)}
    itself, one = (by_pk[pk] for pk in sorted(pks))
    assert [result.pk for result in results.get_results(pks[::-1])] == pks[::-1]
    assert (itself.issue, itself.story, one.issue) == (issue, None, issue)
    assert itself.title.html == "<mark>Needle</mark> &amp; Co"
    assert itself.excerpt.html == "In brief <mark>needle</mark>"
    assert one.title.html == "A &lt;b&gt;"
    assert one.excerpt.html == "The <mark>needle</mark>."
    assert results.get_results([1]) == []


def test_database_queries_do_not_grow_with_results(digest, django_assert_max_num_queries):
    for day in range(1, 6):
        add_story(digest, f"Needle {day}", day=day)
    with django_assert_max_num_queries(12):
        results = search_public("needle")
        assert len(ranked(results)) == results.counts.total == 5


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"forecas{letter}" for letter in "abcdefghijklmnopqrst"),
        " OR ".join(f"forc{letter}" for letter in "abcdefghijklmnopqrst"),
        " ".join(f'"a {letter}"' for letter in "abcdefghijklmnopqrst"),
    ],
)
def test_database_queries_of_corrections_are_bounded(digest, text, django_assert_max_num_queries):
    add_story(digest, "The forecast of forecasts")
    with django_assert_max_num_queries(90):
        search_public(text)
