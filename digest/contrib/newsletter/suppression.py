"""Addresses that get no mail, or that were erased, as keyed hashes.

``subscriptions`` keeps the subscriptions of these addresses in sync.
"""

import hmac
from collections.abc import Collection, Iterable, Iterator

from django.db import transaction
from django.utils import timezone

from digest.contrib.newsletter.models import Mailing, NewsletterSecret, Suppression

Reason = Suppression.Reason
# The others are lifted when the reader signs up and confirms again.
FINAL = {Reason.COMPLAINED, Reason.ASKED, Reason.IMPORTED}


def address_hash(key: str) -> str:
    """Return the keyed hash of the key of an address (``email_addresses.Address``)."""
    return next(address_hashes([key]))


def address_hashes(keys: Iterable[str]) -> Iterator[str]:
    """Yield the hash of each key, with one query."""
    secret, _created = NewsletterSecret.objects.get_or_create(pk=1)
    pepper = secret.pepper.encode()
    for key in keys:
        yield hmac.digest(pepper, key.encode(), "sha256").hex()


def of(key: str) -> Suppression | None:
    """Return the suppression of an address that gets no mail, or None.

    One that was erased gets mail if its reader signs up again.
    """
    rows = Suppression.objects.exclude(reason=Reason.ERASED)
    return rows.filter(address_hash=address_hash(key)).first()


def reason_of(key: str) -> str | None:
    """Return why an address is suppressed or was erased, or None."""
    found = Suppression.objects.filter(address_hash=address_hash(key))
    return found.values_list("reason", flat=True).first()


def suppress(key: str, reason: str, mailing: Mailing | None = None) -> None:
    """Suppress an address; a final reason stays, whatever comes after it."""
    suppress_hash(address_hash(key), reason, mailing)


@transaction.atomic
def suppress_hash(address_hash: str, reason: str, mailing: Mailing | None = None) -> None:
    """Suppress the address with this hash, as ``suppress`` does."""
    row, created = Suppression.objects.select_for_update().get_or_create(
        address_hash=address_hash, defaults={"reason": reason, "mailing": mailing}
    )
    if not created and row.reason not in FINAL and row.reason != reason:
        row.reason, row.mailing, row.at = reason, mailing, timezone.now()
        row.save(update_fields=["reason", "mailing", "at"])


def lift(key: str) -> None:
    """Forget that an address bounced or was erased, once its reader has confirmed again."""
    rows = Suppression.objects.filter(address_hash=address_hash(key))
    rows.exclude(reason__in=FINAL).delete()


def lift_hash(address_hash: str) -> None:
    """Lift a final suppression again that an editor had lifted before a restore."""
    Suppression.objects.filter(address_hash=address_hash, reason__in=FINAL).delete()


def reasons_of(keys: Collection[str]) -> dict[str, str]:
    """Map those of the keys that are suppressed to the reasons, with two queries."""
    hashes = dict(zip(address_hashes(keys), keys, strict=True))
    rows = Suppression.objects.filter(address_hash__in=hashes)
    return {hashes[each]: reason for each, reason in rows.values_list("address_hash", "reason")}


def suppress_imported(keys: Iterable[str]) -> None:
    """Suppress addresses to which another service could not deliver; other reasons stay."""
    rows = [Suppression(address_hash=each, reason=Reason.IMPORTED) for each in address_hashes(keys)]
    Suppression.objects.bulk_create(rows, ignore_conflicts=True)
