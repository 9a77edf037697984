"""Save a submitted document as a draft, with its report and the response, in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.log_actions import log

from digest.checklist.findings import Finding, Level
from digest.checklist.run import check_issue
from digest.contrib.submissions.documents import SubmittedDocument
from digest.contrib.submissions.models import ApiKey, Submission
from digest.contrib.submissions.revisions import content_hash, story_hashes
from digest.importing.library import collection_for
from digest.importing.saving import save_issue
from digest.pages.page_models import get_issue_page_model
from digest.publishing.publish import lock_page

DRAFT, SUBMIT = "draft", "submit"
LOCK_TIMEOUT = 10  # seconds that a request waits for another one with its idempotency key
LOCK_NOT_AVAILABLE = "55P03"  # the SQLSTATE of PostgreSQL
EDITING_TIMEOUT = timedelta(minutes=1)


class NotAllowed(Exception):
    """The user of the key lacks a permission, which the message names."""


class NotEditable(Exception):
    """The issue is locked or was deleted."""


class BeingEdited(Exception):
    """Another user has the issue open in the editor."""


class ChangedMeanwhile(Exception):
    """The draft is not the one that the sender knows."""


class NoWorkflow(Exception):
    """The issue has no review to submit to."""


class IdempotencyKeyUsed(Exception):
    """The key has used this idempotency key before."""


class InProgress(Exception):
    """Another request with this idempotency key has not ended."""


class _RolledBack(Exception):
    """Nothing is saved: the request was a dry run, or changes nothing."""


@dataclass(frozen=True)
class Order:
    """What a request asks for, validated."""

    key: ApiKey
    digest: Any
    submitted: SubmittedDocument
    idempotency_key: str = ""
    request_hash: str = ""
    action: str = DRAFT
    made_with: str = ""
    note: str = ""
    is_dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was done, or with a dry run would have been."""

    submission: Submission
    issue: Any
    did: str
    findings: list[Finding]
    is_publishable: bool


Render = Callable[[Outcome], str]


def create(order: Order, render: Render) -> Submission:
    """Save the document as a new draft; ``render`` makes the response that is stored with it.

    Raise ImportRejected or one of the exceptions above, and write nothing.
    """
    if not order.digest.permissions_for_user(order.key.user).can_add_subpage():
        raise NotAllowed(f"The user of the key may not add issues to {order.digest.slug!r}.")
    submission = Submission(
        key=order.key,
        key_name=order.key.name,
        digest=order.digest,
        idempotency_key=order.idempotency_key,
        request_hash=order.request_hash,
        uses_ai=order.key.uses_ai,
    )
    with _rolling_back():
        if not order.is_dry_run:
            _claim(submission)
        did = "would_create" if order.is_dry_run else "created"
        _save(order, submission, render, lambda issue: did)
    return submission


def update(submission: Submission, order: Order, render: Render, etag: str | None) -> Submission:
    """Save the document as a new revision of the submission's issue, if it has this ETag.

    Raise what ``create`` raises.
    """
    with _rolling_back():
        issue = _locked_issue(submission)
        _check_may_update(issue, order.key.user)
        before = content_hash(issue)
        if etag not in (None, before):
            raise ChangedMeanwhile

        def did(saved: Any) -> str:
            if order.is_dry_run:
                return "would_update"
            return "unchanged" if content_hash(saved) == before else "updated"

        _save(order, submission, render, did, existing=issue)
    return submission


def _locked_issue(submission: Submission) -> Any:
    """Return the issue as it is now, and lock it before the digest, as publishing does."""
    if submission.issue_id is None:
        raise NotEditable
    lock_page(submission.issue)
    issue = get_issue_page_model().objects.filter(pk=submission.issue_id).first()
    if issue is None:
        raise NotEditable
    return issue


@contextmanager
def _rolling_back() -> Iterator[None]:
    """Run a transaction that ``_RolledBack`` rolls back without an error."""
    try:
        with transaction.atomic():
            yield
    except _RolledBack:
        pass


def _claim(submission: Submission) -> None:
    """Insert the row, so that others with its idempotency key wait for the end of this one."""
    _set_lock_timeout(f"'{LOCK_TIMEOUT}s'")
    try:
        with transaction.atomic():
            submission.save(force_insert=True)
    except IntegrityError:
        raise IdempotencyKeyUsed from None
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise InProgress from None
        raise
    _set_lock_timeout("DEFAULT")


def _set_lock_timeout(value: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {value}")


def _save(
    order: Order, submission: Submission, render: Render, did: Callable[[Any], str], **choices: Any
) -> None:
    images = order.submitted.document.images
    save_issue(
        order.submitted.draft,
        order.digest,
        images=images if collection_for(order.key.user) else {},
        user=order.key.user,
        saved=partial(_finish, order, submission, render, did),
        **choices,
    )


def _finish(
    order: Order, submission: Submission, render: Render, did: Callable[[Any], str], issue: Any
) -> None:
    """Store what was done; the issue has just been saved in the same transaction."""
    if order.action == SUBMIT:
        _start_review(issue, order.key.user)
    done = did(issue)
    submission.issue = issue
    submission.document = order.submitted.document.text
    submission.story_hashes = story_hashes(issue)
    submission.revision_hash = content_hash(issue)
    submission.made_with, submission.note = order.made_with, order.note
    findings = check_issue(issue)
    is_publishable = not order.submitted.not_understood and _is_publishable(issue, findings)
    submission.response = render(Outcome(submission, issue, done, findings, is_publishable))
    if done not in ("created", "updated"):
        raise _RolledBack
    submission.save()
    data = {"key": str(order.key), "made_with": order.made_with}
    log(
        issue,
        "digest.submitted",
        user=order.key.user,
        revision=issue.latest_revision,
        data=data,
    )


def _is_publishable(issue: Any, findings: list[Finding]) -> bool:
    if any(finding.level == Level.REQUIRED for finding in findings):
        return False
    try:
        issue.get_latest_revision_as_object().clean_for_publishing()
    except ValidationError:
        return False
    return True


def _start_review(issue: Any, user: Any) -> None:
    workflow = issue.get_workflow()
    if workflow is None:
        raise NoWorkflow
    if not issue.permissions_for_user(user).can_submit_for_moderation():
        raise NotAllowed("The user of the key may not submit this issue for review.")
    if not issue.workflow_in_progress:
        workflow.start(issue, user)


def _check_may_update(issue: Any, user: Any) -> None:
    if issue.get_lock():
        raise NotEditable
    if not issue.permissions_for_user(user).can_edit():
        raise NotAllowed("The user of the key may not edit this issue.")
    sessions = EditingSession.objects.filter(
        content_type=ContentType.objects.get_for_model(issue),
        object_id=str(issue.pk),
        last_seen_at__gte=timezone.now() - EDITING_TIMEOUT,
    )
    if sessions.exclude(user=user).exists():
        raise BeingEdited
