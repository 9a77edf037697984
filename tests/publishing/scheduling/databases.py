"""Copies of a database: a file, or a database of PostgreSQL made after another one."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction


def copy_of_tests(folder: Path) -> str:
    """The URL of a copy of the tests' database, as the migrations have made it."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(folder / "db.sqlite3")) as copy:
            connection.connection.backup(copy)
        return f"sqlite:///{folder}/db.sqlite3"
    said = connection.settings_dict
    copy_database(said["NAME"], f"{said['NAME']}_killing")
    login = said["USER"] + (f":{said['PASSWORD']}" if said["PASSWORD"] else "")
    host = f"{said['HOST']}:{said['PORT'] or 5432}"
    return f"postgres://{login}@{host}/{said['NAME']}_killing"


def drop_copy() -> None:
    """Take away what ``copy_of_tests`` has made on a server."""
    if connection.vendor == "postgresql":
        run(f'DROP DATABASE IF EXISTS "{connection.settings_dict["NAME"]}_killing"')


def keep() -> None:
    """Keep what is in the database in use, for ``restore``."""
    if connection.vendor == "sqlite":
        copy_file("", "-kept")
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept")
        for table in connection.introspection.table_names():
            cursor.execute(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')


def restore() -> None:
    """Make the database in use what it was when ``keep`` was called."""
    if connection.vendor == "sqlite":
        copy_file("-kept", "")
        return
    # A tenth of the time of another database; references are looked at in the end.
    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns in written_columns(cursor):
            cursor.execute(f'DELETE FROM public."{table}"')  # noqa: S608
            copy = f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM kept."{table}"'  # noqa: S608
            cursor.execute(copy)


def written_columns(cursor: Any) -> list[tuple[str, str]]:
    """The columns of each table that the server does not fill in itself."""
    cursor.execute(
        "SELECT table_name, string_agg(quote_ident(column_name), ', ') "
        "FROM information_schema.columns JOIN information_schema.tables USING "
        "(table_schema, table_name) WHERE table_schema = 'public' AND is_generated = 'NEVER' "
        "AND table_type = 'BASE TABLE' GROUP BY table_name"
    )
    return cursor.fetchall()


def copy_file(source: str, target: str) -> None:
    """Copy SQLite's file; it is closed by the last one who uses it, so that all is in this one."""
    connections.close_all()
    name = connection.settings_dict["NAME"]
    for path in (f"{name}{target}-wal", f"{name}{target}-shm"):
        Path(path).unlink(missing_ok=True)
    shutil.copyfile(f"{name}{source}", f"{name}{target}")


def copy_database(source: str, target: str) -> None:
    """Make a database on the server after another one, in place of what there was."""
    connection.close()
    run(f'DROP DATABASE IF EXISTS "{target}"', f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def run(*statements: str) -> None:
    """Run statements for which no database may be open."""
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
