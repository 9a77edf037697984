"""What every endpoint shares."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import swapper
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import (
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
    set_response_etag,
)
from django.utils.functional import cached_property
from rest_framework import negotiation, permissions, renderers, views
from rest_framework.request import Request
from rest_framework.response import Response
from wagtail.models import Site

from digest import visibility
from digest.api import errors
from digest.api.filters import NoParameters, Parameters
from digest.api.schema import DigestAutoSchema
from digest.models import get_digest_page_model, get_issue_page_model
from digest.rendering import public_bodies, public_images

# What depends on the address alone; 405, 406, 429 and 500 do not.
KEPT = (200, 204, 400, 404)


class ContentNegotiation(negotiation.DefaultContentNegotiation):
    """Goes by ``Accept`` alone; ``format=`` is a parameter that does not exist."""

    settings = SimpleNamespace(URL_FORMAT_OVERRIDE=None)


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
    may_be_missing = False

    def get_exception_handler(self) -> Any:
        """Ours, whatever the site's own is."""
        return errors.handle

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the parameters before anything else: a wrong one is refused on every endpoint."""
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS":
            self.parameters = self.parameters_class.read(request.query_params)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say what methods there are; the same for every resource, seen or hidden."""
        return Response(status=204)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer 304 to who has these very bytes, to GET and HEAD alike."""
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code != 200:
            return response
        set_response_etag(response.render())
        return get_conditional_response(request, etag=response["ETag"], response=response)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let anybody keep an answer for a minute; a failure or a refusal is nobody's to keep."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code in KEPT:
            patch_cache_control(response, public=True, max_age=60)
        else:
            patch_cache_control(response, no_store=True)
        patch_vary_headers(response, ["Accept"])
        return response

    @cached_property
    def site(self) -> Site:
        """The site of the request's host."""
        site = Site.find_for_request(self.request._request)
        if site is None:
            raise Http404
        return site

    def public_issues(self) -> QuerySet:
        """Every issue that this site shows."""
        return visibility.public(get_issue_page_model().objects.all(), self.site)

    def public_digests(self) -> QuerySet:
        """Every digest that this site shows."""
        return visibility.public(get_digest_page_model().objects.all(), self.site)

    def context_for(self, pages: Iterable[Any], with_bodies: bool = False) -> dict[str, Any]:
        """What serializers need of a page of results, at a constant number of queries."""
        pages = list(pages)
        base_url = self.site.root_url
        context = {
            "request": self.request,
            "site": self.site,
            "images": public_images((page.image for page in pages if page.image), base_url),
            "translations": self._translations(pages),
        }
        if with_bodies:
            bodies = public_bodies((page.body for page in pages), base_url)
            context["bodies"] = {page.pk: body for page, body in zip(pages, bodies, strict=True)}
        return context

    def _translations(self, pages: list[Any]) -> dict[Any, list[Any]]:
        if not getattr(settings, "WAGTAIL_I18N_ENABLED", False):
            return {}
        keys = {page.translation_key for page in pages}
        page_model = swapper.load_model("wagtailcore", "Page")
        others = visibility.public(page_model.objects.filter(translation_key__in=keys), self.site)
        found: dict[Any, list[Any]] = {}
        for page in others.select_related("locale").order_by("locale__language_code"):
            found.setdefault(page.translation_key, []).append(page)
        return found
