"""The site on SQLite or PostgreSQL, with Redis and a replica."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import redis_server
from tests.faults import postgres
from tests.faults.site import Site


@pytest.fixture(scope="session", autouse=True)
def static_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Collect static files, as ``make serve`` does."""
    site = Site(tmp_path_factory.mktemp("static"), DATABASE_URL="sqlite://:memory:")
    site.manage("collectstatic", "--no-input", "--verbosity", "0")


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a prepared site on SQLite, not started."""
    folder = tmp_path_factory.mktemp("sqlite")
    site = Site(folder, DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}")
    site.prepare()
    return site


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Yield a folder for PostgreSQL."""
    if not postgres.is_installed():
        pytest.skip("PostgreSQL is not installed")
    folder = postgres.make_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def primary(folder: Path) -> Iterator[postgres.Postgres]:
    """Run PostgreSQL with an empty database."""
    server = postgres.Postgres(folder / "primary")
    server.run("createdb", "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "digest")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def on_postgresql(primary: postgres.Postgres, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a prepared site on PostgreSQL, not started."""
    site = Site(tmp_path_factory.mktemp("postgresql"), DATABASE_URL=primary.url)
    site.prepare()
    return site


@pytest.fixture
def replica(primary: postgres.Postgres, on_postgresql: Site, folder: Path):
    """Run a replica of the prepared database."""
    server = postgres.Postgres(folder / "replica", primary=primary)
    yield server
    server.stop()
    shutil.rmtree(server.folder)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[redis_server.RedisServer]:
    if not redis_server.BINARY:
        pytest.skip("redis-server is not on the PATH")
    server = redis_server.RedisServer(tmp_path)
    yield server
    server.thaw()
    server.stop()
