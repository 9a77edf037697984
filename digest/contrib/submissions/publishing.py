"""Publish a submitted issue with a key, unless that is up to an editor."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from digest.checklist.findings import Finding, Level
from digest.contrib.submissions import approvals
from digest.contrib.submissions.exceptions import NotAllowed, NotPublishable, WorkflowOpen
from digest.contrib.submissions.models import ApiKey
from digest.importing.saving import error_lines


def check_may_publish(key: ApiKey, page: Any) -> None:
    """Raise NotAllowed unless the key may publish the page, or a new one below it."""
    if key.level != ApiKey.Level.PUBLISH:
        raise NotAllowed("The key has the level draft; it needs the level publish.")
    if not page.permissions_for_user(key.user).can_publish():
        raise NotAllowed(f"The user of the key may not publish in {page.slug!r}.")


def check_is_not_up_to_editors(issue: Any) -> None:
    """Raise WorkflowOpen or NotPublishable for an issue that only an editor may publish now."""
    if issue.current_workflow_state:
        raise WorkflowOpen
    if reasons := list(_decisions(issue, issue.get_latest_revision_as_object())):
        raise NotPublishable(reasons)


def _decisions(issue: Any, draft: Any) -> Iterator[tuple[str, str]]:
    """Yield decisions of editors that a key must not change."""
    now = timezone.now()
    if issue.approved_schedule or (draft.go_live_at and draft.go_live_at > now):
        yield "scheduled", "Editors have set a time of publication: an editor has to publish it."
    if draft.expire_at and draft.expire_at <= now:
        yield "expired", "The issue has expired: an editor has to publish it."
    if issue.first_published_at and not issue.live:
        yield "unpublished", "The issue was unpublished: an editor has to publish it again."


def invalid_fields(issue: Any, findings: list[Finding]) -> list[str]:
    """Return what would keep an issue as it is from being published, besides findings."""
    try:
        issue.clean_for_publishing()
    except ValidationError as error:
        required = {each.long_message for each in findings if each.level == Level.REQUIRED}
        lines = error_lines(ValidationError(error.update_error_dict({})))
        return [line for line in lines if line.partition(": ")[2] not in required]
    return []


def publish(issue: Any, user: Any) -> None:
    """Publish the latest draft, unless it is live already; call it last in a transaction."""
    revision = issue.latest_revision or issue.save_revision(user=user)
    if not (issue.live and issue.live_revision_id == revision.pk):
        with approvals.by_key():
            revision.publish(user=user)
