"""What is searched for, counted by day: to suggest what others look for, and to tell editors what
nobody finds. Nothing about who searches is kept.
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
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.utils import timezone
from wagtail.models import Site

from digest.contrib.search.analysis import tokens
from digest.contrib.search.conf import conf
from digest.contrib.search.models import Searched

logger = logging.getLogger(__name__)

# So many different queries are kept of a site and a day; programs that guess come to many.
MAX_QUERIES = 10_000
MAX_LENGTH = Searched._meta.get_field("query").max_length
# What may be a telephone number, a card's or an account's.
MAX_DIGITS = 6
# So often a query was searched for, before others are told of it; of so many, and so old.
LEAST_POPULAR, MAX_POPULAR, POPULAR_SECONDS = 3, 1000, 300
# Milliseconds that a count waits for another writer before it is given up.
PATIENCE = 50


def normalised(text: str) -> str:
    """A query as it is counted: without case, needless space and what cannot be seen."""
    text = unicodedata.normalize("NFC", text)
    kept = (c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(word if word == "OR" else word.lower() for word in "".join(kept).split())


def note_search(site: Site, text: str, results: int) -> None:
    """Count a search of a site, and how many results it had. Never raises, and does not wait:
    where another transaction is in the way, the search stays uncounted."""
    query = normalised(text)
    if not conf.SEARCH_LOG_DAYS or not _may_be_kept(query):
        return
    connection = connections[router.db_for_write(Searched)]
    try:
        with HURRIED.get(connection.vendor, _unhurried)(connection):
            _count(site, query, results, connection.alias)
    except Error as error:
        logger.debug("A search was not counted: %s", error)


def _may_be_kept(query: str) -> bool:
    """Whether it is a query, and cannot be somebody's address or number."""
    shown = unicodedata.normalize("NFKC", query)
    is_personal = re.search(r"\S@\S", shown) or len(re.findall(r"\d", shown)) > MAX_DIGITS
    return len(query) <= MAX_LENGTH and not is_personal and bool(tokens(query))


def _count(site: Site, query: str, results: int, using: str) -> None:
    today = timezone.localdate()
    rows = Searched.objects.using(using).filter(site=site, day=today)
    if rows.filter(query=query).update(times=F("times") + 1, results=results):
        return
    number = rows[:MAX_QUERIES].count()
    if not number:  # A day begins.
        last = today - timedelta(days=conf.SEARCH_LOG_DAYS)
        Searched.objects.using(using).filter(day__lte=last).delete()
    if number < MAX_QUERIES:
        # Another process may just have made it: the one search is then not counted.
        row = Searched(site=site, day=today, query=query, results=results)
        Searched.objects.using(using).bulk_create([row], ignore_conflicts=True)


@contextmanager
def _hurried_on_sqlite(connection: Any) -> Iterator[None]:
    """A transaction that waits but a moment for another writer; else that may be many seconds."""
    connection.ensure_connection()
    sqlite = connection.connection  # Not Django's cursor, which refuses after some failures.
    (before,) = sqlite.execute("PRAGMA busy_timeout").fetchone()
    sqlite.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    try:
        with transaction.atomic(using=connection.alias):
            yield
    finally:
        sqlite.execute(f"PRAGMA busy_timeout = {before}")


@contextmanager
def _hurried_on_postgresql(connection: Any) -> Iterator[None]:
    """The same for locks; a failure takes the setting back, as it does the rest."""
    write = "set_config('lock_timeout', %s, true)"
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"SELECT current_setting('lock_timeout'), {write}", [f"{PATIENCE}ms"])
        (before, _now) = cursor.fetchone()
        yield
        cursor.execute(f"SELECT {write}", [before])


@contextmanager
def _unhurried(connection: Any) -> Iterator[None]:
    """A transaction in a database that nobody has told how to hurry."""
    with transaction.atomic(using=connection.alias):
        yield


HURRIED = {"sqlite": _hurried_on_sqlite, "postgresql": _hurried_on_postgresql}


def searches(days: int = 30) -> QuerySet:
    """What was searched for in the last days, by site and query, the most frequent first:
    ``asked`` is how often, ``found`` how many results there were at last."""
    same = Searched.objects.filter(site=OuterRef("site"), query=OuterRef("query"))
    found = Subquery(same.order_by("-day").values("results")[:1])
    counted = _recent(days).values("site", "query").annotate(asked=Sum("times"), found=found)
    return counted.order_by("-asked", "query")


def _recent(days: int) -> QuerySet:
    days = min(days, conf.SEARCH_LOG_DAYS)
    return Searched.objects.filter(day__gt=timezone.localdate() - timedelta(days=days))


def popular(site: Site) -> list[str]:
    """What was searched for most in the last 30 days, and had results; minutes old. Of rare
    queries nobody else is told."""
    key = f"digest_search_popular_{site.pk}"
    return cache.get_or_set(key, lambda: _read_popular(site), POPULAR_SECONDS)


def _read_popular(site: Site) -> list[str]:
    rows = _recent(30).filter(site=site, results__gt=0).values("query")
    counted = rows.annotate(asked=Sum("times")).filter(asked__gte=LEAST_POPULAR)
    return list(counted.order_by("-asked", "query").values_list("query", flat=True)[:MAX_POPULAR])
