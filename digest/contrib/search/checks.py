"""System checks of the settings and the database of readers' search."""

from typing import Any

import snowballstemmer
from django.core.checks import Error, Tags, register
from django.db import connections, router

from digest.contrib.search.conf import conf
from digest.contrib.search.engines import ENGINES
from digest.contrib.search.engines.sqlite import SQLiteEngine
from digest.contrib.search.models import Entry

# Ten years.
MAX_DAYS = 3650


@register()
def check_stemmers(**kwargs: Any) -> list[Error]:
    """Check that each language has a known stemmer, or none (``digest.E011``)."""
    stemmers = conf.SEARCH_STEMMERS
    known = snowballstemmer.algorithms()
    if isinstance(stemmers, dict) and all(not name or name in known for name in stemmers.values()):
        return []
    hint = f"Map language codes to an empty string or one of: {', '.join(known)}."
    return [Error("DIGEST_SEARCH_STEMMERS has an unknown stemmer.", hint, id="digest.E011")]


@register()
def check_log_days(**kwargs: Any) -> list[Error]:
    """Check that the log's number of days is a whole number in range (``digest.E012``)."""
    days = conf.SEARCH_LOG_DAYS
    if isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= MAX_DAYS:
        return []
    hint = f"Use a number of days up to {MAX_DAYS}, or 0 to log nothing."
    return [Error("DIGEST_SEARCH_LOG_DAYS is not a number of days.", hint, id="digest.E012")]


@register(Tags.database)
def check_engine(databases: Any = None, **kwargs: Any) -> list[Error]:
    """Check that the database has an engine, and SQLite has FTS5 (``digest.E010``)."""
    alias = router.db_for_read(Entry)
    if alias not in (databases or ()):
        return []
    connection = connections[alias]
    if connection.vendor not in ENGINES:
        message = f"digest.contrib.search has no engine for {connection.display_name}."
        hint = f"Use one of: {', '.join(ENGINES)}."
        return [Error(message, hint=hint, id="digest.E010")]
    if ENGINES[connection.vendor] is SQLiteEngine and not _has_fts5(connection):
        hint = "Use a Python whose SQLite has FTS5, or PostgreSQL."
        return [
            Error(
                "This SQLite has no FTS5, which digest.contrib.search needs.",
                hint,
                id="digest.E010",
            )
        ]
    return []


def _has_fts5(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')")
        return bool(cursor.fetchone()[0])
