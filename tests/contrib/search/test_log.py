"""Searches are logged without personal data."""

import threading
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from digest.contrib.search import log
from digest.contrib.search.log import log_search, logged_searches, popular_queries
from digest.contrib.search.models import Searched

pytestmark = pytest.mark.django_db


def logged():
    """Return query, times and results of every row."""
    return list(Searched.objects.order_by("day", "query").values_list("query", "times", "results"))


def days_ago(days):
    return timezone.localdate() - timedelta(days=days)


def test_spellings_of_a_query_are_counted_together(site):
    log_search(site, "Open  Weights", 3)
    log_search(site, " open weights\u200b\n", 5)
    assert logged() == [("open weights", 2, 5)]


def test_each_day_and_each_site_has_its_own_count(site):
    Searched.objects.create(site=site, day=days_ago(1), query="weights", results=1)
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    other = Site.objects.create(hostname="other.example", root_page=root)
    for place in (site, other):
        log_search(place, "weights", 2)
    assert logged() == [("weights", 1, 1), ("weights", 1, 2), ("weights", 1, 2)]


def test_operator_is_logged_in_upper_case(site):
    log_search(site, "Bus OR Tram -Train", 1)
    assert logged() == [("bus OR tram -train", 1, 1)]


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
def test_personal_and_empty_queries_are_not_logged(site, text):
    log_search(site, text, 1)
    assert logged() == []


@pytest.mark.parametrize("text", ["GPT-4", "budget 2026", "a" * 100, "nul\x00byte", "\ud800 odd"])
def test_other_queries_are_logged(site, text):
    log_search(site, text, 1)
    assert len(logged()) == 1


def test_number_of_queries_of_a_day_is_limited(site, monkeypatch):
    monkeypatch.setattr(log, "MAX_QUERIES", 2)
    for text in ("one", "two", "three", "two"):
        log_search(site, text, 1)
    assert logged() == [("one", 1, 1), ("two", 2, 1)]


def test_first_search_of_a_day_deletes_old_rows(site, settings):
    settings.DIGEST_SEARCH_LOG_DAYS = 7
    for days in (6, 7, 100):
        Searched.objects.create(site=site, day=days_ago(days), query=f"{days} days", results=1)
    log_search(site, "today", 1)
    assert [query for query, _times, _results in logged()] == ["6 days", "today"]


def test_setting_disables_the_log(site, settings):
    log_search(site, "yesterday", 1)
    settings.DIGEST_SEARCH_LOG_DAYS = 0
    log_search(site, "today", 1)
    assert [query for query, _times, _results in logged()] == ["yesterday"]
    assert not logged_searches()


def test_database_error_does_not_break_the_callers_transaction(site, monkeypatch):
    def fail(*args):
        Searched.objects.create(site=site, query="half done", results=1)
        raise DatabaseError

    monkeypatch.setattr(log, "_count", fail)
    with transaction.atomic():
        Searched.objects.create(site=site, query="before", results=1)
        log_search(site, "weights", 1)
        Searched.objects.create(site=site, query="after", results=1)
    assert [query for query, _times, _results in logged()] == ["after", "before"]


def lock_timeout():
    """Return how long the connection waits for locks, in milliseconds."""
    query = "PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0]).removesuffix("ms")


def test_lock_timeout_is_short_only_while_counting(site, monkeypatch):
    inside, count, before = [], log._count, lock_timeout()
    monkeypatch.setattr(log, "_count", lambda *args: (inside.append(lock_timeout()), count(*args)))
    log_search(site, "weights", 1)
    assert inside == [str(log.LOCK_TIMEOUT)]
    assert lock_timeout() == before != inside[0]
    assert logged() == [("weights", 1, 1)]


@pytest.mark.django_db(transaction=True)
def test_search_is_not_counted_if_the_row_is_locked():
    # An earlier transactional test has deleted the rows that migrations create.
    ContentType.objects.clear_cache()
    Locale.objects.get_or_create(language_code="en")
    root = Page.objects.first() or Page.add_root(instance=Page(title="Root", slug="root"))
    site = Site.objects.first() or Site.objects.create(hostname="localhost", root_page=root)
    log_search(site, "weights", 1)
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
    log_search(site, "weights", 1)
    waited = timezone.now() - began
    done.set()
    other.join()
    assert waited < timedelta(seconds=2)
    assert logged() == [("weights", 1, 7)]


def test_results_are_of_the_latest_search(site):
    Searched.objects.create(site=site, day=days_ago(2), query="llm", times=4, results=0)
    Searched.objects.create(site=site, day=days_ago(1), query="llm", times=2, results=9)
    Searched.objects.create(site=site, day=days_ago(31), query="llm", times=100, results=0)
    [row] = logged_searches()
    assert (row["query"], row["searches"], row["latest_results"]) == ("llm", 6, 9)


def test_popular_queries_have_results_on_several_days(site):
    rows = [("heat", [0, 1, 2, 29], 1), ("heat pump", [3, 9, 11], 1), ("heating", [0, 1, 30], 1)]
    for query, days, results in [*rows, ("heater", [0, 1, 2], 0)]:
        for day in days:
            add_row(site, query, day, results)
    assert popular_queries(site) == ["heat", "heat pump"]


def test_many_searches_of_a_day_do_not_make_a_query_popular(site):
    for day, times in [(0, 1), (1, 1), (2, 1)]:
        add_row(site, "grid", day, 1, times)
        add_row(site, "heat", day, 1, times + 1)
    add_row(site, "planted", 0, 1, times=500)
    add_row(site, "planted", 1, 1, times=500)
    assert popular_queries(site) == ["heat", "grid"]


def add_row(site, query, day, results, times=1):
    row = {"query": query, "results": results, "times": times}
    Searched.objects.create(site=site, day=days_ago(day), **row)


def test_popular_queries_are_cached(site, django_assert_num_queries):
    popular_queries(site)
    with django_assert_num_queries(0):
        popular_queries(site)
