"""Start the review of a draft, or resume the one that has asked for changes."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from wagtail.models import WorkflowState

from digest.contrib.submissions.exceptions import NotAllowed, NoWorkflow
from digest.pages.page_models import get_issue_page_model


def check_may_start(issue: Any, user: Any) -> None:
    """Raise NoWorkflow or NotAllowed; write nothing and send no mail."""
    if issue.workflow_in_progress:
        return
    state = issue.current_workflow_state
    workflow = state.workflow if state else issue.get_workflow()
    # Wagtail finishes a workflow without active tasks at once, and publishes.
    if workflow is None or not workflow.tasks.filter(active=True).exists():
        raise NoWorkflow
    if not issue.permissions_for_user(user).can_submit_for_moderation():
        raise NotAllowed("The user of the key may not submit this issue for review.")


def start(issue: Any, user: Any) -> None:
    """Start the review; raise NoWorkflow if that would publish the issue.

    Call it last in a transaction: Wagtail sends mail to the reviewers at once.
    """
    if issue.workflow_in_progress:
        return
    before = _live_revision(issue)
    try:
        _start_or_resume(issue, user)
    except (PermissionDenied, ValidationError):  # It would publish, and may not.
        raise NoWorkflow from None
    if _live_revision(issue) != before:  # Its tasks approve by themselves.
        raise NoWorkflow


def _start_or_resume(issue: Any, user: Any) -> None:
    state = issue.current_workflow_state
    if state and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        state.resume(user)
    else:
        issue.get_workflow().start(issue, user)


def _live_revision(issue: Any) -> tuple[Any, ...]:
    rows = get_issue_page_model().objects.filter(pk=issue.pk)
    return rows.values_list("live", "live_revision").get()
