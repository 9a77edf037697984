"""Copies and snapshots of a database, on SQLite and PostgreSQL."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction


def copy_of_tests(folder: Path) -> str:
    """Copy the tests' database, as the migrations left it, and return the URL of the copy."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(folder / "db.sqlite3")) as copy:
            connection.connection.backup(copy)
        return f"sqlite:///{folder}/db.sqlite3"
    options = connection.settings_dict
    copy_database(options["NAME"], f"{options['NAME']}_crashes")
    login = options["USER"] + (f":{options['PASSWORD']}" if options["PASSWORD"] else "")
    host = f"{options['HOST']}:{options['PORT'] or 5432}"
    return f"postgres://{login}@{host}/{options['NAME']}_crashes"


def drop_copy() -> None:
    """Drop the copy on PostgreSQL."""
    if connection.vendor == "postgresql":
        run(f'DROP DATABASE IF EXISTS "{connection.settings_dict["NAME"]}_crashes"')


def take_snapshot() -> None:
    """Copy the rows of the current database for ``restore_snapshot``."""
    if connection.vendor == "sqlite":
        copy_file("", "-snapshot")
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS snapshot CASCADE; CREATE SCHEMA snapshot")
        for table in connection.introspection.table_names():
            cursor.execute(f'CREATE TABLE snapshot."{table}" AS TABLE public."{table}"')


def restore_snapshot() -> None:
    """Replace the rows of the current database with those of the snapshot."""
    if connection.vendor == "sqlite":
        copy_file("-snapshot", "")
        return
    # Ten times faster than a new database; foreign keys are checked at commit.
    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns in written_columns(cursor):
            cursor.execute(f'DELETE FROM public."{table}"')  # noqa: S608
            copy = (
                f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM snapshot."{table}"'  # noqa: S608
            )
            cursor.execute(copy)


def written_columns(cursor: Any) -> list[tuple[str, str]]:
    """Return the columns of each table, without generated ones."""
    cursor.execute(
        "SELECT table_name, string_agg(quote_ident(column_name), ', ') "
        "FROM information_schema.columns JOIN information_schema.tables USING "
        "(table_schema, table_name) WHERE table_schema = 'public' AND is_generated = 'NEVER' "
        "AND table_type = 'BASE TABLE' GROUP BY table_name"
    )
    return cursor.fetchall()


def copy_file(source: str, target: str) -> None:
    """Copy the SQLite file."""
    connections.close_all()  # merges the write-ahead log into the file
    name = connection.settings_dict["NAME"]
    for path in (f"{name}{target}-wal", f"{name}{target}-shm"):
        Path(path).unlink(missing_ok=True)
    shutil.copyfile(f"{name}{source}", f"{name}{target}")


def copy_database(source: str, target: str) -> None:
    """Create a database from a template, replacing an existing one."""
    connection.close()
    run(f'DROP DATABASE IF EXISTS "{target}"', f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def run(*statements: str) -> None:
    """Run statements without a connection to a particular database."""
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
