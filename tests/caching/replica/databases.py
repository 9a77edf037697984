"""A primary with real commits, and a replica that has the state of its last copy."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import Error, connections
from django.db.utils import load_backend

from digest.caching.replica import REPLICA

PRIMARY = "default"
ROUTERS = ["digest.caching.replica.ReplicaRouter"]


class Databases:
    """Replace the test database by a primary and a replica, which can be lost and restored."""

    def __init__(self, original: Any) -> None:
        self.original, self.backend = original, load_backend(original.settings_dict["ENGINE"])

    @contextmanager
    def installed(self) -> Iterator["Databases"]:
        """Create and migrate the primary, and add the replica to the connections."""
        self.create()
        connections[PRIMARY] = self.connection(PRIMARY, self.primary)
        try:
            call_command("migrate", verbosity=0)
            connections.databases[REPLICA] = self.replica_settings()
            yield self
        finally:
            self.close()
            connections[PRIMARY] = self.original
            connections.databases.pop(REPLICA, None)
            with suppress(AttributeError):
                del connections[REPLICA]
            self.remove()

    def connection(self, alias: str, name: str) -> Any:
        """Return a new connection with the settings of the test database."""
        return self.backend.DatabaseWrapper({**self.original.settings_dict, "NAME": name}, alias)

    def replica_settings(self) -> dict[str, Any]:
        """Return the settings of the primary with those of the replica."""
        return {**self.original.settings_dict, **self.replica, "TEST": {"MIRROR": None}}

    def close(self) -> None:
        """Close both connections; the next query opens them again."""
        for alias in {PRIMARY, REPLICA} & set(connections):
            connections[alias].close()

    def is_current(self) -> bool:
        """Check whether the replica responds with the content version of the primary."""
        with suppress(Error):
            return self.version(REPLICA) == self.version(PRIMARY)
        return False

    def version(self, alias: str) -> str:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT token FROM digest_contentversion")
            return cursor.fetchone()[0]

    def lose(self) -> None:
        """Remove the replica, also while a connection is open."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Create or restore the replica with the current state of the primary."""
        raise NotImplementedError


class SQLiteDatabases(Databases):
    """Two files; that of the replica is opened read-only, as in cms.settings."""

    def __init__(self, original: Any, folder: Path, migrated_file: Path) -> None:
        super().__init__(original)
        self.migrated_file = migrated_file
        self.primary, self.copy = str(folder / "primary.sqlite3"), folder / "replica.sqlite3"
        self.replica = {
            "NAME": f"file:{self.copy}?mode=ro",
            "OPTIONS": {"init_command": "PRAGMA query_only=ON"},
        }

    def create(self) -> None:
        """Copy the file, which leaves nothing to migrate."""
        shutil.copyfile(self.migrated_file, self.primary)

    def remove(self) -> None:
        """Do nothing: pytest removes the folder."""

    def lose(self) -> None:
        """Delete the file; an open connection reads a broken one."""
        self.copy.write_bytes(b"no database")
        self.copy.unlink()

    def catch_up(self) -> None:
        self.close()
        fresh = self.copy.with_suffix(".new")
        with sqlite3.connect(self.primary) as primary, sqlite3.connect(fresh) as copy:
            primary.backup(copy)
        copy.close()
        shutil.move(fresh, self.copy)


class PostgreSQLDatabases(Databases):
    """Two databases of one server; the replica is read-only."""

    def __init__(self, original: Any, *_files: Path) -> None:
        super().__init__(original)
        self.primary = f"digest_primary_{os.getpid()}"
        self.replica = {"NAME": f"digest_replica_{os.getpid()}"}

    def execute(self, *statements: str) -> None:
        """Execute statements outside both databases."""
        with self.original._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def create(self) -> None:
        self.remove()
        self.execute(f"CREATE DATABASE {self.primary}")

    def remove(self) -> None:
        for name in (self.primary, self.replica["NAME"]):
            self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def lose(self) -> None:
        """Drop the database, which ends open connections."""
        self.execute(f"DROP DATABASE {self.replica['NAME']} WITH (FORCE)")

    def catch_up(self) -> None:
        self.close()
        name = self.replica["NAME"]
        self.execute(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {self.primary}",
            f"ALTER DATABASE {name} SET default_transaction_read_only = on",
        )


KINDS = {"sqlite": SQLiteDatabases, "postgresql": PostgreSQLDatabases}
