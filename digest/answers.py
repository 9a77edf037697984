"""What every answer that is the same for everybody has in common: the API's, feeds, the sitemap.

Anybody may keep it, for as long as it is true, and read it from any website; no cookie is looked
at. ``digest.api.base`` does the same for the API with what is here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from digest import visibility

# For how many seconds anybody may keep an answer, and for how many more while fetching a new one.
MAX_AGE = 60
STALE_WHILE_REVALIDATE = 60
# Any website may read, without cookies: there is nothing here that not everybody may see.
CORS = {"Access-Control-Allow-Origin": "*"}

# What a browser is told that asks first, since the request has a header of its own.
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}

View = Callable[..., HttpResponse]


@contextmanager
def same_for_everybody() -> Iterator[None]:
    """Make an answer in one look, and in the site's own language whatever the request's is."""
    with translation.override(_own_language()), visibility.one_look():
        yield


def _own_language() -> str:
    try:  # "en" where the languages have no "en-us", as addresses that begin with one need it
        return translation.get_supported_language_variant(settings.LANGUAGE_CODE)
    except LookupError:
        return settings.LANGUAGE_CODE


def for_everybody(view: View) -> View:
    """Make a view's 200 an answer that anybody may keep, and a 304 for who has these very bytes."""

    @csrf_exempt  # so that a POST is told that it is not allowed, not that it lacks a token
    @require_http_methods(["GET", "HEAD", "OPTIONS"])
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ignore_cookies(request)
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=CORS | PREFLIGHT)
        with same_for_everybody():
            response = view(request, *args, **kwargs)
            patch_cache_control(response, public=True, **lifetime())
        return conditional(request, response, CORS)

    return answer


def ignore_cookies(request: HttpRequest) -> None:
    """Look at none; nor may SessionMiddleware, which would delete the cookie of a dead session: in
    an answer that is kept for everybody, it would log out whoever gets it. Nor may
    CsrfViewMiddleware give everybody the one token that it makes for a malformed one."""
    request.COOKIES.clear()
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)


def lifetime(bounded: bool = True) -> dict[str, int]:
    """The directives of ``Cache-Control``: never beyond the moment at which something that the
    answer shows expires. To be asked within ``visibility.one_look``."""
    kept = MAX_AGE + STALE_WHILE_REVALIDATE
    left = visibility.seconds_to_next_expiry(kept) if bounded else kept
    max_age = min(MAX_AGE, left)
    return {"max_age": max_age, "stale_while_revalidate": left - max_age}


def conditional(
    request: HttpRequest, response: HttpResponse, headers: dict[str, str]
) -> HttpResponse:
    """The answer with its ETag and ``headers``, or a 304 with the same; to GET and HEAD alike,
    while Django's ConditionalGetMiddleware passes over HEAD."""
    set_response_etag(response)
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    for name, value in headers.items():
        answer[name] = value
    return answer
