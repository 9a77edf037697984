"""What is kept of readers' searches, and what is not."""

import threading
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from digest.contrib.search import log
from digest.contrib.search.log import note_search, popular, searches
from digest.contrib.search.models import Searched

pytestmark = pytest.mark.django_db


def kept():
    """Query, times and results of every row."""
    return list(Searched.objects.order_by("day", "query").values_list("query", "times", "results"))


def days_ago(days):
    return timezone.localdate() - timedelta(days=days)


def test_a_query_is_counted_once_a_day_however_it_is_written(site):
    note_search(site, "Open  Weights", 3)
    note_search(site, " open weights\u200b\n", 5)
    assert kept() == [("open weights", 2, 5)]


def test_each_day_and_each_site_has_its_own_count(site):
    Searched.objects.create(site=site, day=days_ago(1), query="weights", results=1)
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    other = Site.objects.create(hostname="other.example", root_page=root)
    for place in (site, other):
        note_search(place, "weights", 2)
    assert kept() == [("weights", 1, 1), ("weights", 1, 2), ("weights", 1, 2)]


def test_the_operator_stays_an_operator(site):
    note_search(site, "Bus OR Tram -Train", 1)
    assert kept() == [("bus OR tram -train", 1, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "me@example.com",
        "mail to Me＠example.com",
        "+49 170 123 45 67",
        "4111 1111 1111 1111",
        "٠١٢٣٤٥٦",
        "a" * 101,
        "word " * 30,
        "",
        " \x00 ",
        '"-!"',
    ],
)
def test_nothing_is_kept_of_what_may_be_personal_or_says_nothing(site, text):
    note_search(site, text, 1)
    assert kept() == []


@pytest.mark.parametrize("text", ["GPT-4", "budget 2026", "a" * 100, "nul\x00byte", "\ud800 odd"])
def test_what_else_readers_write_is_kept(site, text):
    note_search(site, text, 1)
    assert len(kept()) == 1


def test_new_queries_are_not_kept_beyond_the_most_of_a_day(site, monkeypatch):
    monkeypatch.setattr(log, "MAX_QUERIES", 2)
    for text in ("one", "two", "three", "two"):
        note_search(site, text, 1)
    assert kept() == [("one", 1, 1), ("two", 2, 1)]


def test_old_days_are_forgotten_when_a_day_begins(site, settings):
    settings.DIGEST_SEARCH_LOG_DAYS = 7
    for days in (6, 7, 100):
        Searched.objects.create(site=site, day=days_ago(days), query=f"{days} days", results=1)
    note_search(site, "today", 1)
    assert [query for query, _times, _results in kept()] == ["6 days", "today"]


def test_nothing_is_kept_or_told_where_the_log_is_off(site, settings):
    note_search(site, "yesterday", 1)
    settings.DIGEST_SEARCH_LOG_DAYS = 0
    note_search(site, "today", 1)
    assert [query for query, _times, _results in kept()] == ["yesterday"]
    assert not searches()


def test_a_failure_is_silent_and_leaves_the_callers_transaction_as_it_is(site, monkeypatch):
    def fail(*args):
        Searched.objects.create(site=site, query="half done", results=1)
        raise DatabaseError

    monkeypatch.setattr(log, "_count", fail)
    with transaction.atomic():
        Searched.objects.create(site=site, query="before", results=1)
        note_search(site, "weights", 1)
        Searched.objects.create(site=site, query="after", results=1)
    assert [query for query, _times, _results in kept()] == ["after", "before"]


def patience():
    """How long the connection waits for the locks of others."""
    asked = "PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return str(cursor.fetchone()[0]).removesuffix("ms")


def test_waits_but_a_moment_and_only_while_it_counts(site, monkeypatch):
    inside, count, before = [], log._count, patience()
    monkeypatch.setattr(log, "_count", lambda *args: (inside.append(patience()), count(*args)))
    note_search(site, "weights", 1)
    assert inside == [str(log.PATIENCE)]
    assert patience() == before != inside[0]
    assert kept() == [("weights", 1, 1)]


@pytest.mark.django_db(transaction=True)
def test_another_writer_is_not_waited_for():
    # A test of this kind before it has left nothing of what the migrations make.
    ContentType.objects.clear_cache()
    Locale.objects.get_or_create(language_code="en")
    root = Page.objects.first() or Page.add_root(instance=Page(title="Root", slug="root"))
    site = Site.objects.first() or Site.objects.create(hostname="localhost", root_page=root)
    note_search(site, "weights", 1)
    holding, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Searched.objects.update(results=7)
            holding.set()
            done.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    holding.wait(10)
    began = timezone.now()
    note_search(site, "weights", 1)
    waited = timezone.now() - began
    done.set()
    other.join()
    assert waited < timedelta(seconds=2)
    assert kept() == [("weights", 1, 7)]


def test_results_are_those_of_the_last_search(site):
    Searched.objects.create(site=site, day=days_ago(2), query="llm", times=4, results=0)
    Searched.objects.create(site=site, day=days_ago(1), query="llm", times=2, results=9)
    Searched.objects.create(site=site, day=days_ago(31), query="llm", times=100, results=0)
    [row] = searches()
    assert (row["query"], row["asked"], row["found"]) == ("llm", 6, 9)


def test_popular_are_queries_that_several_searches_found_something_with(site):
    rows = [("heat pump", 3, 1), ("heat", 5, 2), ("heating", 2, 1), ("heater", 9, 0)]
    for query, times, results in rows:
        Searched.objects.create(site=site, query=query, times=times, results=results)
    Searched.objects.create(site=site, day=days_ago(30), query="heating", times=9, results=1)
    assert popular(site) == ["heat", "heat pump"]


def test_popular_queries_are_read_now_and_then(site, django_assert_num_queries):
    popular(site)
    with django_assert_num_queries(0):
        popular(site)
