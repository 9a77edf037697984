"""Whether the feed is up to date, and its lock: who holds it may give sequences."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

from django.db import connections, router, transaction
from django.db.models import Exists, F, Q, QuerySet
from django.utils import timezone

from digest.caching.content_version import ChangeMarker, repeatable_read
from digest.contrib.changes.models import FeedState, PublicState

# What cannot be rendered is tried again after this time, or when it changes.
RETRY_AFTER = timedelta(minutes=1)


def is_waiting() -> bool:
    """Return whether something may have changed, with one query."""
    waiting = {
        "has_markers": Exists(ChangeMarker.objects.all()),
        "has_marked": Exists(marked_rows()),
    }
    state = FeedState.objects.annotate(**waiting).first()
    if state is None or not state.root_locales or state.has_markers or state.has_marked:
        return True
    return state.next_expiry is not None and state.next_expiry <= timezone.now()


def marked_rows() -> QuerySet:
    """Return the rows that have to be compared now."""
    is_due = Q(failed_at=None) | Q(failed_at__lte=timezone.now() - RETRY_AFTER)
    return PublicState.objects.filter(is_due, is_marked=True)


@contextmanager
def locked(skip_locked: bool = False) -> Iterator[FeedState | None]:
    """Yield the row of the feed, locked, in a transaction.

    None if there is no row yet, or with ``skip_locked`` if another process has the lock. Then the
    transaction reads from one snapshot, so PostgreSQL would refuse to wait: what another process
    has written meanwhile is not in it.
    """
    connection = connections[router.db_for_write(FeedState)]
    snapshot = repeatable_read() if skip_locked else nullcontext()
    with snapshot, transaction.atomic(using=connection.alias):
        if connection.vendor == "sqlite":  # A transaction that has read might not write any more.
            FeedState.objects.update(sequence=F("sequence"))
        yield FeedState.objects.select_for_update(skip_locked=skip_locked).first()
