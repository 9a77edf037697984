"""Cached responses that are found before a view or a middleware has run."""

from urllib.parse import urlsplit

import pytest
from django.http import HttpRequest, QueryDict
from django.test import Client
from rest_framework.views import APIView

from digest.caching import content_version
from digest.caching.cacheable import find_cached_response
from tests.builders import make_issue
from tests.optional_apps import served

pytestmark = pytest.mark.django_db

CACHED = served(
    "/api/v1/",
    "/api/v1/issues/?limit=5&include=body",
    "/api/v1/search/?q=happened",
    "/feeds/daily/rss.xml",
    "/sitemap.xml",
    "/llms.txt",
)
# What the middleware of the site adds to a response.
OF_MIDDLEWARE = {
    "Content-Length",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-Request-ID",
}


def bare_request(url, method="GET", **headers):
    """Return a request that has only what was sent: no user, session or resolver match."""
    request, parts = HttpRequest(), urlsplit(url)
    request.method, request.path, request.path_info = method, parts.path, parts.path
    request.GET = QueryDict(parts.query)
    meta = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    request.META = {"HTTP_HOST": "testserver", "REMOTE_ADDR": "127.0.0.1", **meta}
    request.META["QUERY_STRING"] = parts.query
    return request


@pytest.fixture
def issue(digest, monkeypatch):
    """An issue, and a content version that is read although a transaction is open."""
    monkeypatch.setattr(content_version, "current", lambda: "one")
    return make_issue(digest)


@pytest.fixture
def no_view(monkeypatch):
    """Fail if an endpoint is instantiated; call it when the cache is filled."""

    def forbid():
        def fail(*args, **kwargs):
            raise AssertionError("A view is instantiated.")

        monkeypatch.setattr(APIView, "__init__", fail)

    return forbid


def headers_of(response):
    return {name: value for name, value in response.items() if name not in OF_MIDDLEWARE}


@pytest.mark.parametrize("url", CACHED)
@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_hit_needs_no_view(issue, no_view, settings, django_assert_num_queries, url, encoding):
    settings.DIGEST_SEARCH_LOG_DAYS = 0
    sent = Client().get(url, headers={"accept-encoding": encoding})
    no_view()
    with django_assert_num_queries(0):  # but for the content version
        found = find_cached_response(bare_request(url, accept_encoding=encoding))
    assert (found.status_code, found.content) == (200, sent.content)
    assert headers_of(found) == headers_of(sent)


@pytest.mark.parametrize("url", CACHED)
def test_hit_is_a_304_if_the_etag_matches(issue, no_view, url):
    etag = Client().get(url)["ETag"]
    no_view()
    assert find_cached_response(bare_request(url, if_none_match=etag)).status_code == 304


def test_hit_goes_by_accept(issue, no_view):
    url = f"/api/v1/issues/{issue.pk}/"
    types = ("application/json", "text/markdown")
    for media_type in types:
        Client().get(url, headers={"accept": media_type})
    no_view()
    for media_type in types:
        found = find_cached_response(bare_request(url, accept=media_type))
        assert found["Content-Type"].startswith(media_type)
    assert find_cached_response(bare_request(url, accept="image/png")) is None


def test_hit_goes_by_the_parameters_that_the_policy_names(issue):
    Client().get("/feeds/daily/rss.xml?locale=en")
    Client().get("/api/v1/issues/?limit=5")
    assert find_cached_response(bare_request("/feeds/daily/rss.xml?reader=7&locale=en"))
    assert not find_cached_response(bare_request("/feeds/daily/rss.xml?locale=fr"))
    assert find_cached_response(bare_request("/api/v1/issues/?limit=5"))
    assert not find_cached_response(bare_request("/api/v1/issues/?limit=6"))


@pytest.mark.parametrize(
    "request_of",
    [
        lambda: bare_request("/api/v1/issues/", method="POST"),
        lambda: bare_request("/api/v1/issues/", method="OPTIONS"),
        lambda: bare_request("/api/v1/tags/"),
        lambda: bare_request("/api/v1/preview/none/"),
        lambda: bare_request("/admin/login/"),
        lambda: bare_request("/"),
        lambda: bare_request("/\x00"),
        lambda: bare_request("/api/v1/issues/", host="a b"),
    ],
)
def test_any_other_request_is_left_to_its_view(issue, request_of):
    for url in ("/api/v1/issues/", "/"):
        Client().get(url)
    assert find_cached_response(request_of()) is None


def test_hits_are_throttled(issue, no_view, settings):
    settings.DIGEST_API_THROTTLE_RATE = "2/hour"
    url = "/api/v1/issues/"
    assert "r=1" in Client().get(url)["RateLimit"]
    no_view()
    assert "r=0" in find_cached_response(bare_request(url))["RateLimit"]
    assert find_cached_response(bare_request(url)) is None


def test_a_request_is_counted_once(issue, settings):
    settings.DIGEST_API_THROTTLE_RATE = "2/hour"
    request = bare_request("/api/v1/issues/")
    for _ in range(3):
        assert find_cached_response(request) is None
    assert "r=0" in Client().get("/api/v1/issues/")["RateLimit"]


@pytest.mark.optional_apps
def test_a_search_that_hits_is_counted(issue, no_view, settings):
    from digest.contrib.search.models import Searched

    settings.DIGEST_SEARCH_LOG_DAYS = 90
    Client().get("/api/v1/search/?q=happened")
    no_view()
    assert find_cached_response(bare_request("/api/v1/search/?q=happened"))
    assert Searched.objects.get().times == 2


def test_each_attempt_has_a_view_of_its_own(issue, monkeypatch):
    views, versions = [], iter(range(100))
    setup = APIView.setup

    def remember(view, request, *args, **kwargs):
        views.append((view, request))
        setup(view, request, *args, **kwargs)

    monkeypatch.setattr(APIView, "setup", remember)
    monkeypatch.setattr(content_version, "current", lambda: str(next(versions)))
    response = Client().get("/api/v1/issues/")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert len({id(view) for view, _ in views}) == len({id(request) for _, request in views}) == 3
