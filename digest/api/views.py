"""The endpoints of digests, issues, stories and tags; ``base.APIView`` caches their responses."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from taggit.models import Tag

from digest import statements, visibility
from digest.api import parameters, representations, serializers
from digest.api.base import APIView
from digest.api.filters import filter_by_extensions, filter_issues, first_by_extensions
from digest.api.issues import (
    ISSUE_FIELDS,
    LIST_FIELDS,
    Issues,
    Stories,
    as_markdown,
    story_fields,
)
from digest.api.pagination import CursorPagination
from digest.api.renderers import JSONRenderer, MarkdownRenderer
from digest.api.representations import Digests
from digest.conf import get_base_page_model
from digest.pages.listing import children_of, latest_first
from digest.pages.page_models import (
    get_digest_page_model,
    get_issue_page_model,
    get_issue_tag_model,
)
from digest.pages.paths import renamed, with_slug
from digest.pages.stories import stories_of

# The parameters of a page of all issues: they choose what is shown of each.
UNFILTERED = {"count", "cursor", "fields", "include", "limit", "order", "rich_text", "site"}

# The default and the largest number of results per page. Pages of other lengths are compiled each
# time but for the first one: there would be a statement for each length and direction.
USUAL_LIMITS = {20, 100}


class DigestList(APIView):
    """List the digests of the site by title."""

    parameters_class = parameters.DigestListParameters
    serializer_class = serializers.DigestSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        paginator = CursorPagination(["title", "pk"], self.parameters)
        if paginator.with_count:
            self.scope.note_counted(self.public_digests())
        digests = paginator.paginate_queryset(self.public_digests(), request)
        return paginator.get_paginated_response(Digests(digests, self.scope).as_data())

    def public_digests(self) -> QuerySet:
        digests = self.scope.digests().select_related("locale")
        if "locale" in self.parameters:
            return digests.filter(locale__language_code__iexact=self.parameters["locale"])
        return digests


class DigestDetail(DigestList):
    """Return a digest, in the language of the front page or in that of `locale`."""

    parameters_class = parameters.LocaleParameters
    is_list = False
    is_renamable = True

    def get(self, request: Request, slug: str) -> HttpResponse:
        digest = self.scope.get_preferred(with_slug(self.public_digests(), self.site, slug))
        if digest.slug != slug:
            return self.redirect("digest", digest.slug)
        return Response(Digests([digest], self.scope).as_data()[0])


class IssueList(APIView):
    """List issues, newest first, that match all filters."""

    parameters_class = parameters.IssueListParameters
    serializer_class = serializers.IssueSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        sign = "-" if self.parameters["order"] == "-date" else ""
        paginator = CursorPagination([f"{sign}date", f"{sign}pk"], self.parameters)
        if paginator.with_count:
            paginator.counted = self.counted_issues()
            self.scope.note_counted(paginator.counted)
        names = self.requested_fields(LIST_FIELDS)
        page = self.page(paginator, "body" in names)
        return paginator.get_paginated_response(Issues(page, names, self.scope).as_data())

    def counted_issues(self) -> QuerySet:
        issues = filter_issues(self.scope, self.parameters, are_counted=True)
        return filter_by_extensions(issues, self.parameters)

    def _is_usual_page(self) -> bool:
        """Return whether the page is the first one, or has a usual length."""
        return "cursor" not in self.parameters or self.parameters["limit"] in USUAL_LIMITS

    def page(self, paginator: CursorPagination, with_body: bool) -> list[Any]:
        def build() -> QuerySet:
            issues = filter_issues(self.scope, self.parameters)
            return issues if with_body else issues.defer("body")

        if self.parameters.keys() <= UNFILTERED and self._is_usual_page():
            key, model = ("issues", self.site, with_body), get_issue_page_model()
            return paginator.compiled_page(key, model, build, self.request)
        issues = build()
        paginator.first = first_by_extensions(issues, self.parameters)
        filtered = filter_by_extensions(issues, self.parameters)
        return paginator.paginate_queryset(filtered, self.request)


class IssueDetail(APIView):
    """Return a complete issue."""

    parameters_class = parameters.IssueParameters
    serializer_class = serializers.IssueDetailSerializer
    renderer_classes = [JSONRenderer, MarkdownRenderer]
    # Whether the issue has another URL, for Content-Location.
    is_alternative_url = False

    def get(self, request: Request, pk: int) -> Response:
        found = statements.fetch(("issue", self.site), self._by_pk, pk=pk)
        return self.issue_response(found[0] if found else None)

    def _by_pk(self, pk: Any) -> QuerySet:
        return self.scope.issues().filter(pk=pk).order_by()

    def issue_response(self, issue: Any) -> Response:
        """Return an issue as JSON or Markdown; raise Http404 if it is None."""
        if issue is None:
            raise Http404
        if self.request.accepted_renderer.format == "markdown":
            self.headers["Content-Location"] = self.scope.api_url("issues", issue.pk, end=".md")
            return Response(as_markdown(issue, self.scope))
        if self.is_alternative_url:
            self.headers["Content-Location"] = self.scope.api_url("issues", issue.pk)
        names = self.requested_fields(ISSUE_FIELDS)
        return Response(Issues([issue], names, self.scope).as_data()[0])


class IssueMarkdown(IssueDetail):
    """Return an issue as a Markdown document."""

    parameters_class = parameters.NoParameters
    renderer_classes = [MarkdownRenderer]


class LatestIssue(IssueDetail):
    """Return the newest issue that matches the filters."""

    parameters_class = parameters.LatestIssueParameters
    is_alternative_url = True

    def get(self, request: Request) -> Response:
        issues = filter_issues(self.scope, self.parameters)
        issues = filter_by_extensions(issues, self.parameters)
        return self.issue_response(latest_first(issues).first())


class IssueBySlugs(IssueDetail):
    """Return an issue by the slugs of its digest and its own."""

    parameters_class = parameters.IssueBySlugsParameters
    is_alternative_url = True
    is_renamable = True

    def get(self, request: Request, digest_slug: str, slug: str) -> HttpResponse:
        issue = self.find(digest_slug, slug)
        if issue is None:
            issues = filter_issues(self.scope, self.parameters)
            old = self.scope.get_preferred(renamed(issues, self.site, digest_slug, slug))
            return self.redirect("issue-by-slugs", old.get_parent().slug, old.slug)
        return self.issue_response(issue)

    def find(self, digest_slug: str, slug: str) -> Any:
        """Return the issue with these slugs now, or None."""

        def build(paths: list[Any], slug: Any) -> QuerySet:
            issues = children_of(filter_issues(self.scope, self.parameters), paths)
            return self.scope.order_by_preference(issues.filter(slug=slug))[:1]

        paths = statements.fetch(("paths",), _paths_of_digests, slug=digest_slug)
        if not paths:
            return None
        if "locale" in self.parameters:  # of which there are too many for a statement each
            found = list(build(paths, slug))
        else:
            found = statements.fetch(("by slugs", self.site), build, paths=paths, slug=slug)
        return found[0] if found else None


def _paths_of_digests(slug: Any) -> QuerySet:
    digests = get_digest_page_model().objects.filter(slug=slug).order_by()
    return digests.values_list("path", flat=True)


class StoryList(APIView):
    """List stories of issues, newest first, that match all filters."""

    parameters_class = parameters.StoryListParameters
    serializer_class = serializers.StorySerializer
    is_list = True

    def get(self, request: Request) -> Response:
        order = (
            ["date", "issue_id"] if self.parameters["order"] == "date" else ["-date", "-issue_id"]
        )
        paginator = CursorPagination([*order, "position"], self.parameters)
        if paginator.with_count:
            self.scope.note_counted(filter_issues(self.scope, self.parameters))
        stories = paginator.paginate_queryset(self.public_stories(), request)
        return paginator.get_paginated_response(self.as_data(stories))

    def public_stories(self) -> QuerySet:
        issues = filter_issues(self.scope, self.parameters)
        stories = filter_by_extensions(stories_of(issues), self.parameters)
        return stories.defer("text")

    def as_data(self, stories: list[Any]) -> list[dict[str, Any]]:
        names = self.requested_fields(story_fields())
        return Stories(stories, names, self.scope).as_data()


class StoryDetail(StoryList):
    """Return a story, in the language of the front page or in that of `locale`."""

    parameters_class = parameters.StoryParameters
    is_list = False

    def get(self, request: Request, block_id: str) -> Response:
        stories = self.public_stories().filter(block_id=block_id)
        data = self.as_data([self.scope.get_preferred(stories, "issue__")])
        if not data:  # its stored data is broken
            raise Http404
        return Response(data[0])


class TagList(APIView):
    """List the tags of public issues by slug, with the number of issues of each."""

    parameters_class = parameters.PageParameters
    serializer_class = serializers.TagSerializer
    is_list = True

    def get(self, request: Request) -> Response:
        paginator = CursorPagination(["slug"], self.parameters)
        tags = paginator.paginate_queryset(self.public_tags(), request)
        return paginator.get_paginated_response(self.as_data(tags))

    def public_tags(self) -> QuerySet:
        self.scope.note_all_counted()
        of_tag = self.public_uses().filter(tag=OuterRef("pk")).order_by()
        return Tag.objects.filter(Exists(of_tag)).exclude(slug="")

    def public_uses(self) -> QuerySet:
        """Return the uses of tags by public issues."""
        # EXISTS, because with IN SQLite scans all issues for each tag.
        # Of pages, without the join: who may see an issue does not depend on its own row.
        pages = get_base_page_model().objects.filter(pk=OuterRef("content_object_id"))
        return get_issue_tag_model().objects.filter(Exists(visibility.public(pages, self.site)))

    def as_data(self, tags: list[Tag]) -> list[dict[str, Any]]:
        counts = self.counts([tag.pk for tag in tags])
        return [representations.tag(tag, counts.get(tag.pk, 0), self.scope) for tag in tags]

    def counts(self, tags: list[int]) -> dict[int, int]:
        """Return the numbers of public issues by tag."""

        def read() -> dict[int, int]:
            uses = self.public_uses().filter(tag__in=tags).order_by()
            return dict(uses.values_list("tag").annotate(number=Count("pk")))

        return visibility.once_until_expiry(("uses", self.site, *tags), read)


class TagDetail(TagList):
    """Return a tag."""

    parameters_class = parameters.NoParameters
    is_list = False

    def get(self, request: Request, slug: str) -> Response:
        tag = get_object_or_404(self.public_tags(), slug=slug)
        return Response(self.as_data([tag])[0])


class NotFoundView(APIView):
    """Return a problem response for any other path below the API."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404  # before the parameters are validated
