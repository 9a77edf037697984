"""Detect publishing and unpublishing that was interrupted by a crash.

To publish, Wagtail clears the approval of all revisions, saves the object, sends signals, updates
the aliases and writes its log. To unpublish, it saves the object, writes its log, clears the
approvals and unpublishes the aliases. Each step is a transaction of its own. Digests and issues use
a single one (``digest.publishing.publish``); other pages, snippets and Wagtail's own command do
not.

Not repaired: a live page without a live revision, which code can create; a newer draft; a workflow
in progress; a missing log entry of an unscheduled action; and a schedule without its approval,
because the database cannot tell a lost approval from a cancelled one.
"""

from typing import Any

from django.db.models import F, Q, QuerySet
from wagtail.log_actions import registry
from wagtail.models import Revision

from digest.conf import get_base_page_model

PUBLISH, UNPUBLISH = "wagtail.publish", "wagtail.unpublish"
SCHEDULE, CANCEL = "wagtail.publish.schedule", "wagtail.schedule.cancel"

# Log actions that end or replace a schedule.
SCHEDULE_ENDS = (
    Q(action__startswith=PUBLISH) | Q(action__startswith=UNPUBLISH) | Q(action__startswith=CANCEL)
)


def superseded_reason(revision: Revision) -> str:
    """Return why an approved revision must not go live any more; empty if it may."""
    page_or_snippet = revision.content_object
    logs = registry.get_logs_for_instance(page_or_snippet).filter(SCHEDULE_ENDS).order_by("-pk")
    scheduled = logs.filter(action=SCHEDULE, revision=revision).first()
    if _has_later_schedule(revision):
        return "a later revision is scheduled"
    if page_or_snippet.live:
        newer = _newer_is_live(page_or_snippet, revision, scheduled)
        return "a newer revision has been published" if newer else ""
    unpublished = _unpublished_since(page_or_snippet, revision, scheduled, logs)
    return "it has been unpublished" if unpublished else ""


def _has_later_schedule(revision: Revision) -> bool:
    others = Revision.objects.filter(
        base_content_type=revision.base_content_type_id, object_id=revision.object_id
    )
    return others.filter(approved_go_live_at__isnull=False, pk__gt=revision.pk).exists()


def _newer_is_live(live: Any, revision: Revision, scheduled: Any) -> bool:
    if not live.live_revision_id or live.live_revision_id <= revision.pk:
        return False
    # An older revision may go live if it was scheduled after the newer one was published.
    return not (
        scheduled and live.last_published_at and scheduled.timestamp > live.last_published_at
    )


def _unpublished_since(instance: Any, revision: Revision, scheduled: Any, logs: QuerySet) -> bool:
    # The log entry alone is not enough: Wagtail writes it after it has saved the object.
    if not scheduled:
        expired = instance.expired and instance.expire_at
        return bool(expired and revision.created_at < instance.expire_at)
    was_live = scheduled.data.get("revision", {}).get("has_live_version")
    unpublished = logs.filter(action__startswith=UNPUBLISH, pk__gt=scheduled.pk)
    return bool(instance.expired or was_live or unpublished.exists())


def aliases_left_live() -> QuerySet:
    """Return live aliases of pages that are not live."""
    return _aliases().filter(live=True, alias_of__live=False)


def pages_with_stale_aliases() -> QuerySet:
    """Return live pages that were published after one of their aliases was updated."""
    missing = Q(last_published_at=None, alias_of__last_published_at__isnull=False)
    stale = missing | Q(last_published_at__lt=F("alias_of__last_published_at"))
    behind = _aliases().filter(stale, alias_of__live=True)
    return _pages().filter(pk__in=behind.values("alias_of_id"))


def _aliases() -> QuerySet:
    return _pages().filter(alias_of__isnull=False)


def _pages() -> QuerySet:
    return get_base_page_model()._base_manager.order_by()
