"""What is said at start-up if readers' search cannot work here."""

from typing import Any

import snowballstemmer
from django.core.checks import Error, Tags, register
from django.db import connections, router

from digest.contrib.search.conf import conf
from digest.contrib.search.engines import ENGINES
from digest.contrib.search.engines.sqlite import SQLiteEngine
from digest.contrib.search.models import Entry

# Ten years: as long as nobody looks back.
MAX_DAYS = 3650


@register()
def check_stemmers(**kwargs: Any) -> list[Error]:
    """``digest.E011``: each language has an algorithm that there is, or none."""
    wanted = conf.SEARCH_STEMMERS
    known = snowballstemmer.algorithms()
    if isinstance(wanted, dict) and all(not name or name in known for name in wanted.values()):
        return []
    hint = f"Map codes of languages to names among: {', '.join(known)}. Or to an empty string."
    return [Error("DIGEST_SEARCH_STEMMERS names no stemmer that there is.", hint, id="digest.E011")]


@register()
def check_log_days(**kwargs: Any) -> list[Error]:
    """``digest.E012``: the days of the log are a whole number, not negative."""
    days = conf.SEARCH_LOG_DAYS
    if isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= MAX_DAYS:
        return []
    hint = f"Use a number of days up to {MAX_DAYS}, or 0 to keep nothing."
    return [Error("DIGEST_SEARCH_LOG_DAYS is no number of days.", hint, id="digest.E012")]


@register(Tags.database)
def check_engine(databases: Any = None, **kwargs: Any) -> list[Error]:
    """``digest.E010``: there is an engine for the database, and SQLite has its FTS5."""
    alias = router.db_for_read(Entry)
    if alias not in (databases or ()):
        return []
    connection = connections[alias]
    if connection.vendor not in ENGINES:
        message = f"digest.contrib.search has no engine for {connection.display_name}."
        hint = f"It has one for each of: {', '.join(ENGINES)}."
        return [Error(message, hint=hint, id="digest.E010")]
    if ENGINES[connection.vendor] is SQLiteEngine and not _has_fts5(connection):
        hint = "Use a Python whose SQLite has it, or PostgreSQL."
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
