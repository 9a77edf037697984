"""A database with real commits, a Redis server, and processes that use them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connections
from django.db.utils import load_backend
from django.test import override_settings

from tests import redis_server
from tests.visibility.two_processes.processes import ENVIRONMENT, ROOT, Process, Processes

ALIAS = "default"


@pytest.fixture(scope="module")
def database(
    django_db_setup: None, django_db_blocker, tmp_path_factory, migrated_file: Path
) -> Iterator[str]:
    """The URL of a new database, which this process uses meanwhile too.

    Nothing in it is rolled back, so that other processes see every change.
    """
    with django_db_blocker.unblock():
        original = connections[ALIAS]
        if original.vendor == "sqlite":
            new_database = _on_sqlite(migrated_file, tmp_path_factory.mktemp("database"))
        else:
            new_database = _on_postgresql(original)
        with new_database as (name, url):
            backend = load_backend(original.settings_dict["ENGINE"])
            new = backend.DatabaseWrapper({**original.settings_dict, "NAME": name}, ALIAS)
            connections[ALIAS] = new
            yield url
            new.close()
            connections[ALIAS] = original


@contextmanager
def _on_sqlite(migrated_file: Path, folder: Path) -> Iterator[tuple[str, str]]:
    path = shutil.copyfile(migrated_file, folder / "db.sqlite3")
    yield str(path), f"sqlite:///{path}"


@contextmanager
def _on_postgresql(connection) -> Iterator[tuple[str, str]]:
    name = f"digest_shared_{os.getpid()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=ENVIRONMENT | {"DATABASE_URL": url}, check=True)
    yield name, url
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def redis(tmp_path_factory) -> Iterator[redis_server.RedisServer]:
    """A Redis server for these tests."""
    if not redis_server.BINARY:
        pytest.skip("redis-server is not on the PATH")
    server = redis_server.RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def processes(database: str, redis: redis_server.RedisServer) -> Iterator[Processes]:
    """Three started processes, with which this process shares its cache."""
    shared = {"DATABASE_URL": database, "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    found = Processes(*(Process(**shared) for _ in range(3)))
    # Without the short timeouts of the site: a busy machine may take its time.
    cache = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": redis.url}
    chosen = {"CACHES": {"default": cache, "digest": cache}}
    found.set(**chosen)
    found.fresh.send(settings={"DIGEST_CACHE_SECONDS": 0})
    with override_settings(**chosen):
        yield found
    found.stop()
