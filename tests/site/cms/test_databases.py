"""DATABASES, as the environment configures them."""

import pytest

from tests.site.cms.test_settings import PRODUCTION, settings_of

REPLICA = "postgres://ann@replica.example:5433/news?sslmode=require&connect_timeout=9"
PRIMARY = "postgres://ann@primary.example/news"


def test_without_a_replica_there_is_no_router_and_middleware():
    databases, middleware = settings_of("dev", "DATABASES", "MIDDLEWARE")
    assert list(databases) == ["default"]
    assert "cms.replica.ReplicaMiddleware" not in middleware


def test_a_replica_adds_its_router_and_middleware():
    chosen = PRODUCTION | {"DATABASE_URL": PRIMARY, "DATABASE_REPLICA_URL": REPLICA}
    names = ["DATABASES", "DATABASE_ROUTERS", "MIDDLEWARE"]
    databases, routers, middleware = settings_of("production", *names, **chosen)
    replica = databases["replica"]
    assert (replica["HOST"], replica["PORT"]) == ("replica.example", 5433)
    assert replica["TEST"] == {"MIRROR": "default"}
    assert routers == ["digest.caching.replica.ReplicaRouter"]
    # Before all middleware that queries a database, after the one that compresses responses.
    place = middleware.index("cms.replica.ReplicaMiddleware")
    assert middleware[place - 1].endswith("GZipMiddleware")


def test_connections_have_timeouts():
    chosen = PRODUCTION | {"DATABASE_URL": PRIMARY, "DATABASE_REPLICA_URL": REPLICA}
    [databases] = settings_of("production", "DATABASES", **chosen)
    for database in databases.values():
        assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (60, True)
        assert database["OPTIONS"]["tcp_user_timeout"] == 10_000
    assert databases["default"]["OPTIONS"]["connect_timeout"] == 3
    assert databases["replica"]["OPTIONS"]["connect_timeout"] == 9  # the URL takes precedence
    assert databases["replica"]["OPTIONS"]["sslmode"] == "require"


def test_an_sqlite_replica_is_read_only():
    url = "sqlite:////srv/a folder/copy.sqlite3"
    [databases] = settings_of("dev", "DATABASES", DATABASE_REPLICA_URL=url)
    assert databases["replica"]["NAME"] == "file:/srv/a%20folder/copy.sqlite3?mode=ro"
    assert "journal_mode" not in databases["replica"]["OPTIONS"]["init_command"]


@pytest.mark.parametrize("pragma", ["synchronous=NORMAL", "journal_size_limit=", "mmap_size="])
def test_sqlite_has_the_pragmas_of_a_server(pragma):
    [databases] = settings_of("dev", "DATABASES")
    assert pragma in databases["default"]["OPTIONS"]["init_command"]


def test_libpq_accepts_the_options():
    from psycopg.conninfo import make_conninfo

    from cms.settings.databases import database

    assert "keepalives_idle=10" in make_conninfo(**database(PRIMARY)["OPTIONS"])
