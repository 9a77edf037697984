"""The engines: how a database finds the entries that match.

An engine is a class with the methods of ``Engine``; that of the database in use is chosen by its
vendor (docs/how-to/search.md tells how to add one).
"""

from typing import Any

from django.db import connections, router

from digest.contrib.search.engines.base import Engine
from digest.contrib.search.engines.postgresql import PostgreSQLEngine
from digest.contrib.search.engines.sqlite import SQLiteEngine
from digest.contrib.search.models import Entry

ENGINES: dict[str, type[Engine]] = {"sqlite": SQLiteEngine, "postgresql": PostgreSQLEngine}


def engine(using: str | None = None) -> Engine:
    """The engine of the database that has the index."""
    connection = connections[using or router.db_for_read(Entry)]
    return ENGINES[connection.vendor](connection)


def install(using: str, **kwargs: Any) -> None:
    """Make what the engine needs beside the table of entries, if it is not there (post_migrate)."""
    connection = connections[using]
    if Entry._meta.db_table in connection.introspection.table_names():
        engine(using).install()
