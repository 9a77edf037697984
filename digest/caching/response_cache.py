"""Whole answers, kept for as long as nothing changes that readers could see.

A public response depends only on the content, the clock and the request URL, so it is cached under
the content version (``digest.caching.content_version``): changed content is another version, and no
list of URLs has to be purged. The cache alias "digest" of CACHES is used if it is there, else the
default one. If the cache is empty, gone or broken, every response is rendered, with the same bytes.
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
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import (
    get_conditional_response,
    patch_vary_headers,
    set_response_etag,
)
from wagtail.models import Site

from digest import __version__, visibility
from digest.caching import content_version
from digest.conf import conf

logger = logging.getLogger(__name__)

# For how many seconds anybody may keep an answer, and for how many more while fetching a new one.
MAX_AGE = 60
STALE_WHILE_REVALIDATE = 60
# Bytes from which on answers are compressed, are kept compressed alone, and are not kept.
LEAST_PACKED, MOST_PLAIN, MOST_KEPT = 200, 100_000, 1_000_000
# Seconds to wait for another thread that makes the same answer, and to leave a broken cache alone.
PATIENCE, PAUSE = 10, 5
# How often an answer is made while content changes; the last one is given, and not kept.
ATTEMPTS = 3
# What a 304 has of the whole answer (RFC 9110, 15.4.5), and what scripts may read of it.
NOT_MODIFIED = {
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Content-Location",
    "Vary",
}
PACKED = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")

Make = Callable[[], HttpResponse]

_being_made: WeakValueDictionary[str, Any] = WeakValueDictionary()
_guard = Lock()
_broken_until = 0.0


class Kept(NamedTuple):
    """An answer as it is kept: its bytes, as they are or compressed or both, and its headers.

    ``shown_until`` is when something that it shows expires, ``good_until`` when it is made anew;
    ``note`` is for the view that made it.
    """

    content: bytes | None
    packed: bytes | None
    headers: dict[str, str]
    shown_until: datetime | None
    good_until: datetime | None
    note: Any


def kept_or_made(
    request: HttpRequest, make: Make, kind: str = "", query: Collection[str] | None = None
) -> HttpResponse:
    """The answer to a request, kept or made; a 304 where the client has these very bytes.

    What is not a 200 is never kept, and returned as it was made. ``kind`` tells apart what the
    address does not; of the query all parameters count, or those named. ``make`` may be called
    more than once.
    """
    for attempt in range(1, ATTEMPTS + 1):
        version = content_version.current()
        key = _key(version, request, kind, query) if version and conf.CACHE_SECONDS else None
        if kept := key and _get(key):
            return _answer(request, kept)
        is_last = attempt == ATTEMPTS
        with _alone(key), content_version.repeatable_read() if is_last else nullcontext():
            kept = key and _get(key)
            response = _answer(request, kept) if kept else _made(request, make, version, key)
        if version is None or content_version.current() == version:
            return response
        # Its rows may be of two versions: it is made again.
    never_keep(response)  # Changes come all the time, and caches in front were emptied before.
    return response


def _made(request: HttpRequest, make: Make, version: str | None, key: str | None) -> HttpResponse:
    if key:  # Wagtail keeps the paths of sites, and forgets them in the process that changes them.
        Site.clear_site_root_paths_cache()
    # Before it is made: a page may expire meanwhile.
    good_until = _good_until(version) if key else None
    response = make()
    if response.status_code != 200:
        return response
    kept = _kept(response, is_packed=bool(key) or _takes_packed(request))
    if key and content_version.current() == version:
        _keep(key, kept._replace(good_until=good_until))
    return _answer(request, kept)


def _keep(key: str, kept: Kept) -> None:
    size = len(kept.content)
    if size <= MOST_KEPT:
        content = None if size > MOST_PLAIN else kept.content
        _ask("set", key, kept._replace(content=content), conf.CACHE_SECONDS)


def _kept(response: HttpResponse, is_packed: bool) -> Kept:
    patch_vary_headers(response, ["Accept-Encoding"])
    set_response_etag(response)
    content, packed = response.content, None
    if is_packed and len(content) >= LEAST_PACKED:
        packed = gzip.compress(content, compresslevel=6, mtime=0)
    del response["Cache-Control"], response["CDN-Cache-Control"]  # another one for each client
    headers = dict(response.items())
    shown_until, note = getattr(response, "shown_until", None), getattr(response, "note", None)
    return Kept(content, packed, headers, shown_until, None, note)


def _answer(request: HttpRequest, kept: Kept) -> HttpResponse:
    """The answer, compressed where the client takes that, or a 304; to GET and HEAD alike. Without
    the cookies of a view: it is the same for everybody. A 412 is for who set the condition."""
    is_packed = bool(kept.packed) and _takes_packed(request)
    # Other bytes than the first; the same to If-None-Match, as Django's GZipMiddleware has it.
    etag = f"W/{kept.headers['ETag']}" if is_packed else kept.headers["ETag"]
    response = get_conditional_response(request, etag=etag)
    if response is None:
        content = kept.packed if is_packed else kept.content or gzip.decompress(kept.packed or b"")
        response = HttpResponse(content, headers=kept.headers)
        response.note = kept.note
        if is_packed:
            response["Content-Encoding"] = "gzip"
    else:
        for name in NOT_MODIFIED & kept.headers.keys():
            response[name] = kept.headers[name]
    response["ETag"] = etag
    if response.status_code == 412:
        never_keep(response)
    else:
        let_keep(response, kept.shown_until)
    return response


def _takes_packed(request: HttpRequest) -> bool:
    return bool(PACKED.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))


def let_keep(response: HttpResponse, shown_until: datetime | None = None) -> None:
    """Let anybody keep an answer, and longer the caches that are emptied at each change (RFC 9213),
    but never beyond the moment at which something that it shows expires."""
    response["Cache-Control"] = f"public, {_lifetime(MAX_AGE, shown_until)}"
    if conf.CDN_MAX_AGE is not None and content_version.is_latest():
        response["CDN-Cache-Control"] = _lifetime(conf.CDN_MAX_AGE, shown_until)


def never_keep(response: HttpResponse) -> None:
    """Let nobody keep it."""
    response["Cache-Control"] = "no-store"
    del response["CDN-Cache-Control"]


def _lifetime(max_age: int, shown_until: datetime | None) -> str:
    left = most = max_age + STALE_WHILE_REVALIDATE
    if shown_until:
        left = max(0, min(most, int((shown_until - timezone.now()).total_seconds())))
    max_age = min(max_age, left)
    return f"max-age={max_age}, stale-while-revalidate={left - max_age}"


def _key(
    version: str, request: HttpRequest, kind: str, query: Collection[str] | None
) -> str | None:
    """One for all that the answer depends on; the order of the query is not among it."""
    try:
        asked = sorted(request.GET.lists()) if request.META.get("QUERY_STRING") else []
        place = f"{request.scheme}://{request.get_host()}{request.path}"
    except SuspiciousOperation:  # The view says what is wrong.
        return None
    if query is not None:
        asked = [(name, values) for name, values in asked if name in query]
    parts = repr((__version__, version, place, kind, asked))
    return f"digest-{hashlib.sha256(parts.encode()).hexdigest()}"


def _good_until(version: str) -> datetime:
    """Never past the next expiry of any page: a list does not show what has expired, nor counts
    it. And after a while in any case, for what changes without the database."""
    at_most = timezone.now() + timedelta(seconds=conf.CACHE_SECONDS)
    key = f"digest-expiry-{version}"
    expiry = _ask("get", key)
    if expiry is None or expiry <= timezone.now():
        expiry = visibility.next_expiry() or datetime.max.replace(tzinfo=at_most.tzinfo)
        _ask("set", key, expiry, conf.CACHE_SECONDS)
    return min(at_most, expiry)


def _get(key: str) -> Kept | None:
    kept = _ask("get", key)
    return kept if kept and kept.good_until > timezone.now() else None


def _ask(method: str, *args: Any) -> Any:
    """Ask the cache; None where it fails, and for some seconds after that."""
    global _broken_until
    if time.monotonic() < _broken_until:
        return None
    try:
        cache = caches["digest" if "digest" in settings.CACHES else "default"]
        return getattr(cache, method)(*args)
    except Exception as error:
        logger.warning("The cache fails, answers are made each time: %r", error)
        _broken_until = time.monotonic() + PAUSE
        return None


@contextmanager
def _alone(key: str | None) -> Iterator[None]:
    """Let one thread make an answer while the others wait for it."""
    if key is None:
        yield
        return
    with _guard:
        lock = _being_made.setdefault(key, Lock())
    is_ours = lock.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if is_ours:
            lock.release()
