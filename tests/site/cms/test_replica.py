"""Pages read from a replica, and requests during which it fails."""

import pytest
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.urls import path

from digest.caching import replica

calls = []


class CountingMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        calls.append("middleware")
        return self.get_response(request)


class FailingMiddleware(CountingMiddleware):
    """Fail as a query on the replica after the view would."""

    def __call__(self, request):
        self.get_response(request)
        raise OperationalError


def read(request):
    """Record the request, and fail while the replica does."""
    calls.append((request, hasattr(request, "set_by_the_view")))
    request.set_by_the_view = True
    if Replica.is_failing:
        Replica.has_failed = True
        raise OperationalError


def page(request):
    read(request)
    return HttpResponse("of the primary")


def lazily_rendered_page(request):
    template = engines["django"].from_string("{{ read }}")
    return SimpleTemplateResponse(template, {"read": lambda: read(request) or "of the primary"})


def page_that_catches_errors(request):
    template = engines["django"].from_string("{% if read and read %}of the primary{% endif %}")

    class Read:
        def __bool__(self):
            return read(request) or True

    return SimpleTemplateResponse(template, {"read": Read()})


def missing(request):
    read(request)
    raise Http404


def broken(request):
    raise ZeroDivisionError


def handler404(request, exception):
    return HttpResponse(status=404)


urlpatterns = [
    path("page", page),
    path("later", lazily_rendered_page),
    path("caught", page_that_catches_errors),
    path("missing", missing),
    path("broken", broken),
]


class Replica:
    """Fake of a replica that fails until the primary is used instead."""

    is_failing = has_failed = False

    @classmethod
    def fall_back(cls):
        cls.is_failing = cls.has_failed = False


@pytest.fixture(autouse=True)
def _failing_replica(settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["cms.replica.ReplicaMiddleware", f"{__name__}.CountingMiddleware"]
    calls.clear()
    Replica.is_failing, Replica.has_failed = True, False
    monkeypatch.setattr(replica, "has_failed", lambda: Replica.has_failed)
    monkeypatch.setattr(replica, "fall_back_to_primary", Replica.fall_back)
    monkeypatch.setattr(replica, "is_active", lambda: True)


@pytest.mark.parametrize("url", ["/page", "/later"])
def test_a_failing_view_runs_again_and_the_middleware_does_not(client, url):
    response = client.get(url)
    assert (response.status_code, response.content) == (200, b"of the primary")
    middleware, (first, _), (second, set_by_first) = calls
    assert middleware == "middleware"
    assert first is not second
    assert not set_by_first


def test_a_view_can_be_404_on_the_primary(client):
    assert client.get("/missing").status_code == 404
    assert len(calls) == 3


def test_an_error_that_the_view_catches_is_a_503(client):
    response = client.get("/caught")
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_a_failure_in_another_middleware_is_a_503(client, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.FailingMiddleware"]
    client.raise_request_exception = False
    Replica.is_failing = False
    Replica.has_failed = True
    assert client.get("/page").status_code == 503


def test_an_exception_of_another_kind_is_raised(client):
    Replica.is_failing = False
    with pytest.raises(ZeroDivisionError):
        client.get("/broken")
