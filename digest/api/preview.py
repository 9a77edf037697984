"""Drafts in the form of issues, for a frontend that shows them before they are public."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.views.decorators.debug import sensitive_variables
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from digest.api import parameters
from digest.api.base import APIView
from digest.api.issues import ISSUE_MEMBERS, Issues
from digest.api.scope import Scope
from digest.api.serializers import IssueDetailSerializer
from digest.http.redaction import hide_token
from digest.pages import public_urls
from digest.previews.drafts import open_draft
from digest.previews.field_map import field_map
from digest.previews.tokens import HEADERS, hash_token

# What stands for the id of an issue that is not saved yet; no page has it.
NO_ID = 0


class FieldMapEntrySerializer(serializers.Serializer):
    """Where a member of a draft comes from."""

    block = serializers.CharField(
        allow_null=True, help_text="The id of the block; null for a field of the page."
    )
    field = serializers.CharField(help_text="The name of the field, of the page or of the block.")
    path = serializers.CharField(help_text="The content path of the field in Wagtail's editor.")


class IssuePreviewSerializer(IssueDetailSerializer):
    """A draft, with the members of an issue; `field_map` is there when it is asked for."""

    field_map = serializers.DictField(
        child=FieldMapEntrySerializer(),
        required=False,
        help_text="By the JSON pointer (RFC 6901) of a member: where it comes from.",
    )


class DraftScope(Scope):
    """The scope of a draft, which may be a page that has no address yet."""

    def page_url(self, page: Any) -> str:
        """Where readers will find it; the front page of the site, where nobody can say."""
        return super().page_url(page) or f"{public_urls.frontend_root(self.site)}/"


class Drafts(Issues):
    """Drafts in the form of issues: their own tags, and their digest, public or not."""

    def _look_up_digests(self) -> None:
        """The drafts have theirs already (``open_draft``)."""

    def _tags(self) -> dict[int | None, list[dict[str, str]]]:
        return {issue.pk: _tags_of(issue) for issue in self.issues}

    def as_data(self) -> list[dict[str, Any]]:
        """The data of the drafts, with a value for each member as an issue has one."""
        pairs = zip(self.issues, super().as_data(), strict=True)
        return [self._completed(issue, data) for issue, data in pairs]

    def _completed(self, issue: Any, data: dict[str, Any]) -> dict[str, Any]:
        if issue.pk is None:
            own = {"id": NO_ID, "api_url": self.scope.api_url("issues", NO_ID)}
            data = data | {name: value for name, value in own.items() if name in data}
        if "seo" in data and data["seo"]["canonical_url"] is None:
            data["seo"]["canonical_url"] = self.scope.page_url(issue)
        return data


def _tags_of(issue: Any) -> list[dict[str, str]]:
    """As the draft has them, which no table knows."""
    pairs = {(item.tag.name, item.tag.slug) for item in issue.tagged_items.all()}
    return [{"name": name, "slug": slug} for name, slug in sorted(pairs) if slug]


class IssuePreview(APIView):
    """A draft with the members of an issue, for whoever holds a token of it.

    It may be unfinished: texts may be empty, and the body too. An issue that is not saved yet has
    the id 0. A token that is wrong, has expired or was revoked is not found.
    """

    parameters_class = parameters.PreviewParameters
    serializer_class = IssuePreviewSerializer
    is_cacheable = False
    response_headers = {
        **APIView.response_headers,
        "X-Robots-Tag": HEADERS["X-Robots-Tag"],
        "Referrer-Policy": HEADERS["Referrer-Policy"],
    }

    @sensitive_variables("token")
    def dispatch(self, request: HttpRequest, *args: Any, token: str, **kwargs: Any) -> HttpResponse:
        """Go on with the hash of the token alone, so that nothing can tell the token itself."""
        hide_token(request)
        return super().dispatch(request, *args, token_hash=hash_token(token), **kwargs)

    def get(self, request: Request, token_hash: str) -> Response:
        """Answer with the draft."""
        draft = open_draft(token_hash, self.site)
        if draft is None:
            raise Http404
        members = self.members(ISSUE_MEMBERS)
        [data] = Drafts([draft], members, self.scope).as_data()
        if self.parameters["field_map"] == "true":
            data["field_map"] = field_map(draft, members)
        return Response(data)

    def options(self, request: Request, token_hash: str) -> Response:
        """Say what methods there are; the same for every token."""
        return super().options(request)

    @cached_property
    def scope(self) -> DraftScope:
        """What the answer is made for."""
        return DraftScope(self.request._request, self.site, self.parameters)
