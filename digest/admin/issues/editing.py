"""Wagtail's create, edit and unpublish views, extended for digests and issues."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from wagtail.admin.ui.components import Component, MediaContainer
from wagtail.admin.ui.side_panels import PageStatusSidePanel
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.revisions import RevisionsRevertView
from wagtail.admin.views.pages.unpublish import UnpublishView
from wagtail.admin.viewsets.pages import PageViewSet

from digest.admin.issues.actions import PublishingActionsMixin, UnscheduleView
from digest.admin.issues.checklist import ChecklistSidePanel
from digest.admin.issues.scripts import EditorScriptsMixin
from digest.admin.issues.status import ZonedStatusSidePanel
from digest.admin.issues.views import IssueExplorerView
from digest.admin.issues.workflow import IssueWorkflowActionView
from digest.admin.sources.panel import broken_sources_panels
from digest.pages.page_models import parent_of
from digest.publishing.publish import lock_page
from digest.registry import registry


class ZonedStatusMixin:
    """Name the time zones in the status panel."""

    def get_side_panels(self) -> MediaContainer:
        return MediaContainer(map(_with_zone, super().get_side_panels()))


def _with_zone(panel: Component) -> Component:
    is_status = isinstance(panel, PageStatusSidePanel)
    return ZonedStatusSidePanel.replacing(panel) if is_status else panel


class PageFormMixin(EditorScriptsMixin, PublishingActionsMixin, ZonedStatusMixin):
    """Extend Wagtail's form of a page by scripts, buttons and time zones."""


def _panels_of_apps(issue: Any, request: HttpRequest, digest: Any) -> Iterator[Component]:
    for name in registry.issue_side_panels:
        yield from import_string(name)(issue, request, digest)


class IssueCreateView(PageFormMixin, CreateView):
    """Add the checklist and the panels of apps to the form of a new issue."""

    last_hook = "after_create_page"

    def get_side_panels(self) -> MediaContainer:
        checklist = ChecklistSidePanel(self.page, self.request, self.parent_page)
        others = _panels_of_apps(self.page, self.request, self.parent_page)
        return MediaContainer([*super().get_side_panels(), checklist, *others])


class IssueEditView(PageFormMixin, EditView):
    """Add the checklist, the broken sources and the panels of apps to the form of an issue."""

    partials_template_name = "digest/admin/issue_partials.html"

    def get_side_panels(self) -> MediaContainer:
        panels = super().get_side_panels()
        # The response to an autosave updates a page that has the panels already.
        if self.expects_json_response:
            return panels
        checklist = ChecklistSidePanel(self.page, self.request)
        broken_sources = broken_sources_panels(self.page, self.request)
        others = _panels_of_apps(self.page, self.request, parent_of(self.page))
        return MediaContainer([*panels, checklist, *broken_sources, *others])


class PageRevertView(PageFormMixin, RevisionsRevertView):
    """Add the scripts to the form of an older version."""


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
    revisions_revert_view_class = PageRevertView
    unpublish_view_class = AtomicUnpublishView
    revisions_unschedule_view_class = UnscheduleView
    workflow_action_view_class = IssueWorkflowActionView
    index_view_class = IssueExplorerView


class DigestCreateView(PageFormMixin, CreateView):
    """Add the scripts to the form of a new digest."""

    last_hook = "after_create_page"


class DigestEditView(PageFormMixin, EditView):
    """Add the scripts to the form of a digest."""


class DigestViewSet(PageViewSet):
    """Register the views of digests; a site's own viewset for digests subclasses this one."""

    add_view_class = DigestCreateView
    edit_view_class = DigestEditView
    revisions_revert_view_class = PageRevertView
    unpublish_view_class = AtomicUnpublishView
    revisions_unschedule_view_class = UnscheduleView
