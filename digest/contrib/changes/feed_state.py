"""Whether the feed is up to date, and its lock: who holds it may give sequences."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, router, transaction
from django.db.models import Exists, F
from django.utils import timezone

from digest.caching.content_version import ChangeMarker, repeatable_read
from digest.contrib.changes.models import FeedState, PublicState


def is_waiting() -> bool:
    """Return whether something may have changed, with one query."""
    waiting = {
        "has_markers": Exists(ChangeMarker.objects.all()),
        "has_marked": Exists(PublicState.objects.filter(is_marked=True)),
    }
    state = FeedState.objects.annotate(**waiting).first()
    if state is None or state.has_markers or state.has_marked:
        return True
    return state.next_expiry is not None and state.next_expiry <= timezone.now()


@contextmanager
def locked(skip_locked: bool = False) -> Iterator[FeedState | None]:
    """Yield the row of the feed, locked, in a transaction that reads from one snapshot.

    None if there is no row yet, or with ``skip_locked`` if another process has the lock.
    """
    connection = connections[router.db_for_write(FeedState)]
    with repeatable_read(), transaction.atomic(using=connection.alias):
        if connection.vendor == "sqlite":  # A transaction that has read might not write any more.
            FeedState.objects.update(sequence=F("sequence"))
        yield FeedState.objects.select_for_update(skip_locked=skip_locked).first()
