"""The path of a public request: cached response, or view, store and headers.

``cacheable`` wraps a view with a ``CachePolicy``. Plain views (feeds, sitemap, llms.txt) use it
through ``public_view``, the API's through ``digest.api.base.APIView.as_view``.
``response_middleware`` sends a response again before any view has seen the request.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial, wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from digest import visibility
from digest.caching import replica, response_cache
from digest.caching.headers import CORS, PREFLIGHT, mark_no_store, set_cache_headers

# Statuses that depend on the URL alone. 405, 406, 412, 429 and 500 do not.
SHARED_STATUSES = {200, 204, 304, 400, 404}

View = Callable[..., HttpResponse]


class SentByView(NamedTuple):
    """A cached response as its view has sent it, before other middleware changes it."""

    stored: response_cache.StoredResponse
    policy: "CachePolicy"
    headers: dict[str, str]
    content: bytes


class CachePolicy:
    """Define the cache key of a response, apart from scheme, host and path, and its headers.

    Subclasses must do without the view, which a cache hit does not call, and with a request that
    other middleware has not seen.
    """

    # The query parameters that are part of the key; None: all.
    parameters: Collection[str] | None = ("locale",)
    headers: Mapping[str, str] = CORS
    # Whether the response is stored in our own cache.
    is_stored = True

    def variant(self, request: HttpRequest) -> str | None:
        """Return what distinguishes responses at one URL, such as a media type; None if the
        response must not be cached."""
        return "" if request.method in ("GET", "HEAD") else None

    def reads_primary(self, request: HttpRequest) -> bool:
        """Return whether the response must not come from a replica, which may lag."""
        return False

    def set_headers(self, response: HttpResponse, is_consistent: bool = True) -> None:
        """Set the headers of a response that is about to be sent, whether rendered or cached.

        A response that is sent again has ``headers`` already: ``set_cache_control`` is for what
        changes from one to the next.
        """
        self.set_cache_control(response, is_consistent)
        for name, value in self.headers.items():
            response[name] = value

    def set_cache_control(self, response: HttpResponse, is_consistent: bool) -> None:
        if is_consistent and response.status_code in SHARED_STATUSES:
            set_cache_headers(response, getattr(response, "expires_at", None))
        else:
            mark_no_store(response)

    def served(self, request: HttpRequest, response: HttpResponse) -> None:
        """Do what is needed whenever a response is sent, cached or not, such as counting it."""


def cacheable(view: View, policy: CachePolicy) -> View:
    """Return a view that sends the cached response, or else calls ``view`` and caches its 200."""

    @csrf_exempt  # so that a POST gets a 405 and not a 403
    @transaction.non_atomic_requests  # a transaction may see rows that are not committed
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return respond(request, lambda attempt: view(attempt, *args, **kwargs), policy)

    return wrapper


def public_view(view: View) -> View:
    """Return a ``cacheable`` view that takes GET, HEAD and OPTIONS.

    Its response may depend on the query parameter ``locale`` and no other. A 404 is plain text: the
    site's own page could show who is logged in.
    """
    cached = cacheable(_with_plain_404(view), CachePolicy())

    @require_http_methods(["GET", "HEAD", "OPTIONS"])
    @wraps(cached)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            ignore_cookies(request)
            return HttpResponse(status=204, headers=CORS | PREFLIGHT)
        return cached(request, *args, **kwargs)

    return wrapper


def _with_plain_404(view: View) -> View:
    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except Http404:
            return HttpResponseNotFound("Not found\n", content_type="text/plain; charset=utf-8")

    return wrapper


def respond(request: HttpRequest, view: View, policy: CachePolicy) -> HttpResponse:
    """Return the cached response to a request, or render and store it.

    A response that may be cached is rendered from a copy of the request, another one for each
    attempt. All others are rendered once.
    """
    ignore_cookies(request)
    variant = policy.variant(request)
    if variant is None:
        response = _render(view, request)
        policy.set_headers(response)
    else:
        read = partial(_cached_or_rendered, request, view, policy, variant)
        if policy.reads_primary(request):
            with replica.primary():
                response = read()
        else:
            response = replica.retry_on_primary(read)
    policy.served(request, response)
    stored = getattr(response, "stored_response", None)
    if stored and stored.version:
        response.sent_by_view = SentByView(stored, policy, dict(response.items()), response.content)
    return response


def copy_request(request: HttpRequest) -> HttpRequest:
    """Return a copy for one attempt at a response, without the site that Wagtail has memoised.

    What a view sets on it is not seen by the next attempt. ``copy.copy`` would drop what cannot be
    pickled, such as ``resolver_match``.
    """
    copied = type(request).__new__(type(request))
    copied.__dict__ = {**vars(request)}
    # It may have been read before a change that the next attempt has to show.
    copied.__dict__.pop("_wagtail_site", None)
    return copied


def ignore_cookies(request: HttpRequest) -> None:
    """Remove the cookies from a request whose response is public.

    Otherwise SessionMiddleware would delete the cookie of an expired session in a cached response,
    and so log out whoever receives it, and CsrfViewMiddleware would set one token for all clients
    in place of a malformed one.
    """
    request.COOKIES.clear()
    request.META.pop("CSRF_COOKIE_NEEDS_UPDATE", None)


def _cached_or_rendered(
    request: HttpRequest, view: View, policy: CachePolicy, variant: str
) -> HttpResponse:
    render = partial(_render_attempt, view, request)
    response, is_consistent = response_cache.get_or_render(
        request, render, variant, policy.parameters, policy.is_stored
    )
    policy.set_headers(response, is_consistent)
    return response


def _render_attempt(view: View, request: HttpRequest) -> HttpResponse:
    attempt = copy_request(request)
    try:
        return _render(view, attempt)
    finally:
        # Middleware that handles a 404 need not query the site again.
        if "_wagtail_site" in vars(attempt):
            request._wagtail_site = attempt._wagtail_site


def _render(view: View, request: HttpRequest) -> HttpResponse:
    """Render the response from one snapshot, in the site's language whatever the request's is."""
    with translation.override(site_language()), visibility.snapshot():
        response = view(request)
        if hasattr(response, "render"):
            response = response.render()
        if response.status_code == 200:
            response.expires_at = visibility.first_expiry()
    return response


def site_language() -> str:
    """Return the language of responses that are the same for all visitors."""
    try:  # "en" if LANGUAGES has no "en-us", since URLs may begin with one of LANGUAGES
        return translation.get_supported_language_variant(settings.LANGUAGE_CODE)
    except LookupError:
        return settings.LANGUAGE_CODE
