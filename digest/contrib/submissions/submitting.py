"""Save or publish a submitted document, with its report and the response, in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.log_actions import log
from wagtail.models import get_default_page_content_type

from digest.checklist.findings import Finding, Level
from digest.checklist.run import check_issue
from digest.contrib.submissions import busy, publishing, reviews
from digest.contrib.submissions.documents import SubmittedDocument
from digest.contrib.submissions.exceptions import (
    BeingEdited,
    ChangedMeanwhile,
    IdempotencyKeyUsed,
    InProgress,
    NotAllowed,
    NotEditable,
    NotFound,
    NotPublishable,
)
from digest.contrib.submissions.models import SUBMITTED, ApiKey, Submission
from digest.contrib.submissions.outcomes import State, state_of
from digest.contrib.submissions.revisions import content_hash, story_hashes
from digest.importing.saving import IssueExists, find_existing, save_issue
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.publishing.publish import lock_page

DRAFT, SUBMIT, PUBLISH = "draft", "submit", "publish"
WOULD = {"created": "would_create", "updated": "would_update"}  # with a dry run
LOCK_TIMEOUT = 10  # seconds that a request waits for another one with its idempotency key
EDITING_TIMEOUT = timedelta(minutes=1)


class _RolledBack(Exception):
    """Nothing is saved: the request was a dry run."""


class _Unchanged(Exception):
    """The new revision says what the last one says."""


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
    state: State
    findings: list[Finding]
    is_publishable: bool
    is_published: bool


Render = Callable[[Outcome], str]


def create(order: Order, render: Render) -> Submission:
    """Save the document as a new issue; ``render`` makes the response that is stored with it.

    Raise ImportRejected or one of ``exceptions``, and write nothing.
    """
    _check_may_create(order)
    submission = Submission(
        key=order.key,
        key_name=order.key.name,
        digest=order.digest,
        idempotency_key=order.idempotency_key,
        request_hash=order.request_hash,
        uses_ai=order.key.uses_ai,
    )
    saved = partial(_finish, order, submission, render, "created")
    with _reporting_use(submission), _rolling_back():
        if not order.is_dry_run:
            _claim(submission)
        _save(order, saved, savepoint=False)  # An error ends the transaction.
    return submission


def update(submission: Submission, order: Order, render: Render, etags: set[str]) -> Submission:
    """Save the document as a new revision of the submission's issue, if it has one of these ETags.

    No ETags mean any. Raise what ``create`` raises.
    """
    with _rolling_back():
        issue = _locked_issue(submission)
        submission.digest = _digest_of(issue, order.key)
        order = replace(order, digest=submission.digest)
        finish = partial(_finish, order, submission, render)
        _check_may_update(issue, order)
        before = content_hash(issue)
        if etags and before not in etags:
            raise ChangedMeanwhile
        if order.action == PUBLISH:
            publishing.check_is_not_edited(issue, submission, before)

        def saved(revised: Any) -> None:
            if not order.is_dry_run and content_hash(revised) == before:
                raise _Unchanged  # and undo the revision
            finish("updated", revised)

        try:
            _save(order, saved, existing=issue, check=partial(_check_is_only, order))
        except _Unchanged:
            issue = get_issue_page_model().objects.get(pk=issue.pk)  # without the undone revision
            finish("unchanged", issue.get_latest_revision_as_object())
    return submission


def _check_may_create(order: Order) -> None:
    check_may_add(order.digest, order.key.user)
    if order.action == PUBLISH:
        publishing.check_may_publish(order.key, order.digest)


def may_add(digest: Any, user: Any) -> bool:
    return digest.permissions_for_user(user).can_add_subpage()


def check_may_add(digest: Any, user: Any) -> None:
    if not may_add(digest, user):
        raise NotAllowed(f"The user of the key may not add issues to {digest.slug!r}.")


def _locked_issue(submission: Submission) -> Any:
    """Return the issue as it is now, and lock it before the digest, as publishing does."""
    if submission.issue_id is None:
        raise NotEditable
    lock_page(submission.issue)
    issue = get_issue_page_model().objects.filter(pk=submission.issue_id).first()
    if issue is None:
        raise NotEditable
    return issue


def _digest_of(issue: Any, key: ApiKey) -> Any:
    """Return the digest in which an issue is now; editors may have moved it."""
    parent = issue.get_parent()
    digest = key.digests.filter(pk=parent.pk).first()
    if digest is None:
        raise NotFound
    return digest


def _check_is_only(order: Order, issue: Any) -> None:
    """Raise IssueExists if the document would make a second one of another issue."""
    other = find_existing(order.submitted.draft, order.digest)
    if other and other.pk != issue.pk:
        raise IssueExists(f'"{other.draft_title}" of {other.date} exists.', other)


@contextmanager
def _rolling_back() -> Iterator[None]:
    """Run a transaction that ``_RolledBack`` rolls back without an error."""
    try:
        with transaction.atomic():
            yield
    except _RolledBack:
        pass


@contextmanager
def _reporting_use(submission: Submission) -> Iterator[None]:
    """Raise IdempotencyKeyUsed, after the transaction, if another one has inserted the row."""
    try:
        yield
    except IntegrityError:
        used = Submission.objects.filter(
            key=submission.key, idempotency_key=submission.idempotency_key
        )
        if used.exists():
            raise IdempotencyKeyUsed from None
        raise


def _claim(submission: Submission) -> None:
    """Insert the row, so that others with its idempotency key wait for the end of this one."""
    _set_lock_timeout(f"'{LOCK_TIMEOUT}s'")
    try:
        submission.save(force_insert=True)
    except OperationalError as error:
        if busy.sqlstate(error) == busy.LOCK_NOT_AVAILABLE:
            raise InProgress from None
        raise
    _set_lock_timeout("DEFAULT")


def _set_lock_timeout(value: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {value}")


def _save(order: Order, saved: Callable[[Any], None], **choices: Any) -> None:
    submitted = order.submitted
    choices |= {"images": submitted.document.images, "user": order.key.user, "saved": saved}
    try:
        save_issue(submitted.draft, order.digest, **choices)
    except get_digest_page_model().DoesNotExist:
        raise NotFound from None


def _finish(order: Order, submission: Submission, render: Render, did: str, issue: Any) -> None:
    """Store what was done; the issue has just been saved in the same transaction."""
    if order.action == SUBMIT:
        reviews.check_may_start(issue, order.key.user)
    submission.issue = issue
    submission.document = order.submitted.document.text
    submission.story_hashes = story_hashes(issue)
    submission.revision_hash = content_hash(issue)
    submission.made_with = order.made_with or submission.made_with
    submission.note = order.note or submission.note
    submission.response = _response(order, submission, render, did, issue)
    if order.is_dry_run:
        raise _RolledBack
    if did == "created":
        submission.first_response = submission.response
        submission.first_hash = submission.revision_hash
    submission.save()
    if did != "unchanged":
        data = {"key": str(order.key), "made_with": order.made_with}
        revision = issue.latest_revision
        log(issue, SUBMITTED, user=order.key.user, revision=revision, data=data)
    _act(order, issue)


def _act(order: Order, issue: Any) -> None:
    """Start the review or publish, last, as both may send mail."""
    if order.action == SUBMIT:
        reviews.start(issue, order.key.user)
    if order.action == PUBLISH:
        publishing.publish(issue, order.key.user)


def _response(order: Order, submission: Submission, render: Render, did: str, issue: Any) -> str:
    """Render what is done when the transaction ends; raise NotPublishable with it."""
    findings = check_issue(issue)
    findings += publishing.invalid(issue, findings)
    is_required = any(finding.level == Level.REQUIRED for finding in findings)
    is_publishable = not (is_required or order.submitted.not_understood)
    is_published = issue.live or (order.action == PUBLISH and not order.is_dry_run)
    state = _state_after(order, issue, did)
    did = WOULD[did] if order.is_dry_run else did
    done = Outcome(submission, issue, did, state, findings, is_publishable, is_published)
    response = render(done)
    if order.action == PUBLISH and not is_publishable:
        raise NotPublishable(response=response)
    return response


def _state_after(order: Order, issue: Any, did: str) -> State:
    if order.action == PUBLISH:
        return State.PUBLISHED
    if did == "created":  # without a schedule or a review before
        return State.IN_REVIEW if order.action == SUBMIT else State.DRAFT
    return state_of(issue, submits=order.action == SUBMIT)


def _check_may_update(issue: Any, order: Order) -> None:
    user = order.key.user
    if not issue.permissions_for_user(user).can_edit():
        raise NotAllowed("The user of the key may not edit this issue.")
    if order.action == PUBLISH:
        publishing.check_may_publish(order.key, issue)
        publishing.check_is_not_up_to_editors(issue)
    if issue.get_lock():
        raise NotEditable
    sessions = EditingSession.objects.filter(
        content_type=get_default_page_content_type(),  # as the editor stores it for any page
        object_id=str(issue.pk),
        last_seen_at__gte=timezone.now() - EDITING_TIMEOUT,
    )
    if sessions.exclude(user=user).exists():
        raise BeingEdited
