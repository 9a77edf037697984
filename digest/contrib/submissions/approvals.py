"""Who has approved an issue that a machine has submitted, recorded when it goes live."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from digest.contrib.submissions.models import IssueProvenance, Submission
from digest.pages.page_models import get_issue_page_model
from digest.publishing.publish import lock_page

# The actions of Wagtail's log
PUBLISH, SCHEDULE = "wagtail.publish", "wagtail.publish.schedule"
SCHEDULED = "wagtail.publish.scheduled"
UNREVIEWED = {"approved_by": "", "approver_username": "", "approved_at": None}
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


def record_publication(issue: Any) -> None:
    """Record that an issue has gone live without review, if it was submitted.

    Wagtail logs the publication next: ``record_approval`` adds the user of that entry.
    """
    uses_ai = _uses_ai(issue)
    if uses_ai:
        fields = {"uses_ai": any(uses_ai)} | UNREVIEWED
        IssueProvenance.objects.update_or_create(issue_id=issue.pk, defaults=fields)
        # Saves a query for the log entry of each issue that was not submitted.
        issue._digest_submitted = True


@transaction.atomic
def record_approval(entry: Any) -> None:
    """Record who has approved the revision of a log entry, unless another one is live by now."""
    # The instance that was published; an entry of another origin has none, or not this one.
    was_submitted = type(entry).page.is_cached(entry) and vars(entry.page).pop(
        "_digest_submitted", False
    )
    approver, approved_at = _approval(entry) if was_submitted else (None, None)
    if approved_at is None:
        return
    # The editor's form publishes without a transaction, maybe at the same time as a key.
    lock_page(entry.page)
    if _is_live(entry):
        fields = {
            "approved_by": _full_name(approver)[:MAX_NAME],
            "approver_username": approver.get_username()[:MAX_NAME] if approver else "",
            "approved_at": approved_at,
        }
        IssueProvenance.objects.update_or_create(issue_id=entry.page_id, defaults=fields)


def _approval(entry: Any) -> tuple[Any, datetime | None]:
    """Return who has approved what the entry says is published, and when; nobody: no time."""
    if entry.action == SCHEDULED:
        return _scheduled_by(entry)
    is_person = entry.user is not None and not is_by_key()
    return (entry.user, timezone.now()) if is_person else (None, None)


def _uses_ai(issue: Any) -> list[bool]:
    """Return whether AI was used for each submission of an issue; a deleted one still counts."""
    submitted = Submission.objects.filter(issue=issue.pk).values_list("uses_ai", flat=True)
    recorded = IssueProvenance.objects.filter(issue=issue.pk).values_list("uses_ai", flat=True)
    return list(submitted.union(recorded))


def _is_live(entry: Any) -> bool:
    """Return whether the revision of a log entry is the live one now."""
    pages = get_issue_page_model().objects.order_by()
    return pages.filter(pk=entry.page_id, live=True, live_revision=entry.revision_id).exists()


def _scheduled_by(published: Any) -> tuple[Any, datetime | None]:
    """Return the person who has scheduled a revision, and when; nobody if the log has none."""
    entries = type(published).objects.filter(page=published.page_id, action=SCHEDULE)
    entries = entries.filter(revision=published.revision_id).order_by("timestamp", "pk")
    entry = entries.last()
    if entry is None or entry.user_id is None:
        return None, None
    # The account may be deleted: the log keeps its id.
    user = get_user_model()._default_manager.filter(pk=entry.user_id).first()
    return user, entry.timestamp


def _full_name(user: Any) -> str:
    """Return the full name in one line; empty if there is none."""
    return " ".join(user.get_full_name().split()) if hasattr(user, "get_full_name") else ""
