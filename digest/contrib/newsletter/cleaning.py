"""Delete what is stored no longer: ``clean_newsletter``, and the daily job of the same name."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from digest.contrib.newsletter import subscriptions
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Mailing,
    SignupRequest,
    Subscriber,
    Subscription,
)
from digest.contrib.newsletter.transfer import importing

KEEP_REQUESTS = timedelta(days=1)
KEEP_PENDING = timedelta(days=14)
KEEP_ENDED = timedelta(days=3 * 365)
KEEP_DELIVERIES = timedelta(days=30)
CHUNK = 1000


def clean() -> dict[str, int]:
    """Delete everything past its time, in chunks; return how many rows of each kind."""
    return {
        "sign-up requests": _in_chunks(expired_requests(), _delete_rows),
        "subscriptions": _in_chunks(expired_subscriptions(), subscriptions.delete),
        "subscribers": _in_chunks(unused_subscribers(), _delete_rows),
        "unfinished imports": importing.delete_unfinished(),
        "deliveries": _in_chunks(expired_deliveries(), _delete_rows),
    }


def expired_requests() -> QuerySet:
    return SignupRequest.objects.filter(created_at__lt=timezone.now() - KEEP_REQUESTS)


def expired_subscriptions() -> QuerySet:
    """Return subscriptions past their time: those that were never confirmed sooner than others.

    A reader may have signed up again and not yet confirmed: their links work until then.
    """
    now, state = timezone.now(), Subscription.State
    pending = Q(state=state.PENDING, requested_at__lt=now - KEEP_PENDING)
    never_confirmed = Q(confirmed_at=None, ended_at__lt=now - KEEP_PENDING)
    ended = never_confirmed | Q(ended_at__lt=now - KEEP_ENDED)
    letters = EmailDelivery.objects.filter(kind=EmailDelivery.Kind.CONFIRM)
    recent = letters.filter(subscription=OuterRef("pk"), created_at__gt=now - KEEP_PENDING)
    expired = pending | Q(state__in=[state.ENDED, state.SUPPRESSED]) & ended
    return Subscription.objects.filter(expired).exclude(Exists(recent))


def unused_subscribers() -> QuerySet:
    """Return addresses whose last subscription was deleted."""
    before = timezone.now() - KEEP_REQUESTS
    return Subscriber.objects.filter(subscriptions__isnull=True, created_at__lt=before)


def expired_deliveries() -> QuerySet:
    """Return mails past their time; those refused or unknown stay as long as their subscription.

    A mailing that is not done needs all of them: it counts them at its end.
    """
    state = EmailDelivery.State
    failed = Q(state__in=[state.REFUSED, state.UNKNOWN], subscription__isnull=False)
    ended = Q(mailing=None) | Q(mailing__state=Mailing.State.DONE)
    old = EmailDelivery.objects.filter(ended, created_at__lt=timezone.now() - KEEP_DELIVERIES)
    return old.exclude(failed | Q(state__in=EmailDelivery.OPEN))


def _in_chunks(rows: QuerySet, delete: Callable[[QuerySet], object]) -> int:
    """Delete rows in transactions of a thousand, oldest first; return their number."""
    count = 0
    while pks := _delete_chunk(rows, delete):
        count += pks
    return count


@transaction.atomic
def _delete_chunk(rows: QuerySet, delete: Callable[[QuerySet], object]) -> int:
    # Locked, so that a reader who confirms now either comes first or finds the row deleted.
    locked = rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    pks = list(locked.values_list("pk", flat=True)[:CHUNK])
    delete(rows.model.objects.filter(pk__in=pks))
    return len(pks)


def _delete_rows(rows: QuerySet) -> None:
    rows.delete()
