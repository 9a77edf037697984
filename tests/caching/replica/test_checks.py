"""A replica and its router come together, or `check` says so."""

from django.core.checks import run_checks
from django.db import connections

ROUTERS = ["digest.caching.replica.ReplicaRouter"]


def ids():
    """The ids of what `check` says of the plugin."""
    return [error.id for error in run_checks() if error.id.startswith("digest.")]


def test_a_replica_without_a_router_is_named(monkeypatch):
    monkeypatch.setitem(connections.databases, "replica", connections.databases["default"])
    assert ids() == ["digest.E021"]


def test_the_router_without_a_replica_is_named(settings):
    settings.DATABASE_ROUTERS = ROUTERS
    assert ids() == ["digest.E021"]


def test_both_together_or_none_pass(settings, monkeypatch):
    assert ids() == []
    monkeypatch.setitem(connections.databases, "replica", connections.databases["default"])
    settings.DATABASE_ROUTERS = ROUTERS
    assert ids() == []
