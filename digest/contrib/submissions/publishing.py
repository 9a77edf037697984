"""Publish a submitted issue with a key, unless that is up to an editor."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from wagtail.blocks import StreamBlockValidationError
from wagtail.models import PageLogEntry

from digest.checklist.findings import Finding, Level
from digest.contrib.submissions import approvals
from digest.contrib.submissions.exceptions import NotAllowed, NotPublishable, WorkflowOpen
from digest.contrib.submissions.models import SUBMITTED, ApiKey, Submission
from digest.publishing.publish import error_messages

INVALID = "invalid"  # beside the rules of the checklist


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


def check_is_not_edited(issue: Any, submission: Submission, current_hash: str) -> None:
    """Raise NotPublishable if the draft has something that is neither live nor from submissions.

    Every revision since the live one counts: a document keeps the fields that it cannot set.
    """
    if issue.latest_revision_id == (issue.live_revision_id if issue.live else None):
        return
    if current_hash != submission.revision_hash or _unpublished_edits(issue).exists():
        reason = "Editors have changed the draft: an editor has to publish it."
        raise NotPublishable([("edited", reason)])


def _unpublished_edits(issue: Any) -> QuerySet:
    """Return the revisions since the live one that no submission has saved."""
    revisions = issue.revisions.order_by()
    if issue.live and issue.live_revision_id:
        revisions = revisions.filter(pk__gt=issue.live_revision_id)
    submitted = PageLogEntry.objects.filter(page=issue.pk, action=SUBMITTED)
    return revisions.exclude(Exists(submitted.filter(revision=OuterRef("pk")).order_by()))


def invalid(issue: Any, findings: list[Finding]) -> list[Finding]:
    """Return what else than the findings would keep an issue as it is from being published."""
    try:
        issue.clean_for_publishing()
    except ValidationError as error:
        known = {each.long_message for each in findings if each.level == Level.REQUIRED}
        found = [each for each in _invalid(issue, error) if each.text not in known]
        return [replace(each, rule=INVALID, level=Level.REQUIRED) for each in found]
    return []


def _invalid(draft: Any, error: ValidationError) -> Iterator[Finding]:
    """Yield a finding for each invalid field and block."""
    blocks = list(_invalid_blocks(draft))
    for name, messages in ValidationError(error.update_error_dict({})).message_dict.items():
        if name == "body" and blocks:
            yield from blocks
        elif name in ("body", NON_FIELD_ERRORS):  # The first may be those of required rules.
            yield from (Finding(message, name) for message in messages)
        else:
            yield from (Finding(f"{name}: {message}", name) for message in messages)


def _invalid_blocks(draft: Any) -> Iterator[Finding]:
    """Yield a finding for each invalid field of a block; the stories are counted."""
    numbers = {story.id: number for number, story in enumerate(draft.stories, 1)}
    try:
        draft.body.stream_block.clean(draft.body)
    except StreamBlockValidationError as error:
        for position, inner in error.block_errors.items():
            child = draft.body[position]
            name = "" if child.id in numbers else f"{child.block.label}, "
            for text in error_messages(child.block, inner, child.value):
                yield Finding(f"{name}{text}", f"body.{child.id}", numbers.get(child.id))


def publish(issue: Any, user: Any) -> None:
    """Publish the latest draft, unless it is live already; call it last in a transaction."""
    revision = issue.latest_revision or issue.save_revision(user=user)
    if not (issue.live and issue.live_revision_id == revision.pk):
        with approvals.by_key():
            revision.publish(user=user)
