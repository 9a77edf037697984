"""Create schedules and make them due."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone


def ago(minutes: int) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


def schedule(page: Any, title: str = "Changed", minutes: int = 60) -> Any:
    """Schedule a change of a page and return its revision."""
    page = page.get_latest_revision_as_object()
    page.title, page.go_live_at = title, timezone.now() + timedelta(minutes=minutes)
    revision = page.save_revision()
    revision.publish()
    return revision


def make_due(revision: Any, minutes: int = 10) -> None:
    """Move the schedule of a revision into the past."""
    revision.refresh_from_db()
    revision.approved_go_live_at = ago(minutes)
    revision.content |= {"go_live_at": ago(minutes).isoformat()}
    revision.save()
