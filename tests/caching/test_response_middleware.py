"""Responses that are sent again before a view or other middleware has run."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.views import APIView

from digest.caching import content_version, response_middleware
from digest.caching.response_cache import StoredResponse
from digest.caching.response_middleware import (
    CachedResponseMiddleware,
    SentResponse,
    SentResponses,
)
from tests.builders import make_issue
from tests.optional_apps import served

pytestmark = pytest.mark.django_db

LIST = "/api/v1/issues/"
CACHED = served(
    "/api/v1/",
    "/api/v1/issues/?limit=5&include=body",
    "/api/v1/search/?q=happened",
    "/feeds/daily/rss.xml",
    "/sitemap.xml",
    "/llms.txt",
)


@pytest.fixture
def version(monkeypatch):
    """A content version that is read although a transaction is open."""
    version = SimpleNamespace(current="one")
    monkeypatch.setattr(content_version, "current", lambda: version.current)
    return version


@pytest.fixture
def issue(digest, version):
    return make_issue(digest)


@pytest.fixture
def no_view(monkeypatch):
    """Fail if a view or other middleware runs; call it when a response has been sent."""

    def fail(*args, **kwargs):
        raise AssertionError("The request has reached other middleware.")

    def forbid():
        monkeypatch.setattr("cms.csp.ContentSecurityPolicyMiddleware.__call__", fail)
        monkeypatch.setattr(APIView, "__init__", fail)

    return forbid


def headers_of(response):
    return {name: value for name, value in response.items() if name != "X-Request-ID"}


@pytest.mark.parametrize("url", CACHED)
@pytest.mark.parametrize("encoding", ["gzip", ""])
@pytest.mark.parametrize("method", ["get", "head"])
def test_hit_is_the_same_response(
    issue, no_view, settings, django_assert_num_queries, url, encoding, method
):
    settings.DIGEST_SEARCH_LOG_DAYS = 0
    headers = {"accept-encoding": encoding}
    sent = Client().get(url, headers=headers)
    no_view()
    with django_assert_num_queries(0):  # but for the content version
        found = getattr(Client(), method)(url, headers=headers)
    assert (found.status_code, found.content) == (200, sent.content if method == "get" else b"")
    assert headers_of(found) == headers_of(sent)
    assert found["X-Request-ID"] != sent["X-Request-ID"]


@pytest.mark.parametrize("url", CACHED)
def test_hit_is_a_304_if_the_etag_matches(issue, no_view, url):
    known = {"if-none-match": Client().get(url)["ETag"]}
    response_middleware.sent_responses.clear()
    sent = Client().get(url, headers=known)  # kept, although it has no body
    no_view()
    found = Client().get(url, headers=known)
    assert (sent.status_code, found.status_code, found.content) == (304, 304, b"")
    assert headers_of(found) == headers_of(sent)
    assert Client().get(url).status_code == 200


def test_hit_goes_by_accept(issue, no_view):
    url = f"/api/v1/issues/{issue.pk}/"
    types = ("application/json", "text/markdown")
    for media_type in types:
        Client().get(url, headers={"accept": media_type})
    no_view()
    for media_type in types:
        found = Client().get(url, headers={"accept": media_type})
        assert found["Content-Type"].startswith(media_type)


@pytest.mark.parametrize(
    "send",
    [
        lambda: Client().post(LIST),
        lambda: Client().options(LIST),
        lambda: Client().get(f"{LIST}?limit=5"),
        lambda: Client().get(LIST, headers={"accept": "image/png"}),
        lambda: Client().get(LIST, headers={"host": "other.example"}),
        lambda: Client().get(LIST, secure=True),
        lambda: Client().get("/"),
        lambda: Client().get("/api/v1/preview/none/"),
        lambda: Client().get("/api/v1/issues/?at=1"),
    ],
)
def test_any_other_request_reaches_its_view(issue, no_view, settings, send):
    settings.ALLOWED_HOSTS = ["*"]
    for url in (LIST, "/", "/api/v1/preview/none/", "/api/v1/issues/?at=1"):
        Client().get(url)
    no_view()
    with pytest.raises(AssertionError):
        send()


def test_host_that_is_not_allowed_gets_nothing(issue, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    Client().get(LIST)
    for _ in range(2):
        assert Client().get(LIST, headers={"host": "other.example"}).status_code == 400


def test_change_is_seen_by_the_next_request(issue, version):
    url = f"/api/v1/issues/{issue.pk}/"
    assert Client().get(url).json()["title"] == issue.title
    issue.title = "Another title"
    issue.save_revision().publish()
    version.current = "two"
    assert Client().get(url).json()["title"] == "Another title"
    issue.unpublish()
    version.current = "three"
    assert Client().get(url).status_code == 404


def test_expired_issue_is_not_sent_again(issue, monkeypatch):
    issue.expire_at = timezone.now() + timedelta(seconds=50)
    issue.save()
    url = f"/api/v1/issues/{issue.pk}/"
    assert "max-age=4" in Client().get(url)["Cache-Control"]
    later = timezone.now() + timedelta(seconds=20)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "max-age=2" in Client().get(url)["Cache-Control"]
    expired = later + timedelta(seconds=40)
    monkeypatch.setattr(timezone, "now", lambda: expired)
    assert Client().get(url).status_code == 404


def test_nothing_is_kept_without_a_version(issue, version, no_view):
    version.current = None
    Client().get(LIST)
    no_view()
    with pytest.raises(AssertionError):
        Client().get(LIST)


def test_nothing_is_sent_again_if_the_cache_is_off(issue, no_view, settings):
    Client().get(LIST)
    settings.DIGEST_CACHE_SECONDS = 0
    no_view()
    with pytest.raises(AssertionError):
        Client().get(LIST)


def test_throttle_counts_each_request(issue, settings):
    settings.DIGEST_API_THROTTLE_RATE = "2/hour"
    statuses = [Client().get(LIST).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.optional_apps
def test_a_search_that_hits_is_counted(issue, no_view, settings):
    from digest.contrib.search.models import Searched

    settings.DIGEST_SEARCH_LOG_DAYS = 90
    Client().get("/api/v1/search/?q=happened")
    no_view()
    Client().get("/api/v1/search/?q=happened")
    assert Searched.objects.get().times == 2


def cookie(response):
    response.set_cookie("visitor", "1")


def another_vary(response):
    response["Vary"] = f"{response['Vary']}, Accept-Language"


def another_body(response):
    response.content += b"<!-- 12 ms -->"


@pytest.mark.parametrize("change", [cookie, another_vary, another_body])
def test_what_other_middleware_changes_is_not_kept(issue, change):
    sent = []

    def other_middleware(request):
        response = Client().get(LIST)
        response_middleware.sent_responses.clear()
        change(response)
        sent.append(response)
        return response

    middleware = CachedResponseMiddleware(other_middleware)
    for _ in range(2):
        middleware(RequestFactory().get(LIST))
    assert len(sent) == 2


def test_headers_of_other_middleware_are_sent_again(issue):
    def other_middleware(request):
        response = Client().get(LIST)
        response_middleware.sent_responses.clear()
        response["X-Other"] = "yes"
        return response

    middleware = CachedResponseMiddleware(other_middleware)
    middleware(RequestFactory().get(LIST))
    middleware.get_response = None
    assert middleware(RequestFactory().get(LIST))["X-Other"] == "yes"


def test_headers_that_are_set_later_are_not_sent_again(issue, no_view):
    responses = [Client().get(LIST) for _time in range(2)]
    responses[-1]["X-Later"] = "yes"
    no_view()
    responses = [Client().get(LIST) for _time in range(2)]
    assert not any("X-Later" in response for response in responses)
    assert len({response["X-Request-ID"] for response in responses}) == 2


@pytest.mark.parametrize(
    "header", ["if-match", "if-none-match", "if-unmodified-since", "if-modified-since"]
)
def test_hit_is_conditional_like_the_response_of_the_view(issue, header):
    value = '"other"' if header.endswith("match") else "Sun, 01 Mar 2026 00:00:00 GMT"
    Client().get(LIST)
    hits = [Client().get(LIST, headers={header: value}) for _time in range(2)]
    response_middleware.sent_responses.clear()
    sent = Client().get(LIST, headers={header: value})
    expected = 412 if header in ("if-match", "if-unmodified-since") else 200
    assert [response.status_code for response in [sent, *hits]] == [expected] * 3
    assert [headers_of(hit) for hit in hits] == [headers_of(sent)] * 2


def test_response_of_another_view_is_not_kept(rf):
    responses = iter([HttpResponse("one"), HttpResponse("two")])
    middleware = CachedResponseMiddleware(lambda request: next(responses))
    assert [middleware(rf.get("/")).content for _ in range(2)] == [b"one", b"two"]


def kept(size):
    stored = StoredResponse(b"a" * size, None, {}, None, None, None)
    return SentResponse(stored, None, {}, {})


def test_oldest_responses_make_room(monkeypatch):
    monkeypatch.setattr(response_middleware, "MAX_BYTES", 103)
    monkeypatch.setattr(response_middleware, "ENTRY_BYTES", 0)
    responses = SentResponses()
    for key, size in [("a", 40), ("b", 40), ("a", 50), ("c", 30)]:
        responses.add((key,), kept(size))
    assert [key for key in "abc" if responses.get((key,))] == ["a", "c"]
    responses.add(("d",), kept(103))  # and one for the key
    assert not any(responses.get((key,)) for key in "abcd")
    responses.add(("e",), kept(102))
    assert responses.get(("e",))


def test_long_queries_make_room(monkeypatch):
    monkeypatch.setattr(response_middleware, "MAX_BYTES", 20_000)
    responses = SentResponses()
    for number in range(100):
        responses.add((f"{number}{'q' * 8_000}",), kept(1))
    assert sum(1 for number in range(100) if responses.get((f"{number}{'q' * 8_000}",))) == 1
