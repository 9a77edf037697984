"""Schedules, and the passing of time."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone


def ago(minutes: int) -> datetime:
    """A moment that has passed."""
    return timezone.now() - timedelta(minutes=minutes)


def schedule(page: Any, title: str = "Changed", minutes: int = 60) -> Any:
    """Let an editor schedule a change of a page; the revision."""
    page = page.get_latest_revision_as_object()
    page.title, page.go_live_at = title, timezone.now() + timedelta(minutes=minutes)
    revision = page.save_revision()
    revision.publish()
    return revision


def let_come(revision: Any, minutes: int = 10) -> None:
    """Let the time of a scheduled revision come."""
    revision.refresh_from_db()
    revision.approved_go_live_at = ago(minutes)
    revision.content |= {"go_live_at": ago(minutes).isoformat()}
    revision.save()
