"""Wagtail's create, edit and unpublish views, extended for digests and issues."""

from datetime import datetime, tzinfo
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import StatusSidePanel
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.unpublish import UnpublishView
from wagtail.admin.viewsets.pages import PageViewSet

from digest.admin.issues.checklist import ChecklistSidePanel
from digest.admin.issues.views import IssueExplorerView
from digest.admin.issues.workflow import IssueWorkflowActionView
from digest.admin.sources.panel import broken_sources_panels
from digest.pages.time_zones import format_datetime, time_zone_of
from digest.publishing.publish import lock_page


class ScheduleZoneMixin:
    """Show the schedule in the status panel in the time zone of the digest, with its name."""

    def get_side_panels(self) -> MediaContainer:
        panels = super().get_side_panels()
        for panel in panels:
            if isinstance(panel, StatusSidePanel):
                _name_zone(panel, time_zone_of(self.page))
        return panels


def _name_zone(panel: StatusSidePanel, zone: tzinfo) -> None:
    original = panel.get_scheduled_publishing_context

    def with_zone(parent_context: Any) -> dict[str, Any]:
        return {
            name: format_datetime(value, zone) if isinstance(value, datetime) else value
            for name, value in original(parent_context).items()
        }

    panel.get_scheduled_publishing_context = with_zone


class IssueCreateView(ScheduleZoneMixin, CreateView):
    """Add the checklist panel to the form of a new issue."""

    def get_side_panels(self) -> MediaContainer:
        checklist = ChecklistSidePanel(self.page, self.request, self.parent_page)
        return MediaContainer([*super().get_side_panels(), checklist])


class IssueEditView(ScheduleZoneMixin, EditView):
    """Add the checklist and broken-sources panels to the form of an issue."""

    def get_side_panels(self) -> MediaContainer:
        panels = super().get_side_panels()
        # The response to an autosave updates a page that has the panels already.
        if self.expects_json_response:
            return panels
        checklist = ChecklistSidePanel(self.page, self.request)
        broken_sources = broken_sources_panels(self.page, self.request)
        return MediaContainer([*panels, checklist, *broken_sources])


class AtomicUnpublishView(UnpublishView):
    """Unpublish a page with its aliases and schedules in one transaction."""

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Wagtail's view does not call ``PublishingMixin.unpublish``, which locks the page.
        lock_page(self.object)
        return super().post(request, *args, **kwargs)


class IssueViewSet(PageViewSet):
    """Register the views of issues; a site's own viewset for issues subclasses this one."""

    add_view_class = IssueCreateView
    edit_view_class = IssueEditView
    unpublish_view_class = AtomicUnpublishView
    workflow_action_view_class = IssueWorkflowActionView
    index_view_class = IssueExplorerView


class DigestEditView(ScheduleZoneMixin, EditView):
    pass


class DigestViewSet(PageViewSet):
    edit_view_class = DigestEditView
    unpublish_view_class = AtomicUnpublishView
