"""The file of removals: what a restored backup would bring back, and must not.

One line for each: time, kind, primary key of the digest or "-", keyed hash of the address. It lies
outside the database and is only appended to.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.utils import timezone

from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.suppression import address_hash

logger = logging.getLogger(__name__)


class Removal(StrEnum):
    ERASED = "erased"
    ENDED = "ended"
    BLOCKED = "blocked"
    COMPLAINED = "complained"
    # Newsletter managers may lift the two above, at the reader's request.
    LIFTED = "lifted"


class Line(NamedTuple):
    """A removal; ``digest_pk`` is None for those that concern the whole address."""

    at: datetime
    kind: Removal
    digest_pk: int | None
    address_hash: str


def record(kind: Removal, key: str, digest_pk: int | None = None) -> None:
    """Append a removal, within its transaction: a line too many does no harm."""
    if not conf.NEWSLETTER_REMOVALS_FILE:
        return
    line = f"{timezone.now().isoformat()} {kind} {digest_pk or '-'} {address_hash(key)}\n"
    try:
        _append(line)
    except OSError:  # The reader leaves in any case.
        logger.exception("Could not append to DIGEST_NEWSLETTER_REMOVALS_FILE.")


def _append(line: str) -> None:
    """Append a line by one write, so that lines of several processes do not mix."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    descriptor = os.open(conf.NEWSLETTER_REMOVALS_FILE, flags, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def parse(lines: Iterable[str]) -> Iterator[tuple[int, Line | None]]:
    """Yield the number and the removal of each line, or None if the line is none."""
    for number, line in enumerate(lines, 1):
        try:
            at, kind, digest_pk, address_hash = line.split()
            removed_at = datetime.fromisoformat(at)
            pk = None if digest_pk == "-" else int(digest_pk)
            found = Line(removed_at, Removal(kind), pk, address_hash)
        except ValueError:
            found = None
        yield number, found if found and found.at.tzinfo else None
