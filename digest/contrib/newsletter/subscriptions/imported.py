"""Subscriptions from the files of other services, a thousand at a time."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from digest.contrib.newsletter import signup, subscriptions, suppression
from digest.contrib.newsletter.email_addresses import Address
from digest.contrib.newsletter.models import Source, Subscriber, SubscriberImport, Subscription
from digest.contrib.newsletter.transfer.formats import FileState
from digest.contrib.newsletter.transfer.lines import Line
from digest.contrib.newsletter.transfer.outcomes import Outcome, outcome_of

State = Subscription.State
ATTEMPTS = 3


def add(record: SubscriberImport, lines: list[Line], is_check: bool) -> list[tuple[Line, Outcome]]:
    """Import lines about different addresses in one transaction, and return what became of each.

    Nobody is mailed. With ``is_check``, nothing is written.
    """
    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _add(record, lines, is_check)
        except IntegrityError:  # One of the readers has signed up or was erased at the same time.
            continue
    # Not from the error, which has an address, and is logged.
    raise IntegrityError("Other processes changed the same subscribers three times in a row.")


def _add(record: SubscriberImport, lines: list[Line], is_check: bool) -> list[tuple[Line, Outcome]]:
    keys = [line.address.key for line in lines]
    subscribers = Subscriber.objects.filter(key__in=keys).order_by("pk")
    if not is_check:  # whoever is blocked at the same time is blocked first, or finds what is added
        subscribers = subscribers.select_for_update()
    pks = dict(subscribers.values_list("key", "pk"))
    rows = Subscription.objects.filter(subscriber__in=pks.values())
    found = {row.subscriber_id: row for row in rows.filter(digest=record.digest_id)}
    others = rows.filter(state=State.ACTIVE).exclude(digest=record.digest_id)
    reached = set(others.values_list("subscriber", flat=True))
    # After the subscribers: whoever was erased since then is suppressed.
    reasons = suppression.reasons_of(keys)
    outcomes = []
    for line in lines:
        key, pk = line.address.key, pks.get(line.address.key)
        outcome = outcome_of(line, record, found.get(pk), reasons.get(key), pk in reached)
        outcomes.append((line, outcome))
    if not is_check:
        _write(record, outcomes, pks, found)
    return outcomes


def _write(
    record: SubscriberImport,
    outcomes: list[tuple[Line, Outcome]],
    pks: dict[str, int],
    found: dict[int, Subscription],
) -> None:
    kept = [line for line, outcome in outcomes if outcome in (Outcome.ADDED, Outcome.RECORDED)]
    barred = [line for line, outcome in outcomes if outcome == Outcome.BARRED]
    _insert_subscribers([line.address for line in kept if line.address.key not in pks], pks)
    new = [line for line in kept if pks[line.address.key] not in found]
    consents = {text: signup.store_consent(record.digest, text).pk for text in _consents(new)}
    Subscription.objects.bulk_create(
        Subscription(
            subscriber_id=pks[line.address.key],
            digest_id=record.digest_id,
            consent_text_id=consents.get(line.consent),
            **_fields(record, line),
        )
        for line in new
    )
    for line in kept + barred:
        if subscription := found.get(pks.get(line.address.key, 0)):
            _change(record, line, subscription)
    suppression.suppress_imported(line.address.key for line in barred)


def _insert_subscribers(addresses: list[Address], pks: dict[str, int]) -> None:
    rows = [Subscriber(**address._asdict()) for address in addresses]
    pks.update((row.key, row.pk) for row in Subscriber.objects.bulk_create(rows))


def _consents(lines: list[Line]) -> set[str]:
    return {line.consent for line in lines if line.consent}


def _fields(record: SubscriberImport, line: Line) -> dict[str, Any]:
    """Return the record of a subscription that had begun, and perhaps ended, elsewhere."""
    now = timezone.now()
    has_ended = line.state == FileState.ENDED
    ended_at = (line.ended_at or now) if has_ended else None
    confirmed_at = line.confirmed_at or line.requested_at or ended_at or now
    return {
        "state": State.ENDED if has_ended else State.ACTIVE,
        "source": Source.IMPORT,
        "origin": record,
        "requested_at": line.requested_at or confirmed_at,
        "confirmed_at": confirmed_at,
        "ended_at": ended_at,
        "end_reason": Subscription.EndReason.IMPORTED if has_ended else "",
    }


def _change(record: SubscriberImport, line: Line, subscription: Subscription) -> None:
    """Confirm a pending subscription, or end one that an earlier line of the file has begun."""
    if line.state == FileState.ACTIVE:
        # Unless the reader has done something else meanwhile.
        rows = Subscription.objects.filter(pk=subscription.pk, state=State.PENDING)
        rows.update(consent_text=None, **_fields(record, line))
    elif subscription.state == State.ACTIVE:
        subscriptions.end(subscription, Subscription.EndReason.IMPORTED, line.ended_at)
