"""A replica and its router come together, or `check` says so."""

from django.core.checks import run_checks
from django.db import connections
from django.http import HttpResponse

from digest.caching import replica

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


def test_page_is_made_again_from_the_request_as_it_came(rf, monkeypatch):
    seen = []

    def answer(request):
        seen.append((request.urlconf, hasattr(request, "_wagtail_site")))
        request.urlconf = "digest.urls"
        request._wagtail_site = None
        return HttpResponse()

    request = rf.get("/nothing/")
    request.urlconf = "of.an.earlier.middleware"
    monkeypatch.setattr(replica, "answered", lambda make: (make(), make())[1])
    replica.ReplicaMiddleware(answer)(request)
    assert seen == [("of.an.earlier.middleware", False)] * 2
