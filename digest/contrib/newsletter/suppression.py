"""Addresses that get no mail, or that were erased, as keyed hashes."""

import hmac
from collections.abc import Iterable, Iterator

from django.db import transaction

from digest.contrib.newsletter.models import NewsletterSecret, Suppression

Reason = Suppression.Reason
# Only the reader can lift the others, by another sign-up and its confirmation.
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


def reason_of(key: str) -> str | None:
    """Return why an address is suppressed, or None."""
    found = Suppression.objects.filter(address_hash=address_hash(key))
    return found.values_list("reason", flat=True).first()


def suppress(key: str, reason: str) -> None:
    """Suppress an address; a final reason stays, whatever comes after it."""
    suppress_hash(address_hash(key), reason)


@transaction.atomic
def suppress_hash(address_hash: str, reason: str) -> None:
    """Suppress the address with this hash, as ``suppress`` does."""
    row, created = Suppression.objects.select_for_update().get_or_create(
        address_hash=address_hash, defaults={"reason": reason}
    )
    if not created and row.reason not in FINAL:
        row.reason = reason
        row.save(update_fields=["reason"])


def lift(key: str) -> None:
    """Forget that an address bounced or was erased, once its reader has confirmed again."""
    rows = Suppression.objects.filter(address_hash=address_hash(key))
    rows.exclude(reason__in=FINAL).delete()
