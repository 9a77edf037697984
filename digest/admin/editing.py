"""The screens in which an issue is written: Wagtail's own, and what the desk adds to them."""

from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet

from digest.admin.broken_sources import broken_sources_panels
from digest.admin.checklist import ChecklistSidePanel
from digest.admin.issues import IssueExplorerView
from digest.admin.workflow import IssueWorkflowActionView


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


class IssueViewSet(PageViewSet):
    """Which screens issues have. A site with a viewset of its own for issues builds on these."""

    add_view_class = IssueCreateView
    edit_view_class = IssueEditView
    workflow_action_view_class = IssueWorkflowActionView
    index_view_class = IssueExplorerView
