"""A migrated SQLite database, which one process of a test session makes and the others copy.

Migrating takes more than ten seconds of processor time, copying a few milliseconds.
"""

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db.backends.sqlite3.creation import DatabaseCreation

ROOT = Path(__file__).resolve().parent.parent


def migrate_once(file: Path) -> None:
    """Create the file, unless another process of the session has or is about to."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            unfinished = file.with_suffix(".new")
            migrate(unfinished)
            unfinished.rename(file)


def migrate(file: Path) -> None:
    chosen = {
        "DATABASE_URL": f"sqlite:///{file}",
        "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE,
    }
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=os.environ | chosen, check=True)


@contextmanager
def copied_by_tests(file: Path) -> Iterator[None]:
    """Let the databases of tests begin as copies, so that Django finds nothing to migrate."""
    original = DatabaseCreation.create_test_db

    def create(creation: DatabaseCreation, *args: Any, **kwargs: Any) -> str:
        name = creation._get_test_db_name()
        with closing(sqlite3.connect(name, uri=True)) as database:
            with closing(sqlite3.connect(file)) as source:
                source.backup(database)
            return original(creation, *args, **kwargs)

    with patch.object(DatabaseCreation, "create_test_db", create):
        yield
