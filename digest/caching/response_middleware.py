"""Cached responses that are sent before any other middleware has run.

The middleware goes behind WhiteNoise, and behind all that may refuse a request or that sets a
header for each request, such as an id: what comes after it is skipped when a response is sent
again. It keeps responses of ``cacheable`` views as the middleware after it has left them, in the
memory of the process, beside the response cache, which all processes may share.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.utils import timezone

from digest.caching import content_version, replica, response_cache
from digest.caching.cacheable import CachePolicy, SentByView
from digest.caching.response_cache import StoredResponse
from digest.conf import conf

# Bytes that a process keeps, and what an entry takes apart from its body and query, about.
MAX_BYTES, ENTRY_BYTES = 16_000_000, 7_000
# What Wagtail finds the site of a request by, apart from the scheme.
HOST = ["HTTP_HOST", "HTTP_X_FORWARDED_HOST", "SERVER_NAME", "SERVER_PORT", "HTTP_X_FORWARDED_PORT"]
Key = tuple[Any, ...]


class CheckedHeaders(ResponseHeaders):
    """Headers of an earlier response, which need not be encoded and checked again."""

    def __init__(self, headers: ResponseHeaders) -> None:
        self._store = headers._store.copy()


class SentResponse(NamedTuple):
    """A response as it was sent, and what other middleware has added to its headers.

    ``headers`` are those that it is sent again with, by status, but for those that depend on when.
    """

    stored: StoredResponse
    policy: CachePolicy
    added_headers: dict[str, str]
    headers: dict[int, CheckedHeaders]

    def is_current(self) -> bool:
        """Return whether neither content nor time have passed by what was sent."""
        if self.stored.fresh_until <= timezone.now():
            return False
        return content_version.current() == self.stored.version

    def to_response(self, request: HttpRequest) -> HttpResponse:
        """Return what the view would return, with the headers of the other middleware."""
        response = response_cache.without_headers(request, self.stored)
        if headers := self.headers.get(response.status_code):
            response.headers = CheckedHeaders(headers)
        else:
            self._set_constant_headers(request, response)
            self.headers[response.status_code] = CheckedHeaders(response.headers)
        self.policy.set_cache_control(response, is_consistent=True)
        return response

    def _set_constant_headers(self, request: HttpRequest, response: HttpResponse) -> None:
        response_cache.set_stored_headers(request, response, self.stored)
        for name, value in self.policy.headers.items():
            response[name] = value
        for name, value in self.added_headers.items():
            response.headers.setdefault(name, value)
        if "Content-Length" in response.headers:
            response["Content-Length"] = str(len(response.content))


class SentResponses:
    """The responses of a process by their key; the oldest make room for new ones."""

    def __init__(self) -> None:
        self._sent: dict[Key, SentResponse] = {}
        self._size = 0
        self._lock = Lock()

    def get(self, key: Key) -> SentResponse | None:
        return self._sent.get(key)

    def add(self, key: Key, sent: SentResponse) -> None:
        with self._lock:
            self._remove(key)
            self._sent[key] = sent
            self._size += _size(key, sent)
            while self._size > MAX_BYTES:
                self._remove(next(iter(self._sent)))

    def clear(self) -> None:
        with self._lock:
            self._sent, self._size = {}, 0

    def _remove(self, key: Key) -> None:
        if sent := self._sent.pop(key, None):
            self._size -= _size(key, sent)


def _size(key: Key, sent: SentResponse) -> int:
    bodies = [sent.stored.content or b"", sent.stored.compressed or b""]
    return ENTRY_BYTES + sum(map(len, bodies)) + sum(len(str(part)) for part in key)


sent_responses = SentResponses()


class CachedResponseMiddleware:
    """Send a response again that this process has sent, while it is the current one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _may_keep(request):
            return self.get_response(request)
        key = _key(request)
        if response := _send_again(request, sent_responses.get(key)):
            return response
        response = self.get_response(request)
        if sent := _as_sent(request, response):
            sent_responses.add(key, sent)
        return response


def _send_again(request: HttpRequest, sent: SentResponse | None) -> HttpResponse | None:
    if sent is None:
        return None
    # In one, since a response of a replica that lags has another lifetime.
    with replica.reads():
        response = sent.to_response(request) if sent.is_current() else None
    if response:
        sent.policy.served(request, response)
    return response


def _may_keep(request: HttpRequest) -> bool:
    """Return whether responses may be kept: the throttle, if there is one, counts each request.

    A precondition that fails is an error, to which other middleware may add headers.
    """
    return bool(
        request.method in ("GET", "HEAD")
        and conf.CACHE_SECONDS
        and not conf.API_THROTTLE_RATE
        and response_cache.PRECONDITIONS.isdisjoint(request.META)
    )


def _key(request: HttpRequest) -> Key:
    """Return what the response to a request depends on.

    The host is as it was sent: only a host that was allowed has a response that is kept.
    """
    meta = request.META
    host = [meta.get(name) for name in HOST]
    is_gzip = response_cache.accepts_gzip(request)
    accept = meta.get("HTTP_ACCEPT")
    return request.scheme, *host, request.path, meta.get("QUERY_STRING"), accept, is_gzip


def _as_sent(request: HttpRequest, response: HttpResponse) -> SentResponse | None:
    """Return what to keep of a response; None if it is not cached, or was changed on the way."""
    by_view: SentByView | None = getattr(response, "sent_by_view", None)
    if by_view is None or response.status_code not in (200, 304) or response.cookies:
        return None
    if by_view.policy.reads_primary(request) or _is_changed(response, by_view):
        return None
    added = {name: value for name, value in response.items() if name not in by_view.headers}
    return SentResponse(by_view.stored, by_view.policy, added, headers={})


def _is_changed(response: HttpResponse, by_view: SentByView) -> bool:
    headers = by_view.headers.items()
    is_same = all(response.headers.get(name) == value for name, value in headers)
    return not is_same or response.streaming or response.content != by_view.content
