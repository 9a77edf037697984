"""What the environment makes of the databases."""

import pytest

from tests.site.cms.test_settings import PRODUCTION, settings_of

REPLICA = "postgres://ann@replica.example:5433/news?sslmode=require&connect_timeout=9"
SENT_TO = "postgres://ann@primary.example/news"


def test_without_a_replica_nothing_is_routed():
    databases, middleware = settings_of("dev", "DATABASES", "MIDDLEWARE")
    assert list(databases) == ["default"]
    assert "cms.replica.ReplicaMiddleware" not in middleware


def test_a_replica_comes_with_its_router_and_middleware():
    chosen = PRODUCTION | {"DATABASE_URL": SENT_TO, "DATABASE_REPLICA_URL": REPLICA}
    names = ["DATABASES", "DATABASE_ROUTERS", "MIDDLEWARE"]
    databases, routers, middleware = settings_of("production", *names, **chosen)
    replica = databases["replica"]
    assert (replica["HOST"], replica["PORT"]) == ("replica.example", 5433)
    assert replica["TEST"] == {"MIRROR": "default"}
    assert routers == ["digest.caching.replica.ReplicaRouter"]
    # Before all that asks a database, and behind what makes other bytes of an answer.
    place = middleware.index("cms.replica.ReplicaMiddleware")
    assert middleware[place - 1].endswith("GZipMiddleware")


def test_nobody_waits_long_for_a_server_that_is_gone():
    chosen = PRODUCTION | {"DATABASE_URL": SENT_TO, "DATABASE_REPLICA_URL": REPLICA}
    [databases] = settings_of("production", "DATABASES", **chosen)
    for database in databases.values():
        assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (60, True)
        assert database["OPTIONS"]["tcp_user_timeout"] == 10_000
    assert databases["default"]["OPTIONS"]["connect_timeout"] == 3
    assert databases["replica"]["OPTIONS"]["connect_timeout"] == 9  # the URL has the last word
    assert databases["replica"]["OPTIONS"]["sslmode"] == "require"


def test_an_sqlite_replica_is_opened_for_reading_alone():
    url = "sqlite:////srv/a folder/copy.sqlite3"
    [databases] = settings_of("dev", "DATABASES", DATABASE_REPLICA_URL=url)
    assert databases["replica"]["NAME"] == "file:/srv/a%20folder/copy.sqlite3?mode=ro"
    assert "journal_mode" not in databases["replica"]["OPTIONS"]["init_command"]


@pytest.mark.parametrize("pragma", ["synchronous=NORMAL", "journal_size_limit=", "mmap_size="])
def test_sqlite_is_told_how_to_be_a_server(pragma):
    [databases] = settings_of("dev", "DATABASES")
    assert pragma in databases["default"]["OPTIONS"]["init_command"]


def test_the_options_are_ones_that_postgresql_knows():
    from psycopg.conninfo import make_conninfo

    from cms.settings.databases import database

    assert "keepalives_idle=10" in make_conninfo(**database(SENT_TO)["OPTIONS"])
