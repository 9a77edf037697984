"""Side panel "Submission" in the editor of an issue that a script has submitted."""

from collections.abc import Iterator
from typing import Any

from django.forms import Media
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.side_panels import BaseSidePanel

from digest.contrib.submissions.admin.access import submissions_of
from digest.contrib.submissions.models import IssueProvenance, Submission
from digest.contrib.submissions.reports import StoredReport


def side_panels(issue: Any, request: HttpRequest, digest: Any) -> Iterator[BaseSidePanel]:
    """Yield the panel for an issue that was submitted."""
    rows = Submission.objects.filter(issue=issue.pk).defer("document", "story_hashes")
    if issue.pk and (submission := rows.order_by("-created_at").first()):
        yield SubmissionSidePanel(issue, request, submission)


class SubmissionSidePanel(BaseSidePanel):
    """Show where the draft is from, and which parts of the document need a look."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Submission")
        icon_name = "key"

    name = "submission"
    title = _("Submission")
    template_name = "digest/submissions/admin/issue_panel.html"
    order = 360  # After the newsletter.

    def __init__(self, issue: Any, request: HttpRequest, submission: Submission) -> None:
        super().__init__(issue, request)
        self.submission = submission

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return super().get_context_data(parent_context) | {
            "submission": self.submission,
            "approval": self._approval(),
            "report": StoredReport.of(self.submission),
            "submissions_url": self._submissions_url(),
        }

    def _approval(self) -> IssueProvenance | None:
        """Return who has approved the live issue; a draft has not been approved."""
        return IssueProvenance.objects.filter(issue=self.object.pk, issue__live=True).first()

    def _submissions_url(self) -> str:
        """Return where the user sees the submissions to the digest, or an empty text."""
        submission = self.submission
        if not submissions_of(self.request.user).filter(pk=submission.pk).exists():
            return ""
        return f"{reverse('digest_submissions:index')}?digest={submission.digest_id}"

    @property
    def media(self) -> Media:
        return Media(css={"all": [versioned_static("digest/admin/submissions.css")]})
