"""The screens in which an issue is written: Wagtail's own, and what the desk adds to them."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.unpublish import UnpublishView
from wagtail.admin.viewsets.pages import PageViewSet

from digest.admin.issues.checklist import ChecklistSidePanel
from digest.admin.issues.views import IssueExplorerView
from digest.admin.issues.workflow import IssueWorkflowActionView
from digest.admin.sources.panel import broken_sources_panels
from digest.publishing.validation import lock_page


class IssueCreateView(CreateView):
    """The screen of a new issue."""

    def get_side_panels(self) -> MediaContainer:
        """Add the checklist."""
        checklist = ChecklistSidePanel(self.page, self.request, self.parent_page)
        return MediaContainer([*super().get_side_panels(), checklist])


class IssueEditView(EditView):
    """The screen of an issue that there is."""

    def get_side_panels(self) -> MediaContainer:
        """Add the checklist and the sources that are broken, but not to what answers an autosave:
        they are there already."""
        panels = super().get_side_panels()
        if self.expects_json_response:
            return panels
        checklist = ChecklistSidePanel(self.page, self.request)
        broken_sources = broken_sources_panels(self.page, self.request)
        return MediaContainer([*panels, checklist, *broken_sources])


class WholeUnpublishView(UnpublishView):
    """Asks, and unpublishes whole: Wagtail's view does not call the page's own ``unpublish``."""

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take it back with its aliases and what is scheduled of it."""
        lock_page(self.object)
        return super().post(request, *args, **kwargs)


class IssueViewSet(PageViewSet):
    """Which screens issues have. A site with a viewset of its own for issues builds on these."""

    add_view_class = IssueCreateView
    edit_view_class = IssueEditView
    unpublish_view_class = WholeUnpublishView
    workflow_action_view_class = IssueWorkflowActionView
    index_view_class = IssueExplorerView


class DigestViewSet(PageViewSet):
    """Which screens digests have."""

    unpublish_view_class = WholeUnpublishView
