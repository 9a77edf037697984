"""Publishing states of an issue, as database conditions and for a single instance.

An issue can have two states at once: a live issue can have changes that are in review.
"""

from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, WorkflowState, get_default_page_content_type


class State(TextChoices):
    """Enumerate the publishing states; the values are used in the listing's query string."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    LIVE = "live", _("Live")
    LIVE_WITH_CHANGES = "live_with_changes", _("Live with changes")
    EXPIRED = "expired", _("Expired")


def with_states(issues: QuerySet) -> QuerySet:
    """Annotate issues with ``scheduled_for`` and ``is_in_review``."""
    # Revisions and workflow states store the primary key of their object as text.
    key = Cast(OuterRef("pk"), CharField())
    scheduled = Revision.page_revisions.filter(object_id=key, approved_go_live_at__isnull=False)
    times = scheduled.order_by("approved_go_live_at").values("approved_go_live_at")
    in_review = WorkflowState.objects.filter(
        base_content_type=get_default_page_content_type(),
        object_id=key,
        status=WorkflowState.STATUS_IN_PROGRESS,
    )
    if not getattr(settings, "WAGTAIL_WORKFLOW_ENABLED", True):
        in_review = WorkflowState.objects.none()
    return issues.annotate(scheduled_for=Subquery(times[:1]), is_in_review=Exists(in_review))


def in_states(states: list[str]) -> Q:
    """Return the condition for issues ``with_states`` that are in any of the given states."""
    # An expired issue is hidden from readers before the scheduled command unpublishes it.
    is_past = Q(live=True, expire_at__isnull=False, expire_at__lte=timezone.now())
    is_live, is_scheduled = Q(live=True) & ~is_past, Q(scheduled_for__isnull=False)
    conditions = {
        State.DRAFT: Q(live=False, expired=False, is_in_review=False) & ~is_scheduled,
        State.IN_REVIEW: Q(is_in_review=True),
        State.SCHEDULED: is_scheduled,
        State.LIVE: is_live & Q(has_unpublished_changes=False),
        State.LIVE_WITH_CHANGES: is_live & Q(has_unpublished_changes=True),
        State.EXPIRED: is_past | Q(live=False, expired=True),
    }
    found = Q(pk__in=[])
    for state in states:
        found |= conditions[State(state)]
    return found


def states_of(issue: Any) -> list[State]:
    """Return the states of an issue ``with_states``, the publicly visible one first."""
    waiting = [State.IN_REVIEW] * issue.is_in_review + [State.SCHEDULED] * bool(issue.scheduled_for)
    if issue.live and issue.expire_at and issue.expire_at <= timezone.now():
        return [State.EXPIRED, *waiting]
    if issue.live:
        changed = issue.has_unpublished_changes
        return [State.LIVE_WITH_CHANGES if changed else State.LIVE, *waiting]
    return ([State.EXPIRED] if issue.expired else []) + waiting or [State.DRAFT]
