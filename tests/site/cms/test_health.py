"""The liveness and readiness probes."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from cms import health


def test_healthz_needs_no_database(client: Client):
    response = client.get("/healthz")  # no `db` fixture: a query would fail here
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_readyz_is_ok_when_database_and_migrations_are(client: Client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"] == {"database": "ok", "migrations": "ok"}


@pytest.mark.django_db
def test_readyz_fails_for_unapplied_migrations(client: Client, monkeypatch):
    monkeypatch.setattr(health, "_unapplied_migrations", lambda: ["one"])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "ok", "migrations": "failed"}


def test_readyz_fails_without_a_database_and_leaks_nothing(client: Client, monkeypatch):
    def fail():
        raise OperationalError("password of host db.internal is wrong")

    monkeypatch.setattr(connection, "cursor", fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "failed", "migrations": "not checked"}
    assert b"db.internal" not in response.content


def test_unapplied_migrations_are_found(db):
    assert health._unapplied_migrations() == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'home'")
    assert {migration.app_label for migration, _ in health._unapplied_migrations()} >= {"home"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_allow_only_get_and_head(client: Client, path: str):
    assert client.post(path).status_code == 405
