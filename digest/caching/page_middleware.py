"""Lets caches in front keep pages that are the same for every visitor.

For ``MIDDLEWARE``, before that of sessions. What the API, feeds and the sitemap say of themselves
is said here of pages: a page may be kept that was made for somebody without a session, and for no
longer than until the next public page expires. Wagtail says of a private page that nobody may keep
it, and a page class may say so, too: what has a ``Cache-Control`` keeps it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import swapper
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

from digest import visibility
from digest.caching import content_version, response_cache

# The views that answer with pages, and make no difference but by the address and the visitor.
PAGES = {"wagtail_serve", "digest:tag"}

# The content version, and when the next public page expires as long as it is the version.
_known: tuple[str | None, datetime | None] = (None, None)


class PublicPagesMiddleware:
    """Says for how long a page may be kept; what was made for one visitor is that visitor's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not hasattr(request, "digest_made_for") or not _is_page(response):
            return response
        self._say(request, response)
        set_response_etag(response)
        return get_conditional_response(request, etag=response["ETag"], response=response)

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        """Note the content version that the page is made for, and until when: a page may expire
        while this one is made. Without a version the database may not answer now."""
        if request.method in ("GET", "HEAD") and request.resolver_match.view_name in PAGES:
            version = content_version.current()
            request.digest_made_for = version, version and _next_expiry(version)

    def _say(self, request: HttpRequest, response: HttpResponse) -> None:
        version, next_expiry = request.digest_made_for
        patch_vary_headers(response, ["Accept-Encoding"])
        if not _is_for_everybody(request, response):
            patch_cache_control(response, private=True)
        elif content_version.current() == version:
            response_cache.let_keep(response, next_expiry if version else _next_expiry(version))
            # A browser is not told when a page changes, so it asks each time.
            seconds = get_max_age(response)
            response["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}"
        else:  # It is of two versions, and would be kept after a purge.
            response_cache.never_keep(response)


def _is_page(response: HttpResponse) -> bool:
    is_html = response.get("Content-Type", "").startswith("text/html")
    return response.status_code == 200 and is_html and "Cache-Control" not in response


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether nothing tells the visitor from another: what Django keeps in cookies, and who is
    logged in; nor does the page give a cookie to the visitor, as one with a form does."""
    own = {settings.SESSION_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages"}
    if own & set(request.COOKIES) or "Authorization" in request.headers or response.cookies:
        return False
    user = getattr(request, "user", None)
    return not (user and user.is_authenticated)


def _next_expiry(version: str | None) -> datetime | None:
    """When the next public page expires: any page may show or count it. Looked for once in each
    version, since all pages are gone through."""
    global _known
    known, expiry = _known
    if version is None or version != known or (expiry and expiry <= timezone.now()):
        pages = swapper.load_model("wagtailcore", "Page").objects.order_by()
        coming = visibility.public(pages.filter(expire_at__gt=timezone.now()))
        expiry = coming.aggregate(first=Min("expire_at"))["first"]
        _known = (version, expiry)
    return expiry
