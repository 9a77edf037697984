"""The pages that are gone: how long the feed says so, and what makes all clients start over."""

import uuid
from datetime import timedelta

from django.db.models import Max
from django.utils import timezone

from digest.contrib.changes.conf import conf
from digest.contrib.changes.feed_state import locked
from digest.contrib.changes.models import PublicState

# More sequences than can have been given between a backup and its restoration.
LEAP = 10**9


def prune() -> int:
    """Forget the pages that have been gone for ``DIGEST_TOMBSTONE_DAYS``; return their number."""
    limit = timezone.now() - timedelta(days=conf.TOMBSTONE_DAYS)
    old = PublicState.objects.filter(is_public=False, is_marked=False, changed_at__lt=limit)
    with locked() as state:
        last = old.aggregate(last=Max("sequence"))["last"]
        if state is None or last is None:
            return 0
        state.forgotten_sequence = max(last, state.forgotten_sequence)
        state.save()
        return old.delete()[0]


def start_new_epoch() -> None:
    """Make all clients start over, as after a backup was restored: they may know of later changes.

    No sequence that they know is given again. Those that start then need no tombstones.
    """
    with locked() as state:
        if state:
            state.epoch = uuid.uuid4()
            state.sequence += LEAP
            state.save()
            PublicState.objects.filter(is_public=False, is_marked=False).delete()
