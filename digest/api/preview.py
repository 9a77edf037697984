"""The endpoint of previews, which returns drafts as issues to a frontend."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.views.decorators.debug import sensitive_variables
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from digest.api import parameters
from digest.api.base import APIView
from digest.api.issues import ISSUE_FIELDS, Issues
from digest.api.scope import Scope
from digest.api.serializers import IssueDetailSerializer
from digest.http.redaction import hide_token
from digest.pages import public_urls
from digest.previews.drafts import open_draft
from digest.previews.field_map import field_map
from digest.previews.tokens import HEADERS, hash_token

# The id of an issue that is not saved yet; no page has it.
UNSAVED_ID = 0


class FieldMapEntrySerializer(serializers.Serializer):
    """The form field that a JSON field of a draft comes from."""

    block = serializers.CharField(
        allow_null=True, help_text="The id of the block; null for a field of the page."
    )
    field = serializers.CharField(help_text="The name of the field, of the page or of the block.")
    path = serializers.CharField(help_text="The content path of the field in Wagtail's editor.")


class IssuePreviewSerializer(IssueDetailSerializer):
    """A draft with the fields of an issue, and `field_map` if requested."""

    field_map = serializers.DictField(
        child=FieldMapEntrySerializer(),
        required=False,
        help_text="The form field of each JSON field, by JSON pointer (RFC 6901).",
    )


class DraftScope(Scope):
    """The scope of a draft, which may be a page without a URL."""

    def page_url(self, page: Any) -> str:
        """Return the future URL of a page, or that of the front page if there is none."""
        return super().page_url(page) or f"{public_urls.frontend_root(self.site)}/"


class Drafts(Issues):
    """Serialize drafts as issues, with their own tags, and their digest even if not public."""

    def _set_digests(self) -> None:
        """Do nothing: ``open_draft`` has set them."""

    def _set_provenance(self) -> None:
        """Do nothing: ``open_draft`` has set it."""

    def _tags(self) -> dict[int | None, list[dict[str, str]]]:
        return {issue.pk: _tags_of(issue) for issue in self.issues}

    def as_data(self) -> list[dict[str, Any]]:
        pairs = zip(self.issues, super().as_data(), strict=True)
        return [self._complete(issue, data) for issue, data in pairs]

    def _complete(self, issue: Any, data: dict[str, Any]) -> dict[str, Any]:
        if issue.pk is None:
            defaults = {"id": UNSAVED_ID, "api_url": self.scope.api_url("issues", UNSAVED_ID)}
            data = data | {name: value for name, value in defaults.items() if name in data}
        if "seo" in data and data["seo"]["canonical_url"] is None:
            data["seo"]["canonical_url"] = self.scope.page_url(issue)
        return data


def _tags_of(issue: Any) -> list[dict[str, str]]:
    # From the draft itself: the table has those of the live issue.
    pairs = {(item.tag.name, item.tag.slug) for item in issue.tagged_items.all()}
    return [{"name": name, "slug": slug} for name, slug in sorted(pairs) if slug]


class IssuePreview(APIView):
    """Return a draft as an issue, to anyone with a token for it.

    A draft may be incomplete: texts and the body may be empty. An issue that is not saved yet has
    the id 0. A token that is wrong, has expired or was revoked is a 404.
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
        # Pass on only the hash, so that no log or error report can contain the token.
        hide_token(request)
        return super().dispatch(request, *args, token_hash=hash_token(token), **kwargs)

    def get(self, request: Request, token_hash: str) -> Response:
        draft = open_draft(token_hash, self.site)
        if draft is None:
            raise Http404
        names = self.requested_fields(ISSUE_FIELDS)
        [data] = Drafts([draft], names, self.scope).as_data()
        if self.parameters["field_map"]:
            data["field_map"] = field_map(draft, names)
        return Response(data)

    def options(self, request: Request, token_hash: str) -> Response:
        return super().options(request)

    @cached_property
    def scope(self) -> DraftScope:
        return DraftScope(self.request._request, self.site, self.parameters)
