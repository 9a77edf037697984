"""What a kill leaves behind in the middle of Wagtail's own steps, and how it is told.

To publish, Wagtail takes the approval from every revision, saves the object, tells receivers, saves
the aliases and writes its log; to unpublish, it saves the object, writes its log, takes the
approvals away and unpublishes the aliases: each a transaction of its own. Digests and issues do it
in one (``digest.publishing.validation``); other pages, snippets and Wagtail's own command do not.

Left as it is, on purpose: a page that is live without a live revision, as code makes it; what has a
newer draft; a review that goes on; a missing entry in the log of what was not scheduled. And a
schedule whose approval is gone: whether it was lost or taken away, no row tells for certain, and
nothing may go live that somebody has stopped.
"""

from typing import Any

import swapper
from django.db.models import F, Q, QuerySet
from wagtail.log_actions import registry
from wagtail.models import Revision

swapper.set_app_prefix("wagtailcore", "wagtail")

PUBLISH, UNPUBLISH = "wagtail.publish", "wagtail.unpublish"
SCHEDULE, CANCEL = "wagtail.publish.schedule", "wagtail.schedule.cancel"

# What ends a schedule, or takes its place.
TURNS = (
    Q(action__startswith=PUBLISH) | Q(action__startswith=UNPUBLISH) | Q(action__startswith=CANCEL)
)


def overtaken(revision: Revision) -> str:
    """Why an approved revision is not to go live any more; empty if it is."""
    page_or_snippet = revision.content_object
    turns = registry.get_logs_for_instance(page_or_snippet).filter(TURNS).order_by("-pk")
    scheduled = turns.filter(action=SCHEDULE, revision=revision).first()
    if _replaced(revision):
        return "another one was scheduled in its place"
    if page_or_snippet.live:
        newer = _newer_is_live(page_or_snippet, revision, scheduled)
        return "a newer one has been published since" if newer else ""
    gone = _unpublished_since(page_or_snippet, revision, scheduled, turns)
    return "it was taken back since" if gone else ""


def _replaced(revision: Revision) -> bool:
    others = Revision.objects.filter(
        base_content_type=revision.base_content_type_id, object_id=revision.object_id
    )
    return others.filter(approved_go_live_at__isnull=False, pk__gt=revision.pk).exists()


def _newer_is_live(live: Any, revision: Revision, scheduled: Any) -> bool:
    """An older revision goes live where that was decided after the newer one had been published."""
    if not live.live_revision_id or live.live_revision_id <= revision.pk:
        return False
    return not (
        scheduled and live.last_published_at and scheduled.timestamp > live.last_published_at
    )


def _unpublished_since(gone: Any, revision: Revision, scheduled: Any, turns: QuerySet) -> bool:
    """Wagtail's log may lack the entry that says so: it is written after the object is saved."""
    if not scheduled:
        return bool(gone.expired and gone.expire_at and revision.created_at < gone.expire_at)
    was_live = scheduled.data.get("revision", {}).get("has_live_version")
    taken_back = turns.filter(action__startswith=UNPUBLISH, pk__gt=scheduled.pk)
    return bool(gone.expired or was_live or taken_back.exists())


def aliases_left_live() -> QuerySet:
    """Live aliases of pages that are not live (any more)."""
    return _aliases().filter(live=True, alias_of__live=False)


def pages_with_stale_aliases() -> QuerySet:
    """Live pages that were published after one of their aliases was."""
    missing = Q(last_published_at=None, alias_of__last_published_at__isnull=False)
    stale = missing | Q(last_published_at__lt=F("alias_of__last_published_at"))
    behind = _aliases().filter(stale, alias_of__live=True)
    return _pages().filter(pk__in=behind.values("alias_of_id"))


def _aliases() -> QuerySet:
    return _pages().filter(alias_of__isnull=False)


def _pages() -> QuerySet:
    return swapper.load_model("wagtailcore", "Page")._base_manager.order_by()
