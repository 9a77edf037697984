"""Admin views for tags."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag
from wagtail_modeladmin.options import ModelAdmin

from digest.admin.access import PermittedHistoryView
from digest.pages.page_models import get_issue_tag_model


class TagAdmin(ModelAdmin):
    model = Tag
    menu_label = _("Tags")
    menu_icon = "tag"
    menu_order = 50
    add_to_admin_menu = False
    history_view_class = PermittedHistoryView
    list_display = ["name", "slug", "issue_count"]
    search_fields = ["name"]
    ordering = ["name"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Annotate tags with ``issue_count``."""
        uses = get_issue_tag_model().objects.filter(tag=OuterRef("pk")).order_by().values("tag")
        counted = uses.annotate(number=Count("pk")).values("number")
        number = Coalesce(Subquery(counted), 0)
        return super().get_queryset(request).annotate(issue_count=number)

    def issue_count(self, tag: Tag) -> int:
        """Return the number of issues with the tag, drafts included."""
        return tag.issue_count

    issue_count.short_description = _("Issues")
    issue_count.admin_order_field = "issue_count"
