"""System checks of a replica without its router, and the reverse."""

from django.core.checks import run_checks
from django.db import connections

ROUTERS = ["digest.caching.replica.ReplicaRouter"]


def ids():
    """Return the ids of the plugin's messages."""
    # Without a list Django 6.1 connects to every database, and the connection would stay.
    return [error.id for error in run_checks(databases=[]) if error.id.startswith("digest.")]


def test_replica_without_a_router_is_an_error(monkeypatch):
    monkeypatch.setitem(connections.databases, "replica", connections.databases["default"])
    assert ids() == ["digest.E021"]


def test_router_without_a_replica_is_an_error(settings):
    settings.DATABASE_ROUTERS = ROUTERS
    assert ids() == ["digest.E021"]


def test_both_together_or_none_pass(settings, monkeypatch):
    assert ids() == []
    monkeypatch.setitem(connections.databases, "replica", connections.databases["default"])
    settings.DATABASE_ROUTERS = ROUTERS
    assert ids() == []
