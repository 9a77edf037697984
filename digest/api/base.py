"""What every endpoint shares."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.functional import cached_property
from rest_framework import exceptions, negotiation, permissions, renderers, views
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.mediatypes import media_type_matches
from wagtail.models import Site

from digest.api import errors
from digest.api.parameters import NoParameters, Parameters
from digest.api.schema import DigestAutoSchema
from digest.api.scope import Scope
from digest.api.sites import find_site
from digest.api.throttling import AddressThrottle
from digest.caching import cacheable, response_cache

# What depends on the address alone; 405, 406, 429 and 500 do not.
KEPT = (200, 204, 400, 404)
EXPOSED = {
    "Access-Control-Expose-Headers": (
        "Content-Location, ETag, Link, RateLimit, RateLimit-Policy, Retry-After"
    ),
}


class ContentNegotiation(negotiation.BaseContentNegotiation):
    """Goes by ``Accept`` alone (RFC 9110); a browser, which asks for HTML, gets JSON."""

    def select_parser(self, request: Request, parsers: Any) -> None:
        """None: nothing is ever sent here."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """The first of the types that the client prefers; the only one, where it is not JSON."""
        types = tuple(renderer.media_type for renderer in renderers)
        chosen = negotiated(request._request, types)
        if chosen is None:
            raise exceptions.NotAcceptable
        return renderers[types.index(chosen)], chosen


def negotiated(request: HttpRequest, types: tuple[str, ...]) -> str | None:
    """Which of the media types the client gets; None where it takes none of them."""
    return _negotiated(request.META.get("HTTP_ACCEPT", "*/*"), types)


@lru_cache(maxsize=256)
def _negotiated(accept: str, types: tuple[str, ...]) -> str | None:
    if types[0] != "application/json":
        return types[0]
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = accept
    for accepted in request.accepted_types:
        wanted = f"{accepted.main_type}/{accepted.sub_type}".replace("text/html", "*/*")
        for offered in types:
            if media_type_matches(offered, wanted):
                return offered
    return None


class APIView(views.APIView):
    """What every endpoint shares: open to read, the same for everybody, errors as problem details.

    Neither session, cookies nor ``Authorization`` are looked at, whatever the site's own
    ``REST_FRAMEWORK`` settings say.
    """

    authentication_classes: list[Any] = []
    permission_classes = [permissions.AllowAny]
    renderer_classes = [renderers.JSONRenderer]
    content_negotiation_class = ContentNegotiation
    versioning_class = None
    http_method_names = ["get", "head", "options"]
    schema = DigestAutoSchema()
    parameters_class: type[Parameters] = NoParameters
    serializer_class: Any = None
    is_list = False
    # Whether anybody may keep the answer; what only some may see is nobody's to keep.
    is_for_everybody = True
    # What ``answered`` has to know of the answer.
    note: Any = None

    def get_exception_handler(self) -> Any:
        """Ours, whatever the site's own is."""
        return errors.handle

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say so whatever the parameters are: nothing but the method was looked at."""
        raise exceptions.MethodNotAllowed(request.method)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the parameters before anything else: a wrong one is refused on every endpoint."""
        super().initial(request, *args, **kwargs)
        _refuse_impossible_port(request._request)
        if request.method in ("GET", "HEAD"):
            self.parameters = self.parameters_class.read(request.query_params)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say what methods there are; the same for every resource, seen or hidden."""
        return Response(status=204, headers=cacheable.PREFLIGHT)

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Outside transactions, whatever ATOMIC_REQUESTS says: inside one nothing is kept."""
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer for everybody, as it was kept if it was, and 304 to who has these very bytes."""
        cacheable.ignore_cookies(request)
        # A browser's question beforehand is free.
        is_free = request.method == "OPTIONS" or self.throttle.rate is None
        self.is_let_in = is_free or self.throttle.allow_request(Request(request), self)
        response = self._answer(request, *args, **kwargs)
        for name, value in self.throttle.headers().items():
            response[name] = value
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def make() -> HttpResponse:
            for name in ("site", "scope", "note"):  # of a time before, when content has changed
                self.__dict__.pop(name, None)
            response = super(APIView, self).dispatch(request, *args, **kwargs)
            response.note = self.note
            return response.render() if isinstance(response, Response) else response

        kind = self._kind(request)
        if kind is None:
            return cacheable.made(make)
        response = cacheable.kept_or_made(request, make, kind=kind)
        if response.status_code == 200:
            self.answered(request, response.note)
        return response

    def _kind(self, request: HttpRequest) -> str | None:
        """What is asked for beside the address: the media type. None where the answer is nobody's
        to keep, or there is none: of another type or method, or for who asks too often."""
        is_kept = self.is_for_everybody and self.is_let_in
        if not is_kept or request.method not in ("GET", "HEAD"):
            return None
        types = tuple(renderer.media_type for renderer in self.renderer_classes)
        return negotiated(request, types)

    def answered(self, request: HttpRequest, note: Any) -> None:
        """Called with each answer, made or kept, and ``self.note`` as it was when it was made."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let anybody keep an answer for a minute; a failure or a refusal is nobody's to keep."""
        response = super().finalize_response(request, response, *args, **kwargs)
        status = response.status_code
        if not self.is_for_everybody:
            patch_cache_control(response, private=True, no_store=True)
        elif status in KEPT:
            response_cache.let_keep(response)
        else:
            response_cache.never_keep(response)
        if status == 404:
            errors.stay_not_found(self.request._request)
        patch_vary_headers(response, ["Accept"])
        for name, value in self._headers().items():
            response[name] = value
        self._say_what_is_shown(response)
        return response

    def _headers(self) -> dict[str, str]:
        return cacheable.CORS | EXPOSED

    def _say_what_is_shown(self, response: HttpResponse) -> None:
        """Name it for caches that are purged by it, as Fastly, Varnish and others are."""
        if not self.is_for_everybody or response.status_code != 200:
            return
        if "scope" in self.__dict__ and self.scope.keys:
            response["Surrogate-Key"] = " ".join(sorted(self.scope.keys))

    def members(self, default: Iterable[str]) -> set[str]:
        """The members to answer with: those asked for, and those included."""
        chosen = self.parameters.get("fields", default)
        return {*chosen, *self.parameters.get("include", ())}

    @cached_property
    def throttle(self) -> AddressThrottle:
        """The one throttle there is."""
        return AddressThrottle()

    def check_throttles(self, request: Request) -> None:
        """Refuse who asks too often; the request was counted before, since a kept answer counts."""
        if not self.is_let_in:
            self.throttled(request, self.throttle.wait())

    @cached_property
    def site(self) -> Site:
        """The site that ``site`` names, or else that of the request's host."""
        site = find_site(self.request._request, self.parameters.get("site"))
        if site is None:
            raise Http404
        return site

    @cached_property
    def scope(self) -> Scope:
        """What the answer is made for."""
        return Scope(self.request._request, self.site, self.parameters)


def _refuse_impossible_port(request: HttpRequest) -> None:
    """ALLOWED_HOSTS judges the name alone, and the port would stand in every address."""
    port = request.get_host().rpartition(":")[2]
    if port.isdecimal() and (len(port) > 5 or int(port) > 65535):
        raise SuspiciousOperation("The port of the Host header is impossible.")
