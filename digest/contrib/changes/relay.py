"""Compare what is public now with what was public before, and number the differences.

Each pass is one transaction that reads from one snapshot: with restrictions read before a commit,
and pages after it, a private page would be announced. Sequences are given under a lock, so they
become visible in their order. What is left to do is stored, as markers or as marked rows: a pass
that is killed has done nothing, and the next one does all.
"""

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from django.db import OperationalError
from django.utils import timezone
from wagtail.models import Site

from digest import visibility
from digest.conf import get_base_page_model
from digest.contrib.changes import markers
from digest.contrib.changes.feed_state import is_waiting, locked, marked_rows
from digest.contrib.changes.models import FeedState, PublicState
from digest.contrib.changes.public_state import Description, comparing, describe
from digest.contrib.changes.signals import public_changes

# At most so many pages are compared in a transaction: SQLite has one writer at a time.
MAX_COMPARED = 100
SERIALIZATION_FAILURE = "40001"
# What a comparison changes in a row.
SAVED = ["locale_id", "url", "fingerprint", "shows", "is_public", "sequence", "changed_at"]
SAVED += ["is_marked", "is_doubtful", "failed_at"]


class Change(NamedTuple):
    """A difference: "published", "updated", "unpublished" or "deleted".

    ``shown`` describes a page that is public now. ``previous_url`` is the URL that was public
    before, if it is not the URL now.
    """

    type: str
    state: PublicState
    shown: Description | None = None
    previous_url: str | None = None


def relay(seconds: float | None = None) -> int:
    """Run passes until nothing is left, or for so many seconds; return the number of changes.

    Return at once if another process is at it: it sees what was committed before its last pass.
    """
    started, number = time.monotonic(), 0
    while is_waiting():
        changes = _run_pass_again()
        if changes is None:
            break
        number += len(changes)
        if seconds is not None and time.monotonic() - started > seconds:
            break
    return number


def mark_everything() -> None:
    """Mark all pages for changes of which nothing is known, such as those of settings.

    No ``ChangeMarker``: it would change the content version.
    """
    with locked(), comparing():
        markers.mark_all(_sites(), is_doubtful=False)


def _run_pass_again() -> list[Change] | None:
    """Run a pass, and again after another relay has committed while it waited for the lock."""
    try:
        return run_pass()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != SERIALIZATION_FAILURE:
            raise
    return []


def run_pass() -> list[Change] | None:
    """Handle all markers, and compare some marked pages; None if another process has the lock."""
    _create_state()
    with locked(skip_locked=True) as state, comparing():
        if state is None:
            return None
        sites = _sites()
        _handle_markers(state, sites)
        changes = _compare(state, sites)
        _announce(state, changes, sites)
        state.save()
        return changes


def _sites() -> list[Site]:
    return list(Site.objects.select_related("root_page").order_by("pk"))


def _create_state() -> None:
    """Create the row of the feed when it runs for the first time."""
    FeedState.objects.get_or_create(pk=1, defaults={"is_filling": True})


def _handle_markers(state: FeedState, sites: list[Site]) -> None:
    found = markers.take_markers()
    if state.next_expiry and state.next_expiry <= visibility.now():
        found += markers.expired_pages(state.next_expiry)
    state.is_content_changed |= markers.are_seen(found)
    state.next_expiry = visibility.next_expiry()
    root_locales = json.dumps([[site.pk, site.root_page.locale_id] for site in sites])
    if state.root_locales != root_locales:
        markers.mark_all(sites, is_doubtful=bool(state.root_locales))
        state.root_locales = root_locales
    elif found:
        markers.expand(found, sites)


def _compare(state: FeedState, sites: list[Site]) -> list[Change]:
    rows = list(marked_rows().order_by("pk")[:MAX_COMPARED])
    shown = _describe(rows, {site.pk: site for site in sites})
    pages = get_base_page_model().objects.filter(pk__in=[row.page_id for row in rows])
    existing = set(pages.order_by().values_list("pk", flat=True))
    changes = []
    for row in rows:
        found = shown.get(row.pk)
        row.failed_at = timezone.now() if row.pk in shown and not found else None
        if row.failed_at:
            continue
        if found and row.sequence and row.locale_id != found.locale_id:
            state.epoch = uuid.uuid4()  # Clients that filter by language cannot go on.
        new = [*(_show(row, found) if found else _hide(row, row.page_id in existing))]
        if new or (row.is_doubtful and row.is_public):
            _number(row, state)
        changes += new
    _save(rows)
    return changes


def _describe(rows: list[PublicState], sites: dict[int, Site]) -> dict[int, Description | None]:
    """Describe the pages of these rows that are public, by the primary key of the row."""
    groups: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for row in rows:
        if row.site_id in sites:
            groups[row.site_id, row.kind][row.page_id] = row.pk
    return {
        pks[page]: found
        for (site, kind), pks in groups.items()
        for page, found in describe(sites[site], kind, list(pks)).items()
    }


def _hide(row: PublicState, exists: bool) -> Iterator[Change]:
    """Let a row say nothing of a page that is not public."""
    if row.is_public:
        yield Change("unpublished" if exists else "deleted", row, previous_url=row.url)
    row.is_public, row.url, row.fingerprint, row.shows = False, "", "", ""


def _show(row: PublicState, found: Description) -> Iterator[Change]:
    """Let a row describe a public page."""
    if not row.is_public:
        yield Change("published", row, found)
    elif (row.url, row.fingerprint) != (found.url, found.fingerprint):
        yield Change("updated", row, found, row.url if row.url != found.url else None)
    row.is_public = True
    row.locale_id, row.url, row.fingerprint, row.shows = found[:4]


def _number(row: PublicState, state: FeedState) -> None:
    state.sequence += 1
    row.sequence, row.changed_at = state.sequence, timezone.now()


def _announce(state: FeedState, changes: list[Change], sites: list[Site]) -> None:
    """Tell other apps, but not of what was public when the feed was installed.

    That the content has changed is told once, when nothing is left to compare.
    """
    state.is_content_changed |= bool(changes)
    is_up_to_date = not marked_rows().exists()
    has_changed = state.is_content_changed and is_up_to_date
    if (changes or has_changed) and not state.is_filling:
        public_changes.send(
            FeedState, state=state, changes=changes, sites=sites, has_content_changed=has_changed
        )
    state.is_filling = state.is_filling and not is_up_to_date
    state.is_content_changed = state.is_content_changed and not is_up_to_date


def _save(rows: list[PublicState]) -> None:
    """Save compared rows, except those of pages that never became public."""
    for row in rows:
        if not row.failed_at:
            row.is_marked = row.is_doubtful = False
    unused = {row.pk for row in rows if not (row.sequence or row.is_marked)}
    PublicState.objects.filter(pk__in=unused).delete()
    PublicState.objects.bulk_create(
        [row for row in rows if row.pk not in unused],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=SAVED,
    )
