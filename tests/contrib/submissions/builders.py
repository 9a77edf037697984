"""Build issues that a script has submitted."""

import uuid
from typing import Any

from django.utils import timezone

from digest import visibility
from digest.contrib.submissions.models import DigestDisclosure, IssueProvenance, Submission
from digest.models import DigestPage, IssuePage
from tests.builders import make_issue


def make_submission(issue: Any, **fields: Any) -> Submission:
    fields = {"key_name": "The curator", "uses_ai": True, "idempotency_key": uuid.uuid4()} | fields
    digest = issue.get_parent().specific
    return Submission.objects.create(issue=issue, digest=digest, **fields)


def make_submitted(digest: Any, *args: Any, uses_ai: bool = True, **fields: Any) -> Any:
    """Create an issue as ``make_issue`` does, and its submission first."""
    publish = fields.pop("publish", True)
    issue = make_issue(digest, *args, publish=False, **fields)
    make_submission(issue, uses_ai=uses_ai)
    if publish:
        issue.get_latest_revision().publish()
        issue.refresh_from_db()
    return issue


def approve(
    issue: Any, at: Any, name: str = "Edith Example", uses_ai: bool = True
) -> IssueProvenance:
    """Record that somebody has approved a submitted issue."""
    fields = {"uses_ai": uses_ai, "approved_by": name, "approved_at": at}
    return IssueProvenance.objects.update_or_create(issue=issue, defaults=fields)[0]


def disclose_everywhere() -> None:
    """Make AI the author of all issues; what is of hidden digests or issues begins with "unsaid".

    So does what readers never see of any submission.
    """
    digests = {page.path: _mark(page) for page in DigestPage.objects.all()}
    for digest in DigestPage.objects.all():
        text = f"{digests[digest.path]}disclosure{digest.pk}."
        DigestDisclosure.objects.create(digest=digest, text=text, name_approver=True)
    for issue in IssuePage.objects.filter(alias_of=None):
        fields = {"key_name": "unsaidkey", "made_with": "unsaidmodel", "note": "unsaidnote"}
        make_submission(issue, **fields)
        if issue.first_published_at:
            name = f"approver{issue.pk}"
            mark = _mark(issue) or digests.get(issue.get_parent().path, "unsaid")
            approve(issue, timezone.now(), f"{mark}{name}")


def _mark(page: Any) -> str:
    return "" if visibility.is_public(page) else "unsaid"
