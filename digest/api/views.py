"""The endpoints of digests, issues, stories and tags: what each takes, and what it answers with."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from taggit.models import Tag

from digest.api import parameters, representations, serializers
from digest.api.base import APIView
from digest.api.filters import filter_by_extensions, filter_issues, of_digests
from digest.api.issues import (
    ISSUE_MEMBERS,
    LIST_MEMBERS,
    Issues,
    Stories,
    as_markdown,
    story_members,
)
from digest.api.pagination import CursorPagination
from digest.api.renderers import MarkdownRenderer
from digest.api.representations import Digests
from digest.pages.listing import latest_first
from digest.pages.page_models import get_digest_page_model, get_issue_tag_model
from digest.pages.stories import stories_of


class DigestList(APIView):
    """The digests of the site, by title."""

    parameters_class = parameters.DigestListParameters
    serializer_class = serializers.DigestSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        """Answer with a page of them."""
        paginator = CursorPagination(["title", "pk"], self.parameters)
        if paginator.with_count:
            self.scope.counts(self.public_digests())
        digests = paginator.paginate_queryset(self.public_digests(), request)
        return paginator.get_paginated_response(Digests(digests, self.scope).as_data())

    def public_digests(self, **narrowed: Any) -> QuerySet:
        """Those of the site, in the language that was asked for."""
        if "locale" in self.parameters:
            narrowed["locale__language_code__iexact"] = self.parameters["locale"]
        return self.scope.digests(**narrowed).select_related("locale")


class DigestDetail(DigestList):
    """One digest; of several languages, that of the site's front page, or the one asked for."""

    parameters_class = parameters.LocaleParameters
    is_list = False

    def get(self, request: Request, slug: str) -> Response:
        """Answer with it."""
        digest = self.scope.first_choice(self.public_digests(slug=slug))
        return Response(Digests([digest], self.scope).as_data()[0])


class IssueList(APIView):
    """Issues, newest first, narrowed by any of the filters together."""

    parameters_class = parameters.IssueListParameters
    serializer_class = serializers.IssueSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        """Answer with a page of them."""
        issues = filter_issues(self.scope, self.parameters)
        issues = filter_by_extensions(issues, self.parameters)
        sign = "-" if self.parameters["order"] == "-date" else ""
        paginator = CursorPagination([f"{sign}date", f"{sign}pk"], self.parameters)
        if paginator.with_count:
            self.scope.counts(issues)
        members = self.members(LIST_MEMBERS)
        issues = issues if "body" in members else issues.defer("body")
        found = paginator.paginate_queryset(issues, request)
        return paginator.get_paginated_response(Issues(found, members, self.scope).as_data())


class IssueDetail(APIView):
    """One issue, complete: no second request is needed to show it."""

    parameters_class = parameters.IssueParameters
    serializer_class = serializers.IssueDetailSerializer
    renderer_classes = [JSONRenderer, MarkdownRenderer]
    is_elsewhere = False

    def get(self, request: Request, pk: int) -> Response:
        """Answer with it."""
        return self.answer(self.scope.issues().filter(pk=pk))

    def answer(self, issues: QuerySet) -> Response:
        """The first of the issues, whole."""
        issue = issues.first()
        if issue is None:
            raise Http404
        if self.request.accepted_renderer.format == "markdown":
            self.headers["Content-Location"] = self.scope.api_url("issues", issue.pk, end=".md")
            return Response(as_markdown(issue, self.scope))
        if self.is_elsewhere:
            self.headers["Content-Location"] = self.scope.api_url("issues", issue.pk)
        members = self.members(ISSUE_MEMBERS)
        return Response(Issues([issue], members, self.scope).as_data()[0])


class IssueMarkdown(IssueDetail):
    """One issue as a Markdown document, for readers that are programs."""

    parameters_class = parameters.NoParameters
    renderer_classes = [MarkdownRenderer]


class LatestIssue(IssueDetail):
    """The newest of the issues that the filters leave."""

    parameters_class = parameters.LatestIssueParameters
    is_elsewhere = True

    def get(self, request: Request) -> Response:
        """Answer with it, or 404 where there is none."""
        issues = filter_issues(self.scope, self.parameters)
        issues = filter_by_extensions(issues, self.parameters)
        return self.answer(latest_first(issues))


class IssueBySlugs(IssueDetail):
    """The issue that a frontend's route names by the slugs of its digest and its own."""

    parameters_class = parameters.IssueBySlugsParameters
    is_elsewhere = True

    def get(self, request: Request, digest_slug: str, slug: str) -> Response:
        """Answer with it; of several languages, as ``/digests/{slug}/``."""
        digests = get_digest_page_model().objects.filter(slug=digest_slug)
        issues = of_digests(filter_issues(self.scope, self.parameters), digests).filter(slug=slug)
        return self.answer(self.scope.by_choice(issues))


class StoryList(APIView):
    """Stories of issues, newest first, narrowed by any of the filters of issues together."""

    parameters_class = parameters.StoryListParameters
    serializer_class = serializers.StorySerializer
    is_list = True

    def get(self, request: Request) -> Response:
        """Answer with a page of them."""
        order = (
            ["date", "issue_id"] if self.parameters["order"] == "date" else ["-date", "-issue_id"]
        )
        paginator = CursorPagination([*order, "position"], self.parameters)
        if paginator.with_count:
            self.scope.counts(filter_issues(self.scope, self.parameters))
        stories = paginator.paginate_queryset(self.public_stories(), request)
        return paginator.get_paginated_response(self.as_data(stories))

    def public_stories(self) -> QuerySet:
        """Those of the public issues that the filters leave."""
        issues = filter_issues(self.scope, self.parameters)
        stories = filter_by_extensions(stories_of(issues), self.parameters)
        return stories.defer("text")

    def as_data(self, stories: list[Any]) -> list[dict[str, Any]]:
        """What was asked for of the stories."""
        members = self.members(story_members())
        return Stories(stories, members, self.scope).as_data()


class StoryDetail(StoryList):
    """One story; where several issues have it (translations, aliases), that of the first choice."""

    parameters_class = parameters.StoryParameters
    is_list = False

    def get(self, request: Request, block_id: str) -> Response:
        """Answer with it."""
        found = self.public_stories().filter(block_id=block_id)
        answer = self.as_data([self.scope.first_choice(found, "issue__")])
        if not answer:  # its stored data is broken
            raise Http404
        return Response(answer[0])


class TagList(APIView):
    """The tags that public issues carry, by slug, with how many issues carry each."""

    parameters_class = parameters.PageParameters
    serializer_class = serializers.TagSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        """Answer with a page of them."""
        paginator = CursorPagination(["slug"], self.parameters)
        tags = paginator.paginate_queryset(self.public_tags(), request)
        return paginator.get_paginated_response(
            [representations.tag(tag, self.scope) for tag in tags]
        )

    def public_tags(self) -> QuerySet:
        """Tags of public issues alone, counted over public issues alone."""
        self.scope.counts(self.scope.issues())
        # By EXISTS for each use: with IN, SQLite goes through all issues for each tag.
        of_public = Exists(self.scope.issues().filter(pk=OuterRef("content_object_id")))
        uses = get_issue_tag_model().objects.filter(of_public, tag=OuterRef("pk")).order_by()
        counted = uses.values("tag").annotate(number=Count("pk")).values("number")
        tags = Tag.objects.filter(Exists(uses)).exclude(slug="")
        return tags.annotate(issue_count=Subquery(counted))


class TagDetail(TagList):
    """One tag."""

    parameters_class = parameters.NoParameters
    is_list = False

    def get(self, request: Request, slug: str) -> Response:
        """Answer with it."""
        tag = get_object_or_404(self.public_tags(), slug=slug)
        return Response(representations.tag(tag, self.scope))


class NotFoundView(APIView):
    """Whatever else is asked below the API: not found, in the API's own words."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Not found, before any parameter is looked at."""
        raise Http404
