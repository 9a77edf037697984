"""How many letters a mailbox gets, whoever asks for them."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from digest.contrib.newsletter.models import EmailDelivery, Subscriber, Subscription

# At most one letter within ten minutes, and three within a day.
LETTERS_WITHIN = {timedelta(minutes=10): 1, timedelta(days=1): 3}
# While a mailbox has not confirmed any subscription.
MAX_UNCONFIRMED = 10
# An address that bounced gets one, since the mailbox may exist again.
BOUNCED_WITHIN = timedelta(days=30)

LETTERS = [
    EmailDelivery.Kind.CONFIRM,
    EmailDelivery.Kind.ALREADY_SUBSCRIBED,
    EmailDelivery.Kind.PREFERENCES,
]


def may_get_letter(subscriber: Subscriber, has_bounced: bool = False) -> bool:
    """Return whether one more letter to the mailbox of a subscriber is within the limits."""
    letters = _letters_to(subscriber.bucket)
    if any(_since(letters, age) >= limit for age, limit in LETTERS_WITHIN.items()):
        return False
    if has_bounced and _since(letters, BOUNCED_WITHIN):
        return False
    return _has_confirmed(subscriber.bucket) or letters.count() < MAX_UNCONFIRMED


def _letters_to(bucket: str) -> QuerySet:
    # Those of an erased address count no more: nothing is left that names it.
    return EmailDelivery.objects.filter(kind__in=LETTERS, subscription__subscriber__bucket=bucket)


def _since(letters: QuerySet, age: timedelta) -> int:
    return letters.filter(created_at__gt=timezone.now() - age).count()


def _has_confirmed(bucket: str) -> bool:
    return Subscription.objects.filter(
        subscriber__bucket=bucket, confirmed_at__isnull=False
    ).exists()
