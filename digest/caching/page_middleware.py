"""Cache headers of pages, for front-end caches.

The middleware goes before that of sessions. A page that was rendered for a visitor without a
session is public until the next public page expires. A response that has a ``Cache-Control`` keeps
it: Wagtail sets one on private pages, and a page class may set its own.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import (
    get_conditional_response,
    get_max_age,
    patch_cache_control,
    patch_vary_headers,
    set_response_etag,
)

from digest import memo, visibility
from digest.caching import content_version, replica
from digest.caching.headers import mark_no_store, set_cache_headers
from digest.caching.response_cache import forget_site_roots
from digest.conf import get_base_page_model

# Views of pages: their responses depend on the URL and the visitor alone.
PAGE_VIEWS = {"wagtail_serve", "digest:feeds", "digest:tag", "digest:tags"}

# The content version and the next expiry of a public page, which holds for that version.
_next_expiry_of: tuple[str | None, datetime | None] = (None, None)


class PublicPagesMiddleware:
    """Set the cache headers of pages: public, or private if rendered for one visitor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with memo.reading(None):  # from the time when the content version is known
            response = self.get_response(request)
        if not hasattr(request, "digest_page_version") or not _is_page(response):
            return response
        self._set_headers(request, response)
        set_response_etag(response)
        return get_conditional_response(request, etag=response["ETag"], response=response)

    def process_view(self, request: HttpRequest, *args: object) -> None:
        """Read the content version and the next expiry before the page is rendered.

        Without a version the expiry is not read, since the database may not respond now.
        """
        if request.method in ("GET", "HEAD") and request.resolver_match.view_name in PAGE_VIEWS:
            version = content_version.current()
            expiry = version and replica.with_fallback(partial(_next_expiry, version))
            request.digest_page_version = version, expiry
            # A page may move from the replica to the primary, which memoised values do not.
            request.digest_page_reading = memo.start(None if replica.is_active() else version)
            forget_site_roots()

    def _set_headers(self, request: HttpRequest, response: HttpResponse) -> None:
        version, next_expiry = request.digest_page_version
        patch_vary_headers(response, ["Accept-Encoding"])
        if not _is_public(request, response):
            patch_cache_control(response, private=True)
        elif content_version.current() == version:
            request.digest_page_reading.store()
            set_cache_headers(response, next_expiry if version else _next_expiry(version))
            # No purge reaches browsers, so they have to revalidate each time.
            seconds = get_max_age(response)
            response["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}"
        else:  # An inconsistent read, and front-end caches have been purged before it.
            mark_no_store(response)


def _is_page(response: HttpResponse) -> bool:
    is_html = response.get("Content-Type", "").startswith("text/html")
    return response.status_code == 200 and is_html and "Cache-Control" not in response


def _is_public(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether any visitor would get this page: nobody is logged in, no cookie of Django's
    was sent, and none is set, as a page with a form does."""
    own = {settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages"}
    if own & set(request.COOKIES) or "Authorization" in request.headers or response.cookies:
        return False
    user = getattr(request, "user", None)
    return not (user and user.is_authenticated)


def _next_expiry(version: str | None) -> datetime | None:
    """Return when the next public page expires, since any page may show or count it.

    The query scans all pages, so it runs once for each version.
    """
    global _next_expiry_of
    known, expiry = _next_expiry_of
    if version is None or version != known or (expiry and expiry <= timezone.now()):
        pages = get_base_page_model().objects.order_by()
        expiring = visibility.public(pages.filter(expire_at__gt=timezone.now()))
        expiry = expiring.aggregate(first=Min("expire_at"))["first"]
        _next_expiry_of = (version, expiry)
    return expiry
