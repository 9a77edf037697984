"""Addresses that refuse mail: how long they are tried, and how they get mail again."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from digest.contrib.newsletter import removals, subscriptions, suppression
from digest.contrib.newsletter.models import EmailDelivery, Mailing, Subscriber, Suppression
from digest.contrib.newsletter.suppression import Reason

# An address is dead after this many refusals in a row, unless all of them were within days: a
# mailbox that is full over a holiday is not.
MAX_FAILURES = 5
FAILING_FOR = timedelta(days=7)
CHUNK = 1000


@transaction.atomic
def note_bounce(subscriber: Subscriber, mailing: Mailing | None = None) -> None:
    """Suppress an address that does not exist, and its subscriptions, until that is lifted."""
    if found := lock(subscriber):
        suppression.suppress(found.key, Reason.BOUNCED, mailing)
        subscriptions.suppress(found)


@transaction.atomic
def note_failure(subscriber: Subscriber, mailing: Mailing | None = None) -> None:
    """Count a refusal that is not final; after five in a row over a week, it is a bounce."""
    if (found := lock(subscriber)) is None:
        return
    now = timezone.now()
    found.failures += 1
    found.first_failure_at = found.first_failure_at or now
    found.save(update_fields=["failures", "first_failure_at"])
    if found.failures >= MAX_FAILURES and now - found.first_failure_at >= FAILING_FOR:
        note_bounce(found, mailing)


def note_success(subscriber: Subscriber) -> None:
    """Forget the refusals of an address that has accepted a mail.

    A query only if the row that was loaded with the mail has any.
    """
    if subscriber.failures:
        rows = Subscriber.objects.filter(pk=subscriber.pk)
        rows.update(failures=0, first_failure_at=None)


def lock(subscriber: Subscriber) -> Subscriber | None:
    """Return the row as it is once no other transaction changes it; None if it was erased."""
    return Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()


@transaction.atomic
def lift(subscriber: Subscriber, reason: str) -> bool:
    """Lift the suppression of an address; False if there is none for this reason.

    Subscriptions of an address that bounced are active again; those that have ended stay so.
    """
    subscriptions.lock_subscriber(subscriber)
    found = suppression.of(subscriber.key)
    if found is None or found.reason != reason:
        return False
    found.delete()
    subscriptions.revive(Subscriber.objects.filter(pk=subscriber.pk))
    if reason in suppression.FINAL:
        removals.record(removals.Removal.LIFTED, subscriber.key)
    return True


def suppressed_by(mailing: Mailing) -> int:
    """Return how many addresses are suppressed because they bounced in a mailing."""
    return _bounced_in(mailing).count()


@transaction.atomic
def lift_mailing(mailing: Mailing) -> int:
    """Lift the suppression of all addresses that bounced in a mailing; return their number."""
    bounced = _bounced_in(mailing)
    hashes = set(bounced.values_list("address_hash", flat=True))
    subscribers = list(_refused_in(mailing))
    keys = [subscriber.key for subscriber in subscribers]
    pairs = zip(subscribers, suppression.address_hashes(keys), strict=True)
    pks = [subscriber.pk for subscriber, address_hash in pairs if address_hash in hashes]
    for start in range(0, len(pks), CHUNK):
        subscriptions.revive(Subscriber.objects.filter(pk__in=pks[start : start + CHUNK]))
    bounced.delete()
    return len(hashes)


def _bounced_in(mailing: Mailing) -> QuerySet:
    return Suppression.objects.filter(mailing=mailing, reason=Reason.BOUNCED)


def _refused_in(mailing: Mailing) -> QuerySet:
    refused = EmailDelivery.objects.filter(mailing=mailing, state=EmailDelivery.State.REFUSED)
    rows = Subscriber.objects.filter(pk__in=refused.values("subscription__subscriber"))
    return rows.order_by("pk").select_for_update()
