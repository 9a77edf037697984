"""Caching and CORS headers of public responses."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone

from digest.caching import content_version
from digest.conf import conf

# Seconds for which any cache may serve a response, and for which it may then serve it stale while
# it fetches a new one (RFC 5861).
MAX_AGE = 60
STALE_WHILE_REVALIDATE = 60

# Responses are public and do not depend on cookies, so scripts of any website may read them.
CORS = {"Access-Control-Allow-Origin": "*"}

# For the response to OPTIONS, which browsers send before a request with custom headers.
PREFLIGHT = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def set_cache_headers(response: HttpResponse, expires_at: datetime | None = None) -> None:
    """Set ``Cache-Control``, and ``CDN-Cache-Control`` for caches that are purged on change.

    No lifetime reaches beyond ``expires_at``, when content that the response shows expires.
    """
    response["Cache-Control"] = f"public, {_lifetime(MAX_AGE, expires_at)}"
    if conf.CDN_MAX_AGE is not None and content_version.is_latest():
        response["CDN-Cache-Control"] = _lifetime(conf.CDN_MAX_AGE, expires_at)


def mark_no_store(response: HttpResponse) -> None:
    """Forbid every cache to store the response."""
    response["Cache-Control"] = "no-store"
    del response["CDN-Cache-Control"]


def _lifetime(max_age: int, expires_at: datetime | None) -> str:
    total = max_age + STALE_WHILE_REVALIDATE
    if expires_at:
        total = max(0, min(total, int((expires_at - timezone.now()).total_seconds())))
    max_age = min(max_age, total)
    return f"max-age={max_age}, stale-while-revalidate={total - max_age}"
