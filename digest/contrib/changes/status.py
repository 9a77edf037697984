"""What waits for the relay, and what it cannot render."""

from django.utils import timezone
from django.utils.translation import gettext as _

from digest.caching.content_version import ChangeMarker
from digest.contrib.changes.feed_state import is_waiting
from digest.contrib.changes.models import PublicState
from digest.jobs.core import LATE_AFTER
from digest.jobs.models import JobRun
from digest.registry import Status


def status_rows() -> list[Status]:
    marked = PublicState.objects.filter(is_marked=True)
    return [
        Status("changes_markers", ChangeMarker.objects.count()),
        Status("changes_marked_pages", marked.count()),
        _last_pass(),
        _failed_pages(),
    ]


def _last_pass() -> Status:
    """Report the last run of the job; markers have no time."""
    run = JobRun.objects.filter(name="relay_changes").first() or JobRun()
    is_late = run.started_at is None or run.started_at < timezone.now() - LATE_AFTER
    has_failed = bool(run.error)
    message = _("The job “relay_changes” fails, so apps learn of no change. The log says why.")
    return Status(
        "changes_last_run",
        run.started_at,
        is_problem=has_failed or (is_late and is_waiting()),
        message=message if has_failed else "",
    )


def _failed_pages() -> Status:
    failed = PublicState.objects.filter(is_marked=True).exclude(failed_at=None).order_by("page_id")
    pks = list(failed.values_list("page_id", flat=True).distinct())
    message = _("The feed of changes cannot render these pages: %(ids)s. The log says why.")
    ids = ", ".join(map(str, pks))
    return Status("changes_failed_pages", pks, bool(pks), message % {"ids": ids} if pks else "")
