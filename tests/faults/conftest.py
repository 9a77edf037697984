"""The site on SQLite or PostgreSQL, with what it stands on, for one test after the other."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import redis_server
from tests.faults import postgres
from tests.faults.site import Site


@pytest.fixture(scope="session", autouse=True)
def static_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What pages need in production, as ``make serve`` collects it."""
    site = Site(tmp_path_factory.mktemp("static"), DATABASE_URL="sqlite://:memory:")
    site.manage("collectstatic", "--no-input", "--verbosity", "0")


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that is prepared but not started, in a file."""
    folder = tmp_path_factory.mktemp("sqlite")
    site = Site(folder, DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}")
    site.prepare()
    return site


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Where PostgreSQL has its files."""
    if not postgres.is_there():
        pytest.skip("PostgreSQL's programs are not on this machine")
    folder = postgres.make_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def primary(folder: Path) -> Iterator[postgres.Postgres]:
    """A PostgreSQL with an empty database."""
    server = postgres.Postgres(folder / "primary")
    server.run("createdb", "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "digest")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def on_postgresql(primary: postgres.Postgres, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that is prepared but not started, on the primary alone."""
    site = Site(tmp_path_factory.mktemp("postgresql"), DATABASE_URL=primary.url)
    site.prepare()
    return site


@pytest.fixture
def replica(primary: postgres.Postgres, on_postgresql: Site, folder: Path):
    """A replica of what is prepared."""
    server = postgres.Postgres(folder / "replica", of=primary)
    yield server
    server.stop()
    shutil.rmtree(server.folder)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[redis_server.RedisServer]:
    """A Redis that nobody else uses."""
    if not redis_server.BINARY:
        pytest.skip("redis-server is not on the PATH")
    server = redis_server.RedisServer(tmp_path)
    yield server
    server.thaw()
    server.stop()
