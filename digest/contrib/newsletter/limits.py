"""How many letters a mailbox gets, whoever asks for them."""

from datetime import datetime, timedelta

from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from digest.contrib.newsletter.models import EmailDelivery, Subscription

# The time between two letters; the second one waits.
PAUSE = timedelta(minutes=10)
MAX_A_DAY = 3
# While a mailbox has not confirmed any subscription.
MAX_UNCONFIRMED = 10
# An address that bounced gets one, since the mailbox may exist again.
BOUNCED_WITHIN = timedelta(days=30)

LETTERS = [
    EmailDelivery.Kind.CONFIRM,
    EmailDelivery.Kind.ALREADY_SUBSCRIBED,
    EmailDelivery.Kind.PREFERENCES,
]


def next_letter_at(bucket: str, has_bounced: bool = False) -> datetime | None:
    """Return when the mailbox may get another letter; None if it has had enough."""
    letters, now = _letters_to(bucket), timezone.now()
    if letters.filter(created_at__gt=now - timedelta(days=1)).count() >= MAX_A_DAY:
        return None
    if has_bounced and letters.filter(created_at__gt=now - BOUNCED_WITHIN).exists():
        return None
    if letters.count() >= MAX_UNCONFIRMED and not _has_confirmed(bucket):
        return None
    sent_or_due = [Coalesce(name, "created_at") for name in ("at", "not_before")]
    latest = letters.aggregate(at=Max(Greatest(*sent_or_due)))["at"]
    return max(now, latest + PAUSE) if latest else now


def _letters_to(bucket: str) -> QuerySet:
    # Those of an erased address count no more: nothing is left that names it.
    return EmailDelivery.objects.filter(kind__in=LETTERS, subscription__subscriber__bucket=bucket)


def _has_confirmed(bucket: str) -> bool:
    return Subscription.objects.filter(
        subscriber__bucket=bucket, confirmed_at__isnull=False
    ).exists()
