"""System checks of the settings and the database of readers' search."""

from typing import Any

import snowballstemmer
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, router

from digest.checks import SettingCheck, check_settings, is_integer
from digest.contrib.search.conf import conf
from digest.contrib.search.engines import ENGINES
from digest.contrib.search.engines.sqlite import SQLiteEngine
from digest.contrib.search.models import Entry

# Ten years.
MAX_DAYS = 3650


def _are_stemmers(value: Any) -> bool:
    known = snowballstemmer.algorithms()
    return isinstance(value, dict) and all(not name or name in known for name in value.values())


SETTINGS = [
    SettingCheck(
        "digest.E011",
        "SEARCH_STEMMERS",
        _are_stemmers,
        "has an unknown stemmer.",
        "Map language codes to an empty string or one of: "
        f"{', '.join(snowballstemmer.algorithms())}.",
    ),
    SettingCheck(
        "digest.E012",
        "SEARCH_LOG_DAYS",
        lambda value: is_integer(value) and 0 <= value <= MAX_DAYS,
        "is not a number of days.",
        f"Use a number of days up to {MAX_DAYS}, or 0 to log nothing.",
    ),
]


@register()
def check_search_settings(**kwargs: Any) -> list[CheckMessage]:
    """Check every setting in ``SETTINGS``."""
    return check_settings(conf, SETTINGS)


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
