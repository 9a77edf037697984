"""The endpoints: a view declares what it takes and gives; ``digest.visibility`` says of what."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from types import SimpleNamespace
from typing import Any

import swapper
from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.http import conditional_page
from rest_framework import negotiation, permissions, renderers, views
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from taggit.models import Tag
from wagtail.models import Site

from digest import visibility
from digest.api import errors, serializers
from digest.api.filters import (
    IssueFilters,
    IssueListParameters,
    NoParameters,
    PageParameters,
    Parameters,
    filter_issues,
)
from digest.api.pagination import CursorPagination
from digest.api.schema import DigestAutoSchema
from digest.listing import latest_first, neighbours, with_digests, with_related
from digest.models import IssueTag, get_digest_page_model, get_issue_page_model
from digest.rendering import public_bodies, public_images


def api_version() -> str:
    """The version of the plugin that answers."""
    try:
        return version("wagtail-digest")
    except PackageNotFoundError:  # run from a checkout
        return "0+unknown"


class ContentNegotiation(negotiation.DefaultContentNegotiation):
    """Goes by ``Accept`` alone; ``format=`` is a parameter that does not exist."""

    settings = SimpleNamespace(URL_FORMAT_OVERRIDE=None)


@method_decorator(conditional_page, name="dispatch")
class APIView(views.APIView):
    """What every endpoint shares: open to read, the same for everybody, errors as problem details.

    Neither session, cookies nor ``Authorization`` are looked at, whatever the site's own
    ``REST_FRAMEWORK`` settings say.
    """

    authentication_classes: list[Any] = []
    permission_classes = [permissions.AllowAny]
    renderer_classes = [renderers.JSONRenderer]
    content_negotiation_class = ContentNegotiation
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

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let anybody keep the answer for a minute; a failure is nobody's to keep."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code < 500:
            patch_cache_control(response, public=True, max_age=60)
        else:
            patch_cache_control(response, no_store=True)
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


class MapView(APIView):
    """The map of the API: its name, its version, and where everything is."""

    serializer_class = serializers.MapSerializer

    def get(self, request: Request) -> Response:
        """Answer with links."""
        names = ["digests", "issues", "latest-issue", "tags", "schema", "docs"]
        links = {
            name.replace("-", "_"): reverse(f"digest:api:{name}", request=request) for name in names
        }
        name = self.site.site_name or "Digest API"
        return Response({"name": name, "version": api_version(), "links": links})


class DigestList(APIView):
    """The digests of the site, by title."""

    parameters_class = PageParameters
    serializer_class = serializers.DigestSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        """Answer with a page of them."""
        paginator = CursorPagination("title", self.parameters)
        digests = paginator.paginate_queryset(self.public_digests(), request)
        digests = self.with_latest_issue(digests)
        serializer = self.serializer_class(digests, many=True, context=self.context_for(digests))
        return paginator.get_paginated_response(serializer.data)

    def with_latest_issue(self, digests: list[Any]) -> list[Any]:
        """Give each digest its ``latest_issue``, with two queries for all of them."""
        below = self.public_issues().filter(path__startswith=OuterRef("path"))
        newest = Subquery(latest_first(below).values("pk")[:1])
        found = get_digest_page_model().objects.filter(pk__in=[digest.pk for digest in digests])
        found = found.select_related("image", "locale").prefetch_related("image__renditions")
        by_pk = {digest.pk: digest for digest in found.annotate(latest_issue_id=newest)}
        issues = get_issue_page_model().objects.in_bulk([d.latest_issue_id for d in by_pk.values()])
        for digest in by_pk.values():
            digest.latest_issue = issues.get(digest.latest_issue_id)
        return [by_pk[digest.pk] for digest in digests]


class DigestDetail(DigestList):
    """One digest."""

    parameters_class = NoParameters
    is_list = False

    def get(self, request: Request, slug: str) -> Response:
        """Answer with it."""
        digest = self.public_digests().filter(slug=slug).order_by("pk").first()
        if digest is None:
            raise Http404
        digests = self.with_latest_issue([digest])
        return Response(self.serializer_class(digests[0], context=self.context_for(digests)).data)


class IssueList(APIView):
    """Issues, newest first, narrowed by any of the filters together."""

    parameters_class = IssueListParameters
    serializer_class = serializers.IssueSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        """Answer with a page of them."""
        issues = filter_issues(self.public_issues(), self.parameters)
        paginator = CursorPagination(self.parameters["order"], self.parameters)
        issues = with_digests(paginator.paginate_queryset(with_related(issues), request))
        context = self.context_for(issues, with_bodies="include" in self.parameters)
        serializer = self.serializer_class(issues, many=True, context=context)
        return paginator.get_paginated_response(serializer.data)


class IssueDetail(APIView):
    """One issue, complete: no second request is needed to show it."""

    serializer_class = serializers.IssueDetailSerializer

    def get(self, request: Request, pk: int) -> Response:
        """Answer with it."""
        return self.answer(get_object_or_404(with_related(self.public_issues()), pk=pk))

    def answer(self, issue: Any, **headers: str) -> Response:
        """The whole issue; ``headers`` add to the response."""
        [issue] = with_digests([issue])
        issue.neighbours = neighbours(issue)
        context = self.context_for([issue], with_bodies=True)
        return Response(self.serializer_class(issue, context=context).data, headers=headers)

    def answer_elsewhere(self, issues: QuerySet) -> Response:
        """The first of the issues, with its own address in ``Content-Location``."""
        issue = with_related(issues).first()
        if issue is None:
            raise Http404
        location = reverse("digest:api:issue", args=[issue.pk], request=self.request)
        return self.answer(issue, **{"Content-Location": location})


class LatestIssue(IssueDetail):
    """The newest of the issues that the filters leave."""

    parameters_class = IssueFilters
    may_be_missing = True

    def get(self, request: Request) -> Response:
        """Answer with it, or 404 where there is none."""
        issues = filter_issues(self.public_issues(), self.parameters)
        return self.answer_elsewhere(latest_first(issues))


class IssueBySlugs(IssueDetail):
    """The issue that a frontend's route names by the slugs of its digest and its own."""

    def get(self, request: Request, digest_slug: str, slug: str) -> Response:
        """Answer with it."""
        digests = get_digest_page_model().objects.filter(slug=digest_slug)
        issues = self.public_issues().filter(slug=slug)
        of_digests = issues.none()
        for digest in digests:
            of_digests |= issues.child_of(digest)
        return self.answer_elsewhere(of_digests.order_by("pk"))


class TagList(APIView):
    """The tags that public issues carry, by slug, with how many issues carry each."""

    parameters_class = PageParameters
    serializer_class = serializers.TagSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        """Answer with a page of them."""
        paginator = CursorPagination("slug", self.parameters)
        tags = paginator.paginate_queryset(self.public_tags(), request)
        context = {"request": request, "site": self.site}
        serializer = self.serializer_class(tags, many=True, context=context)
        return paginator.get_paginated_response(serializer.data)

    def public_tags(self) -> QuerySet:
        """Tags of public issues alone, counted over public issues alone."""
        uses = IssueTag.objects.filter(content_object__in=self.public_issues(), tag=OuterRef("pk"))
        counted = uses.order_by().values("tag").annotate(number=Count("pk")).values("number")
        return Tag.objects.annotate(issue_count=Subquery(counted)).filter(issue_count__gt=0)


class TagDetail(TagList):
    """One tag."""

    parameters_class = NoParameters
    is_list = False

    def get(self, request: Request, slug: str) -> Response:
        """Answer with it."""
        tag = get_object_or_404(self.public_tags(), slug=slug)
        context = {"request": request, "site": self.site}
        return Response(self.serializer_class(tag, context=context).data)


class NotFoundView(APIView):
    """Whatever else is asked below the API: not found, in the API's own words."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Not found, before any parameter is looked at."""
        raise Http404
