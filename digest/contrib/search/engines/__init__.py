"""Engines find matching entries in a database.

``ENGINES`` maps database vendors to subclasses of ``Engine``; docs/how-to/search.md explains how to
add one.
"""

from typing import Any

from django.db import connections, router

from digest.contrib.search.engines.base import Engine
from digest.contrib.search.engines.postgresql import PostgreSQLEngine
from digest.contrib.search.engines.sqlite import SQLiteEngine
from digest.contrib.search.models import Entry

ENGINES: dict[str, type[Engine]] = {"sqlite": SQLiteEngine, "postgresql": PostgreSQLEngine}


def engine(using: str | None = None) -> Engine:
    """Return the engine of the database with the index."""
    connection = connections[using or router.db_for_read(Entry)]
    return ENGINES[connection.vendor](connection)


def install(using: str, **kwargs: Any) -> None:
    """Create what the engine needs beside the table of entries, or drop it without the table."""
    connection = connections[using]
    if Entry._meta.db_table in connection.introspection.table_names():
        engine(using).install()
    elif connection.vendor in ENGINES:
        engine(using).uninstall()
