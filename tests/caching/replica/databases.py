"""Two databases with real commits: a primary, and a replica that is as old as its last copy."""

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
    """Puts two databases in the place of the test's own, and takes the replica away and back."""

    def __init__(self, original: Any) -> None:
        self.original, self.backend = original, load_backend(original.settings_dict["ENGINE"])

    @contextmanager
    def installed(self) -> Iterator["Databases"]:
        """Migrate the primary, and copy it."""
        self.make()
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
        """A new connection with the settings of the tests' own."""
        return self.backend.DatabaseWrapper({**self.original.settings_dict, "NAME": name}, alias)

    def replica_settings(self) -> dict[str, Any]:
        """Those of the primary, but for what a replica has of its own."""
        return {**self.original.settings_dict, **self.replica, "TEST": {"MIRROR": None}}

    def close(self) -> None:
        """End both connections; the next question opens them anew."""
        for alias in {PRIMARY, REPLICA} & set(connections):
            connections[alias].close()

    def is_current(self) -> bool:
        """Whether the replica is there and shows readers what the primary shows them."""
        with suppress(Error):
            return self.version(REPLICA) == self.version(PRIMARY)
        return False

    def version(self, alias: str) -> str:
        """The content version that one of them has."""
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT token FROM digest_contentversion")
            return cursor.fetchone()[0]

    def lose(self) -> None:
        """Take the replica away under the open connection, if there is one."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Make the replica, or bring it back, with all that the primary has now."""
        raise NotImplementedError


class SQLiteDatabases(Databases):
    """Two files; the replica's is opened for reading alone, as cms.settings has it."""

    def __init__(self, original: Any, folder: Path) -> None:
        super().__init__(original)
        self.primary, self.copy = str(folder / "primary.sqlite3"), folder / "replica.sqlite3"
        self.replica = {
            "NAME": f"file:{self.copy}?mode=ro",
            "OPTIONS": {"init_command": "PRAGMA query_only=ON"},
        }

    def make(self) -> None:
        """A file is made by who opens it."""

    def remove(self) -> None:
        """The folder is the test run's to remove."""

    def lose(self) -> None:
        """The file is gone; a connection that is open sees a file that is broken."""
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
    """Two databases of one server; the replica takes no writes."""

    def __init__(self, original: Any, folder: Path) -> None:
        super().__init__(original)
        self.primary = f"digest_primary_{os.getpid()}"
        self.replica = {"NAME": f"digest_replica_{os.getpid()}"}

    def ask(self, *statements: str) -> None:
        """Tell the server, in no database of ours."""
        with self.original._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def make(self) -> None:
        self.remove()
        self.ask(f"CREATE DATABASE {self.primary}")

    def remove(self) -> None:
        for name in (self.primary, self.replica["NAME"]):
            self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def lose(self) -> None:
        """The server ends the connection and takes no other."""
        self.ask(f"DROP DATABASE {self.replica['NAME']} WITH (FORCE)")

    def catch_up(self) -> None:
        self.close()
        name = self.replica["NAME"]
        self.ask(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {self.primary}",
            f"ALTER DATABASE {name} SET default_transaction_read_only = on",
        )


KINDS = {"sqlite": SQLiteDatabases, "postgresql": PostgreSQLDatabases}
