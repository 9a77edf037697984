"""The endpoints: a view declares what it takes and gives; ``digest.visibility`` says of what."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from taggit.models import Tag

from digest import __version__
from digest.api import serializers
from digest.api.base import APIView
from digest.api.filters import (
    IssueFilters,
    IssueListParameters,
    NoParameters,
    PageParameters,
    filter_issues,
    of_digests,
)
from digest.api.pagination import CursorPagination
from digest.conf import conf
from digest.listing import latest_first, neighbours, with_digests, with_related
from digest.models import get_digest_page_model, get_issue_page_model, get_issue_tag_model


class MapView(APIView):
    """The map of the API: its name, its version, and where everything is."""

    serializer_class = serializers.MapSerializer

    def get(self, request: Request) -> Response:
        """Answer with links."""
        names = ["digests", "issues", "latest-issue", "tags"]
        names += ["schema", "docs"] if conf.API_DOCS_ENABLED else []
        links = {
            name.replace("-", "_"): reverse(f"digest:api:{name}", request=request) for name in names
        }
        name = self.site.site_name or "Digest API"
        return Response({"name": name, "version": __version__, "links": links})


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
        issues = of_digests(self.public_issues().filter(slug=slug), digests)
        return self.answer_elsewhere(issues.order_by("pk"))


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
        uses = get_issue_tag_model().objects.filter(tag=OuterRef("pk"))
        uses = uses.filter(content_object__in=self.public_issues())
        counted = uses.order_by().values("tag").annotate(number=Count("pk")).values("number")
        return (
            Tag.objects.annotate(issue_count=Subquery(counted))
            .filter(issue_count__gt=0)
            .exclude(slug="")
        )


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
