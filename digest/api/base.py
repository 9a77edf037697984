"""The base class of endpoints, ``as_view -> dispatch -> initial -> get``, and its cache policy."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework import exceptions, negotiation, permissions, views
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.mediatypes import media_type_matches
from wagtail.models import Site

from digest.api import errors, extensions
from digest.api.parameters import NoParameters, Parameters
from digest.api.renderers import JSONRenderer
from digest.api.schema import DigestAutoSchema
from digest.api.scope import Scope
from digest.api.sites import find_site
from digest.api.throttling import IPAddressThrottle
from digest.caching.cacheable import CachePolicy, cacheable
from digest.caching.headers import CORS, PREFLIGHT

EXPOSED = {
    "Access-Control-Expose-Headers": (
        "Content-Location, ETag, Link, RateLimit, RateLimit-Policy, Retry-After"
    ),
}


class ContentNegotiation(negotiation.BaseContentNegotiation):
    """Negotiate by ``Accept`` only (RFC 9110); a browser, which accepts HTML, gets JSON."""

    def select_parser(self, request: Request, parsers: Any) -> None:
        """Return None: DRF parses no body; ``WritableAPIView`` does so more strictly."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the renderer of the negotiated type; raise NotAcceptable if there is none."""
        types = tuple(renderer.media_type for renderer in renderers)
        media_type = negotiate(accept_header(request._request), types)
        if media_type is None:
            raise exceptions.NotAcceptable
        return renderers[types.index(media_type)], media_type


def accept_header(request: HttpRequest) -> str:
    return request.META.get("HTTP_ACCEPT", "*/*")


@lru_cache(maxsize=256)
def negotiate(accept: str, types: tuple[str, ...]) -> str | None:
    """Return the media type that an ``Accept`` header prefers, or None if it accepts none.

    A single type that is not JSON is sent whatever the header accepts.
    """
    if types[0] != "application/json":
        return types[0]
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = accept
    for accepted in request.accepted_types:
        media_range = f"{accepted.main_type}/{accepted.sub_type}".replace("text/html", "*/*")
        for offered in types:
            if media_type_matches(offered, media_range):
                return offered
    return None


class APICachePolicy(CachePolicy):
    """The cache policy of an endpoint; it reads class attributes of the view and needs no instance.

    Throttles and hooks apply to cache hits, too.
    """

    parameters = None  # all

    def __init__(self, view_class: "type[APIView]") -> None:
        self.view_class = view_class
        self.headers = view_class.response_headers
        self.media_types = tuple(renderer.media_type for renderer in view_class.renderer_classes)

    def variant(self, request: HttpRequest) -> str | None:
        is_allowed = IPAddressThrottle.of(request).is_allowed  # counts every request
        if not (self.view_class.is_cacheable and is_allowed) or super().variant(request) is None:
            return None
        return negotiate(accept_header(request), self.media_types)

    def reads_primary(self, request: HttpRequest) -> bool:
        return extensions.has_fresh(request)

    def set_cache_control(self, response: HttpResponse, is_consistent: bool) -> None:
        if self.view_class.is_cacheable:
            super().set_cache_control(response, is_consistent)
        else:
            response["Cache-Control"] = "private, no-store"

    def served(self, request: HttpRequest, response: HttpResponse) -> None:
        if response.status_code == 404:
            errors.prevent_language_redirect(request)
        elif response.status_code == 200 and self.view_class.is_cacheable:
            self.view_class.on_served(request, response.served_data)
        for name, value in IPAddressThrottle.of(request).headers().items():
            response[name] = value


class APIView(views.APIView):
    """Base class of the endpoints: open to read, public, errors as problem details.

    Session, cookies, ``Authorization`` and the site's own ``REST_FRAMEWORK`` settings have no
    effect. ``as_view`` puts the response cache before ``dispatch``: a cache hit makes no instance,
    and each attempt to render has one of its own.
    """

    authentication_classes: list[Any] = []
    permission_classes = [permissions.AllowAny]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = ContentNegotiation
    versioning_class = None
    http_method_names = ["get", "head", "options"]
    schema = DigestAutoSchema()
    cache_policy_class = APICachePolicy
    parameters_class: type[Parameters] = NoParameters
    serializer_class: Any = None
    is_list = False
    # Whether the URL contains slugs, and redirects if one of them has changed.
    is_renamable = False
    # Whether the response is public, so that any cache may store it.
    is_cacheable = True
    response_headers: Mapping[str, str] = CORS | EXPOSED
    # Passed to ``on_served`` and stored with the cached response.
    served_data: Any = None

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        return cacheable(super().as_view(**initkwargs), cls.cache_policy_class(cls))

    @classmethod
    def on_served(cls, request: HttpRequest, served_data: Any) -> None:
        """Run after each 200, whether rendered or cached, with ``served_data`` of the view."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Validate the query parameters before the view runs."""
        request._request.encoding = None  # Django reads the query in the charset of the body.
        super().initial(request, *args, **kwargs)
        _reject_impossible_port(request._request)
        if request.method in self.allowed_methods and request.method != "OPTIONS":
            self.parameters = self.get_parameters_class(request.method).read(request.query_params)

    @classmethod
    def get_parameters_class(cls, method: str) -> type[Parameters]:
        return cls.parameters_class

    def check_throttles(self, request: Request) -> None:
        throttle = IPAddressThrottle.of(request._request)
        if not throttle.is_allowed:
            self.throttled(request, throttle.wait())

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the allowed methods; the same for every resource, public or hidden."""
        return Response(status=204, headers=PREFLIGHT)

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise exceptions.MethodNotAllowed(request.method)

    def get_exception_handler(self) -> Any:
        return errors.exception_handler

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Vary": "Accept"}

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Set ``Surrogate-Key`` on a public response, for caches such as Fastly and Varnish.

        The cache policy sets all other headers.
        """
        response = super().finalize_response(request, response, *args, **kwargs)
        response.served_data = self.served_data
        if response.status_code == 400 and extensions.has_fresh(self.request._request):
            response.expires_at = timezone.now()  # The same URL may be valid in a moment.
        if self.is_cacheable and response.status_code == 200 and self._surrogate_keys():
            response["Surrogate-Key"] = " ".join(sorted(self._surrogate_keys()))
        return response

    def _surrogate_keys(self) -> set[str]:
        return self.scope.keys if "scope" in self.__dict__ else set()

    def redirect(self, name: str, *args: Any) -> HttpResponse:
        """Redirect to another URL of the API, with the query of the request."""
        url = self.request.build_absolute_uri(reverse(f"digest:api:{name}", args=args))
        query = self.request.META.get("QUERY_STRING")
        return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)

    def requested_fields(self, default: Iterable[str]) -> set[str]:
        """Return the names of the fields that ``fields`` and ``include`` request."""
        names = self.parameters.get("fields", default)
        return {*names, *self.parameters.get("include", ())}

    @cached_property
    def site(self) -> Site:
        """Return the site of the parameter ``site``, or else of the request host."""
        site = find_site(self.request._request, self.parameters.get("site"))
        if site is None:
            raise Http404
        return site

    @cached_property
    def scope(self) -> Scope:
        return Scope(self.request._request, self.site, self.parameters)


def _reject_impossible_port(request: HttpRequest) -> None:
    """Raise SuspiciousOperation if the request host has a port that does not exist.

    ALLOWED_HOSTS checks only the name, and every URL in the response would contain the port.
    """
    port = request.get_host().rpartition(":")[2]
    if port.isdecimal() and (len(port) > 5 or int(port) > 65535):
        raise SuspiciousOperation("The port of the Host header is impossible.")
