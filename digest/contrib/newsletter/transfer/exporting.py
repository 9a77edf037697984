"""Export subscriptions as rows, which the import reads again."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from django.db.models import QuerySet

from digest.contrib.newsletter import suppression
from digest.contrib.newsletter.transfer.formats import OWN_COLUMNS, FileState, escape

CHUNK = 1000
FIELDS = (
    "pk",
    "subscriber__key",
    "subscriber__address",
    "digest__slug",
    "state",
    "source",
    "requested_at",
    "confirmed_at",
    "ended_at",
    "consent_text__text",
    "origin__note",
)


def rows(subscriptions: QuerySet) -> Iterator[dict[str, str]]:
    """Yield a row for each subscription, by the names of its columns, a thousand at a time."""
    last = 0
    while chunk := list(
        subscriptions.filter(pk__gt=last).order_by("pk").values_list(*FIELDS)[:CHUNK]
    ):
        reasons = suppression.reasons_of([key for _pk, key, *_cells in chunk])
        for _pk, key, address, slug, state, *cells, consent, note in chunk:
            # Another service must not write to the address either.
            exported = FileState.SUPPRESSED.value if key in reasons else state
            values = [address, slug, exported, *map(_text, cells), consent or note or ""]
            yield dict(zip(OWN_COLUMNS, map(escape, values), strict=True))
        last = chunk[-1][0]


def _text(value: str | datetime | None) -> str:
    return value.isoformat() if isinstance(value, datetime) else value or ""


def write_csv(subscriptions: QuerySet, file: IO[str]) -> int:
    """Write a CSV file; return the number of its rows."""
    writer = csv.DictWriter(file, OWN_COLUMNS)
    writer.writeheader()
    number = 0
    for number, row in enumerate(rows(subscriptions), 1):  # noqa: B007
        writer.writerow(row)
    return number
