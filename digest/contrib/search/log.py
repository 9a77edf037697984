"""Log queries by day, for suggestions and for the report of searches.

No data about the reader is stored.
"""

import logging
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import Error, connections, router, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.utils import timezone
from wagtail.models import Site

from digest.contrib.search.analysis import tokens
from digest.contrib.search.conf import conf
from digest.contrib.search.models import Searched

logger = logging.getLogger(__name__)

# Per site and day; bounds the table if a program tries queries.
MAX_QUERIES = 10_000
MAX_LENGTH = Searched._meta.get_field("query").max_length
# More digits may be a telephone, card or account number.
MAX_DIGITS = 6
# Popular queries: the least number of days with a search, the number of queries, seconds in the
# cache.
MIN_DAYS, MAX_POPULAR, POPULAR_TIMEOUT = 3, 1000, 300
# Milliseconds to wait for another writer.
LOCK_TIMEOUT = 50
# Most searches run only this, and compiling it would take longer.
COUNT_AGAIN = """
UPDATE digest_search_searched SET times = times + 1, results = %s
WHERE site_id = %s AND day = %s AND query = %s
"""


def normalise(text: str) -> str:
    """Remove case, extra spaces and invisible characters; ``OR`` stays an operator."""
    text = unicodedata.normalize("NFC", text)
    visible = (c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(word if word == "OR" else word.lower() for word in "".join(visible).split())


def log_search(site: Site, text: str, results: int) -> None:
    """Count a search of a site, and save its number of results.

    Log a database error instead of raising it, and do not wait for locks: if another transaction
    holds one, the search is not counted.
    """
    query = normalise(text)
    if not conf.SEARCH_LOG_DAYS or not _is_loggable(query):
        return
    connection = connections[router.db_for_write(Searched)]
    try:
        with TRANSACTIONS.get(connection.vendor, _other_transaction)(connection):
            _count(site, query, results, connection.alias)
    except Error as error:
        logger.debug("A search was not counted: %s", error)


def _is_loggable(query: str) -> bool:
    """Return whether a query has words, and no e-mail address or long number."""
    text = unicodedata.normalize("NFKC", query)
    is_personal = re.search(r"\S@\S", text) or len(re.findall(r"\d", text)) > MAX_DIGITS
    return len(query) <= MAX_LENGTH and not is_personal and bool(tokens(query))


def _count(site: Site, query: str, results: int, using: str) -> None:
    today = timezone.localdate()
    with connections[using].cursor() as cursor:
        cursor.execute(COUNT_AGAIN, [results, site.pk, str(today), query])
        if cursor.rowcount:
            return
    rows = Searched.objects.using(using).filter(site=site, day=today)
    number = rows[:MAX_QUERIES].count()
    if not number:  # The first search of a day deletes old rows.
        last = today - timedelta(days=conf.SEARCH_LOG_DAYS)
        Searched.objects.using(using).filter(day__lte=last).delete()
    if number < MAX_QUERIES:
        # If another process has just inserted the row, this search is not counted.
        row = Searched(site=site, day=today, query=query, results=results)
        Searched.objects.using(using).bulk_create([row], ignore_conflicts=True)


@contextmanager
def _sqlite_transaction(connection: Any) -> Iterator[None]:
    """Open a transaction that waits for locks up to ``LOCK_TIMEOUT``."""
    connection.ensure_connection()
    # Not Django's cursor, which raises in a transaction that has failed.
    sqlite = connection.connection
    (before,) = sqlite.execute("PRAGMA busy_timeout").fetchone()
    sqlite.execute(f"PRAGMA busy_timeout = {LOCK_TIMEOUT}")
    try:
        with transaction.atomic(using=connection.alias):
            yield
    finally:
        sqlite.execute(f"PRAGMA busy_timeout = {before}")


@contextmanager
def _postgresql_transaction(connection: Any) -> Iterator[None]:
    """Open a transaction that waits for locks up to ``LOCK_TIMEOUT``.

    A rollback restores the setting.
    """
    write = "set_config('lock_timeout', %s, true)"
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"SELECT current_setting('lock_timeout'), {write}", [f"{LOCK_TIMEOUT}ms"])
        (before, _now) = cursor.fetchone()
        yield
        cursor.execute(f"SELECT {write}", [before])


@contextmanager
def _other_transaction(connection: Any) -> Iterator[None]:
    with transaction.atomic(using=connection.alias):
        yield


TRANSACTIONS = {"sqlite": _sqlite_transaction, "postgresql": _postgresql_transaction}


def logged_searches(days: int = 30) -> QuerySet:
    """Return the queries of the last days by site, the most frequent first.

    Each row has ``site``, ``query``, ``searches`` (how often) and ``latest_results`` (how many).
    """
    same = Searched.objects.filter(site=OuterRef("site"), query=OuterRef("query"))
    latest = Subquery(same.order_by("-day").values("results")[:1])
    rows = _recent(days).values("site", "query")
    counted = rows.annotate(searches=Sum("times"), latest_results=latest)
    return counted.order_by("-searches", "query")


def _recent(days: int) -> QuerySet:
    days = min(days, conf.SEARCH_LOG_DAYS)
    return Searched.objects.filter(day__gt=timezone.localdate() - timedelta(days=days))


def popular_queries(site: Site) -> list[str]:
    """Return the queries with results on most of the last 30 days, cached for minutes.

    Rare queries are left out: they may be personal. Days are counted, not searches, because one
    client can send any number of searches, and clients cannot be told apart without personal data.
    """
    key = f"digest_search_popular_{site.pk}"
    return cache.get_or_set(key, lambda: _read_popular(site), POPULAR_TIMEOUT)


def _read_popular(site: Site) -> list[str]:
    rows = _recent(30).filter(site=site, results__gt=0).values("query")
    counted = rows.annotate(days=Count("day"), searches=Sum("times")).filter(days__gte=MIN_DAYS)
    ordered = counted.order_by("-days", "-searches", "query")
    return list(ordered.values_list("query", flat=True)[:MAX_POPULAR])
