"""What every answer that is the same for everybody has in common: the API's, feeds, the sitemap.

Anybody may keep it, for as long as it is true, and read it from any website; no cookie is looked
at. ``digest.api.base`` does the same for the API with what is here.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from digest import visibility
from digest.caching import replica, response_cache

# Any website may read, without cookies: there is nothing here that not everybody may see.
CORS = {"Access-Control-Allow-Origin": "*"}

# The answer to OPTIONS, which a browser asks first where a request has a header of its own.
PREFLIGHT = {
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}

View = Callable[..., HttpResponse]


def _own_language() -> str:
    try:  # "en" where the languages have no "en-us", as addresses that begin with one need it
        return translation.get_supported_language_variant(settings.LANGUAGE_CODE)
    except LookupError:
        return settings.LANGUAGE_CODE


def for_everybody(view: View) -> View:
    """Make a view's 200 an answer that anybody may keep, and a 304 for who has these very bytes.

    Of the query, ``locale`` alone makes a difference to such views.
    """

    @csrf_exempt  # so that a POST is told that it is not allowed, not that it lacks a token
    @transaction.non_atomic_requests  # inside a transaction nothing is kept
    @require_http_methods(["GET", "HEAD", "OPTIONS"])
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ignore_cookies(request)
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=CORS | PREFLIGHT)
        response = kept_or_made(request, lambda: view(request, *args, **kwargs), query=["locale"])
        for name, value in CORS.items():
            response[name] = value
        return response

    return answer


def kept_or_made(request: HttpRequest, make: response_cache.Make, **kwargs: Any) -> HttpResponse:
    """The answer to a request, the same for everybody; see ``caching.kept_or_made``."""

    def make_anew() -> HttpResponse:
        request.__dict__.pop("_wagtail_site", None)  # of a time before, when content has changed
        return made(make)

    return replica.answered(lambda: response_cache.kept_or_made(request, make_anew, **kwargs))


def made(make: response_cache.Make) -> HttpResponse:
    """Make an answer in one look, and in the site's own language whatever the request's is."""
    with translation.override(_own_language()), visibility.snapshot():
        response = make()
        response.shown_until = visibility.first_expiry()
    return response


def ignore_cookies(request: HttpRequest) -> None:
    """Look at none; nor may SessionMiddleware, which would delete the cookie of a dead session: in
    an answer that is kept for everybody, it would log out whoever gets it. Nor may
    CsrfViewMiddleware give everybody the one token that it makes for a malformed one."""
    request.COOKIES.clear()
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)
