"""Full-response cache, keyed by content version; ``cacheable.py`` uses it for every public view.

A public response depends on the content, the clock and the request URL alone, so it is cached under
the content version (``digest.caching.content_version``). A change makes a new version, so no list
of URLs has to be purged. The cache alias is "digest" if CACHES has it, else "default". While the
cache is empty or fails, every response is rendered, with the same bytes.
"""

import gzip
import hashlib
import logging
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import (
    get_conditional_response,
    patch_vary_headers,
    set_response_etag,
)
from wagtail.models import Site

from digest import __version__, memo, visibility
from digest.caching import content_version
from digest.conf import conf

logger = logging.getLogger(__name__)

# Sizes in bytes: responses are compressed from the first on, stored in compressed form only above
# the second, and not stored above the third.
MIN_COMPRESSED, MAX_PLAIN, MAX_STORED = 200, 100_000, 1_000_000
# Seconds to wait for a thread that renders the same response.
LOCK_TIMEOUT = 10
# Seconds without a request to the cache after one has failed.
RETRY_AFTER = 5
# How often a response is rendered while content changes. The last one is sent, but not stored.
ATTEMPTS = 3
# What a 304 repeats of the headers of the 200 (RFC 9110, 15.4.5).
NOT_MODIFIED = {"Content-Location", "Vary"}
# Without one of these a request is not conditional (RFC 9110, 13.1).
IF_NONE_MATCH = "HTTP_IF_NONE_MATCH"
PRECONDITIONS = frozenset({"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"})
CONDITIONS = PRECONDITIONS | {IF_NONE_MATCH, "HTTP_IF_MODIFIED_SINCE"}
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")

Render = Callable[[], HttpResponse]

_locks: WeakValueDictionary[str, Any] = WeakValueDictionary()
_locks_guard = Lock()
_retry_at = 0.0


class StoredResponse(NamedTuple):
    """The content and headers of a 200, without those that differ from request to request.

    It has ``content``, ``compressed`` or both. ``expires_at`` is when content that it shows
    expires, ``fresh_until`` when it has to be rendered again, ``served_data`` what the view passes
    to ``CachePolicy.served``. ``version`` is the content version that it was rendered from.
    """

    content: bytes | None
    compressed: bytes | None
    headers: dict[str, str]
    expires_at: datetime | None
    fresh_until: datetime | None
    served_data: Any
    version: str | None = None


def get_or_render(
    request: HttpRequest,
    render: Render,
    variant: str = "",
    parameters: Collection[str] | None = None,
    is_stored: bool = True,
) -> tuple[HttpResponse, bool]:
    """Return the cached response, or render and store it; 304 if the ETag matches.

    The second value is False if content kept changing while the response was rendered: no cache may
    store such a response. ``variant`` distinguishes responses at one URL, ``parameters`` names the
    query parameters that are part of the key (None: all). Only a 200 is stored; any other response
    is returned as rendered. Without ``is_stored`` nothing is stored. ``render`` may be called up to
    ``ATTEMPTS`` times.
    """
    for attempt in range(1, ATTEMPTS + 1):
        version = content_version.current()
        key = _request_key(version, request, variant, parameters) if is_stored else None
        if stored := _fetch(key):
            return to_response(request, stored), True
        is_last = attempt == ATTEMPTS
        snapshot = content_version.repeatable_read() if is_last else nullcontext()
        # The last one is sent even if content changes, so all of it comes from the snapshot.
        memoised = memo.reading(None if is_last else version)
        with _lock(key), snapshot, memoised as reading:
            stored = _fetch(key)  # Another thread may have rendered it meanwhile.
            if stored:
                response = to_response(request, stored)
            else:
                response = _render_and_store(request, render, version, key)
        if version is None:
            return response, True
        if content_version.current() == version:
            reading.store()
            return response, True
    # Front-end caches were purged before it was rendered.
    return response, False


def forget_site_roots() -> None:
    """Let Wagtail read hosts and ports of sites again, before anything is rendered for readers.

    It caches them for an hour, and clears that only in the process that saves a site.
    """
    Site.clear_site_root_paths_cache()


def cache_key(
    version: str,
    scheme: str,
    host: str,
    path: str,
    query: Collection[tuple[str, list[str]]],
    variant: str,
) -> str:
    """Return the cache key of a response, which does not depend on the order of the query."""
    parts = repr((__version__, version, scheme, host, path, sorted(query), variant))
    return f"digest-{hashlib.sha256(parts.encode()).hexdigest()}"


def _request_key(
    version: str | None, request: HttpRequest, variant: str, parameters: Collection[str] | None
) -> str | None:
    if not version or not conf.CACHE_SECONDS:
        return None
    try:
        query = list(request.GET.lists()) if request.META.get("QUERY_STRING") else []
        host = request.get_host()
    except SuspiciousOperation:  # The view responds with an error.
        return None
    if parameters is not None:
        query = [(name, values) for name, values in query if name in parameters]
    return cache_key(version, request.scheme, host, request.path, query, variant)


def _render_and_store(
    request: HttpRequest, render: Render, version: str | None, key: str | None
) -> HttpResponse:
    forget_site_roots()
    # Before rendering: a page may expire meanwhile.
    fresh_until = _fresh_until(version) if key else None
    response = render()
    if response.status_code != 200:
        return response
    stored = _to_stored(response, compress=bool(key) or accepts_gzip(request))
    if key and content_version.current() == version:
        stored = stored._replace(fresh_until=fresh_until, version=version)
        _store(key, stored)
    return to_response(request, stored)


def _to_stored(response: HttpResponse, compress: bool) -> StoredResponse:
    patch_vary_headers(response, ["Accept-Encoding"])
    set_response_etag(response)
    content, compressed = response.content, None
    if compress and len(content) >= MIN_COMPRESSED:
        compressed = gzip.compress(content, compresslevel=6, mtime=0)
    return StoredResponse(
        content=content,
        compressed=compressed,
        headers=dict(response.items()),
        expires_at=getattr(response, "expires_at", None),
        fresh_until=None,
        served_data=getattr(response, "served_data", None),
    )


def to_response(request: HttpRequest, stored: StoredResponse) -> HttpResponse:
    """Return a 200, compressed if the client accepts that, a 304, or a 412 (RFC 9110, 13.2.2).

    GET and HEAD are treated alike. Cookies that a view sets are dropped: the response is public.
    """
    response = without_headers(request, stored)
    set_stored_headers(request, response, stored)
    return response


def without_headers(request: HttpRequest, stored: StoredResponse) -> HttpResponse:
    """Return what ``to_response`` does, with none of the headers but ``Content-Type``."""
    response, conditions = None, CONDITIONS & request.META.keys()
    if conditions:
        etag = _etag(request, stored)
        if conditions == {IF_NONE_MATCH} and request.META[IF_NONE_MATCH] == etag:
            response = HttpResponseNotModified()
        else:
            response = get_conditional_response(request, etag=etag)
    if response is None:
        body = _body(stored, _is_compressed(request, stored))
        response = HttpResponse(body, content_type=stored.headers.get("Content-Type"))
        response.served_data = stored.served_data
    response.expires_at = stored.expires_at
    response.stored_response = stored
    return response


def set_stored_headers(
    request: HttpRequest, response: HttpResponse, stored: StoredResponse
) -> None:
    """Set the headers of a 200, or those of them that a response of another status repeats."""
    names = stored.headers.keys()
    if response.status_code == 200:
        if _is_compressed(request, stored):
            response["Content-Encoding"] = "gzip"
    else:
        names = NOT_MODIFIED & names
    for name in names:
        response[name] = stored.headers[name]
    response["ETag"] = _etag(request, stored)


def _etag(request: HttpRequest, stored: StoredResponse) -> str:
    # Weak, since the bytes differ; If-None-Match compares weakly. Django's GZipMiddleware does it.
    etag = stored.headers["ETag"]
    return f"W/{etag}" if _is_compressed(request, stored) else etag


def _is_compressed(request: HttpRequest, stored: StoredResponse) -> bool:
    return bool(stored.compressed) and accepts_gzip(request)


def _body(stored: StoredResponse, is_compressed: bool) -> bytes | None:
    if is_compressed:
        return stored.compressed
    return stored.content or gzip.decompress(stored.compressed or b"")


def accepts_gzip(request: HttpRequest) -> bool:
    return bool(GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))


def _fresh_until(version: str) -> datetime:
    """Return the next expiry of any page, since lists neither show nor count expired pages, but
    CACHE_SECONDS from now at the latest, for what changes outside of the database."""
    latest = timezone.now() + timedelta(seconds=conf.CACHE_SECONDS)
    key = f"digest-expiry-{version}"
    expiry = _call_cache("get", key)
    if expiry is None or expiry <= timezone.now():
        expiry = visibility.next_expiry() or datetime.max.replace(tzinfo=latest.tzinfo)
        _call_cache("set", key, expiry, conf.CACHE_SECONDS)
    return min(latest, expiry)


def _fetch(key: str | None) -> StoredResponse | None:
    stored = _call_cache("get", key) if key else None
    return stored if stored and stored.fresh_until > timezone.now() else None


def _store(key: str, stored: StoredResponse) -> None:
    size = len(stored.content)
    if size <= MAX_STORED:
        content = None if size > MAX_PLAIN else stored.content
        _call_cache("set", key, stored._replace(content=content), conf.CACHE_SECONDS)


def _call_cache(method: str, *args: Any) -> Any:
    """Call a method of the cache; return None if it fails, and for RETRY_AFTER seconds after."""
    global _retry_at
    if time.monotonic() < _retry_at:
        return None
    try:
        cache = caches["digest" if "digest" in settings.CACHES else "default"]
        return getattr(cache, method)(*args)
    except Exception as error:
        logger.warning("The cache failed; responses are rendered for each request: %r", error)
        _retry_at = time.monotonic() + RETRY_AFTER
        return None


@contextmanager
def _lock(key: str | None) -> Iterator[None]:
    """Lock against a cache stampede: one thread renders a response while the others wait."""
    if key is None:
        yield
        return
    with _locks_guard:
        lock = _locks.setdefault(key, Lock())
    is_ours = lock.acquire(timeout=LOCK_TIMEOUT)
    try:
        yield
    finally:
        if is_ours:
            lock.release()
