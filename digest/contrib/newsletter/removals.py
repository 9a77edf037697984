"""The file of removals: what a restored backup would bring back, and must not.

One line for each: time, kind, slug of the digest or "-", keyed hash of the address. It lies outside
the database and is only appended to.
"""

import logging
from enum import StrEnum

from django.utils import timezone

from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.suppression import address_hash

logger = logging.getLogger(__name__)


class Removal(StrEnum):
    ERASED = "erased"
    ENDED = "ended"


def record(kind: Removal, key: str, digest_slug: str = "-") -> None:
    """Append a removal, within its transaction: a line too many does no harm."""
    if not conf.NEWSLETTER_REMOVALS_FILE:
        return
    line = f"{timezone.now().isoformat()} {kind} {digest_slug} {address_hash(key)}\n"
    try:
        with open(conf.NEWSLETTER_REMOVALS_FILE, "a", encoding="utf-8") as file:
            file.write(line)
    except OSError:  # The reader leaves in any case.
        logger.exception("Could not append to DIGEST_NEWSLETTER_REMOVALS_FILE.")
