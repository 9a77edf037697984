"""What became of a submission: the state of its issue, and of its stories."""

from typing import Any

from django.db.models import Prefetch, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from digest.admin.issues.states import with_states
from digest.contrib.submissions.models import Submission
from digest.contrib.submissions.revisions import compare_stories, content_hash, story_hashes
from digest.pages.page_models import get_issue_page_model


class State(TextChoices):
    """What became of a submission; the values are those of the API."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
    UNPUBLISHED = "unpublished", _("Unpublished")
    DELETED = "deleted", _("Deleted")


def state_of(issue: Any | None, *, submits: bool = False) -> State:
    """Return the state of an issue, or with ``submits`` the one after its review has started."""
    if issue is None:
        return State.DELETED
    return _state(issue, issue.approved_schedule, submits or issue.workflow_in_progress)


def with_issues(submissions: QuerySet) -> QuerySet:
    """Fetch the issues of submissions with one query, as ``listed_state`` needs them."""
    issues = with_states(get_issue_page_model().objects.defer("body"))
    return submissions.prefetch_related(Prefetch("issue", issues))


def listed_state(submission: Submission) -> State:
    """Return the state of a submission from ``with_issues``, without a query."""
    issue = submission.issue
    if issue is None:
        return State.DELETED
    return _state(issue, issue.scheduled_for, issue.is_in_review)


def _state(issue: Any, is_scheduled: Any, is_in_review: bool) -> State:
    if issue.live:
        return State.PUBLISHED
    if is_scheduled:
        return State.SCHEDULED
    if is_in_review:
        return State.IN_REVIEW
    return State.UNPUBLISHED if issue.first_published_at else State.DRAFT


def outcome(submission: Submission) -> dict[str, Any]:
    """Compare what was submitted with the live issue, or else with its draft."""
    issue = submission.issue and submission.issue.specific
    if issue is None:
        return {"state": "deleted", "url": None, "changed_by_editors": None, "stories": None}
    current = issue if issue.live else issue.get_latest_revision_as_object()
    return {
        "state": state_of(issue),
        "url": issue.full_url if issue.live else None,
        "changed_by_editors": content_hash(issue) != submission.revision_hash,
        "stories": compare_stories(submission.story_hashes, story_hashes(current)),
    }
