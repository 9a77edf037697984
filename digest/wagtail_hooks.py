"""What the plugin adds to the admin."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag
from wagtail import hooks
from wagtail.admin import messages
from wagtail_modeladmin.options import ModelAdmin, modeladmin_register

from digest.mixins import IssuePageMixin
from digest.models import get_issue_tag_model


class TagAdmin(ModelAdmin):
    """Tags in one list: to rename one, or to find the ones hardly used."""

    model = Tag
    menu_label = _("Tags")
    menu_icon = "tag"
    menu_order = 250
    list_display = ["name", "slug", "issue_count"]
    search_fields = ["name"]
    ordering = ["name"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Count the issues of each tag with the list's own query."""
        uses = get_issue_tag_model().objects.filter(tag=OuterRef("pk")).order_by().values("tag")
        counted = uses.annotate(number=Count("pk")).values("number")
        number = Coalesce(Subquery(counted), 0)
        return super().get_queryset(request).annotate(issue_count=number)

    def issue_count(self, tag: Tag) -> int:
        """How many issues carry the tag, drafts included."""
        return tag.issue_count

    issue_count.short_description = _("Issues")
    issue_count.admin_order_field = "issue_count"


if apps.is_installed("wagtail_modeladmin"):
    modeladmin_register(TagAdmin)


@hooks.register("before_bulk_action")
def refuse_to_publish_invalid_issues(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """Bulk publishing skips the editor's form; tell what is wrong in place of a server error."""
    if action_type != "publish":
        return None
    below = action.get_execution_context().get("include_descendants")
    issues = [issue for page in objects for issue in _issues(page, below)]
    errors = [error for issue in issues for error in _errors(issue)]
    for error in errors:
        messages.error(request, error)
    return redirect(action.next_url) if errors else None


def _issues(page: Any, below: bool) -> list[Any]:
    drafts = page.get_descendants().not_live().specific() if below else []
    return [page for page in (page.specific, *drafts) if isinstance(page, IssuePageMixin)]


def _errors(issue: Any) -> list[str]:
    try:
        issue.get_latest_revision_as_object().clean_for_publishing()
    except ValidationError as error:
        return [f"{issue.get_admin_display_title()}: {message}" for message in error.messages]
    return []
