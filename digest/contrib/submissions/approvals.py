"""Who has approved an issue that a machine has submitted, recorded when it goes live."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from wagtail.log_actions import registry as log_registry

from digest.contrib.submissions.models import IssueProvenance, Submission
from digest.pages.page_models import get_issue_page_model

SCHEDULE, SCHEDULED = "wagtail.publish.schedule", "wagtail.publish.scheduled"
MAX_NAME = 255

_by_key: ContextVar[bool] = ContextVar("digest_published_by_key", default=False)


@contextmanager
def by_key() -> Iterator[None]:
    """Publish with an API key inside: its user has approved nothing."""
    token = _by_key.set(True)
    try:
        yield
    finally:
        _by_key.reset(token)


def is_by_key() -> bool:
    return _by_key.get()


def record_approval(
    sender: type, instance: Any, revision: Any, user: Any, log_action: Any, **kwargs: Any
) -> None:
    """Record who has approved the revision that has just gone live, if it was submitted."""
    uses_ai = _uses_ai(instance)
    if not uses_ai or not _is_live(instance, revision):
        return
    approver, approved_at = None, None
    if log_action == SCHEDULED:
        approver, approved_at = _scheduled_by(instance, revision)
    elif user is not None and not is_by_key():
        approver, approved_at = user, timezone.now()
    IssueProvenance.objects.update_or_create(
        issue_id=instance.pk,
        defaults={
            "uses_ai": any(uses_ai),
            "approver": approver,
            "approved_by": _full_name(approver)[:MAX_NAME],
            "approved_at": approved_at,
        },
    )


def _uses_ai(issue: Any) -> list[bool]:
    """Return whether AI was used for each submission of an issue; a deleted one still counts."""
    submitted = Submission.objects.filter(issue=issue.pk).values_list("uses_ai", flat=True)
    recorded = IssueProvenance.objects.filter(issue=issue.pk).values_list("uses_ai", flat=True)
    return list(submitted.union(recorded))


def _is_live(issue: Any, revision: Any) -> bool:
    """Return whether a revision is live now, and not only scheduled."""
    pages = get_issue_page_model().objects.order_by()
    return pages.filter(pk=issue.pk, live=True, live_revision=revision.pk).exists()


def _scheduled_by(issue: Any, revision: Any) -> tuple[Any, datetime | None]:
    """Return the person who has scheduled a revision, and when; nobody if the log has none."""
    entries = log_registry.get_logs_for_instance(issue)
    entries = entries.filter(action=SCHEDULE, revision=revision.pk).order_by("timestamp", "pk")
    entry = entries.last()
    if entry is None or entry.user_id is None:
        return None, None
    # The account may be deleted: the log keeps its id.
    user = get_user_model()._default_manager.filter(pk=entry.user_id).first()
    return user, entry.timestamp


def _full_name(user: Any) -> str:
    """Return the full name in one line; empty if there is none."""
    return " ".join(user.get_full_name().split()) if hasattr(user, "get_full_name") else ""
