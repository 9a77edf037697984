"""The states of subscriptions: the only package that changes them.

Sign-up requests are processed in a worker, so that a request never looks an address up.
"""

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from digest.contrib.newsletter import limits, removals, suppression, tokens
from digest.contrib.newsletter.email_addresses import Address, parse
from digest.contrib.newsletter.models import (
    EmailDelivery,
    SignupRequest,
    Subscriber,
    Subscription,
)
from digest.contrib.newsletter.removals import Removal
from digest.contrib.newsletter.suppression import Reason
from digest.contrib.newsletter.tokens import InvalidToken, Purpose

Kind = EmailDelivery.Kind
State = Subscription.State
# Those that can be ended.
OPEN = (State.PENDING, State.ACTIVE, State.SUPPRESSED)
RANDOM_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def process(request_pk: int) -> None:
    """Delete a sign-up request, and write the letter that it calls for, if any."""
    with transaction.atomic():
        request = SignupRequest.objects.select_for_update().filter(pk=request_pk).first()
        if request is None:  # another worker has processed it
            return
        request.delete()
        if request.has_filled_honeypot:
            return
        address = parse(request.address)
        if request.kind == SignupRequest.Kind.SUBSCRIBE:
            _sign_up(request, address)
        else:
            _send_preferences(address)


def _sign_up(request: SignupRequest, address: Address) -> None:
    if _next_letter_at(address) is None:
        return
    subscriber, _created = Subscriber.objects.get_or_create(
        key=address.key, defaults={"address": address.address, "bucket": address.bucket}
    )
    lock_subscriber(subscriber)
    # Again, since other requests may have been processed while this one waited for the lock.
    if _next_letter_at(address) is None:
        return
    record = {"consent_text_id": request.consent_text_id, "source": request.source}
    subscription, created = Subscription.objects.select_for_update(of=("self",)).get_or_create(
        subscriber=subscriber, digest_id=request.digest_id, defaults=record
    )
    if subscription.state == State.ACTIVE:
        _write_letter(Kind.ALREADY_SUBSCRIBED, subscription)
        return
    if not (created or subscription.confirmed_at):
        _update(subscription, requested_at=request.created_at, **record)
    # The record of an earlier consent stays until this one is confirmed.
    _write_letter(Kind.CONFIRM, subscription, **record)


def _send_preferences(address: Address) -> None:
    subscriber = Subscriber.objects.filter(key=address.key).first()
    if subscriber is None:
        return
    lock_subscriber(subscriber)
    latest = subscriber.subscriptions.order_by("-requested_at").first()
    if latest:
        _write_letter(Kind.PREFERENCES, latest)


def lock_subscriber(subscriber: Subscriber) -> None:
    """Wait for other changes of an address; raise DoesNotExist if it was erased meanwhile.

    Whoever locks it together with a suppression, a subscription or a mail locks it first.
    """
    Subscriber.objects.select_for_update().get(pk=subscriber.pk)


def _update(subscription: Subscription, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(subscription, name, value)
    subscription.save(update_fields=list(fields))


@transaction.atomic
def resend(subscription: Subscription) -> None:
    """Write another confirmation letter; raise ValidationError if the reader may not get one.

    Nobody but the reader asks for the first letter, so this one is for pending subscriptions only.
    """
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("subscriber")
    found = rows.filter(pk=subscription.pk, state=State.PENDING).first()
    if found is None:
        raise ValidationError(_("The subscription does not wait for a confirmation any more."))
    if _is_blocked(found):
        raise ValidationError(_("The letter was not sent: the address gets no mail."))
    if _has_recent(Kind.CONFIRM, found):
        raise ValidationError(_("The letter was not sent: there was one in the last ten minutes."))
    record = {"consent_text_id": found.consent_text_id, "source": found.source}
    if not _write_letter(Kind.CONFIRM, found, **record):
        raise ValidationError(_("The letter was not sent: the mailbox has had enough of them."))


def _write_letter(kind: str, subscription: Subscription, **record: Any) -> bool:
    """Write a letter, which waits until the limits allow it; False if they never do.

    A letter of the same kind that is on its way, or was sent just now, is enough.
    """
    at = _next_letter_at(subscription.subscriber)
    if at is None or _has_recent(kind, subscription):
        return False
    not_before = at if at > timezone.now() else None
    EmailDelivery.objects.create(
        kind=kind, subscription=subscription, not_before=not_before, **record
    )
    return True


def _has_recent(kind: str, subscription: Subscription) -> bool:
    since = timezone.now() - limits.PAUSE
    return subscription.deliveries.filter(kind=kind, created_at__gt=since).exists()


def _next_letter_at(reader: Address | Subscriber) -> datetime | None:
    """Return when a reader may get a letter; None if they may get none."""
    reason = suppression.reason_of(reader.key)
    if reason in suppression.FINAL:
        return None
    return limits.next_letter_at(reader.bucket, has_bounced=reason == Reason.BOUNCED)


@sensitive_variables()
def to_confirm(token: str) -> tuple[Subscription, Any]:
    """Return the subscription that a link confirms, and when the link expires.

    Raise InvalidToken, also if the reader has left since.
    """
    found = tokens.read(Purpose.CONFIRM, token)
    rows = Subscription.objects.select_related("subscriber", "digest")
    subscription = rows.filter(pk=found.pk, counter=found.counter).first()
    if subscription is None or _is_blocked(subscription):
        raise InvalidToken
    return subscription, found.expires_at


def _is_blocked(subscription: Subscription) -> bool:
    return suppression.reason_of(subscription.subscriber.key) in suppression.FINAL


@transaction.atomic
@sensitive_variables()
def confirm(token: str) -> Subscription:
    """Activate the subscription of a link, unless it is active; raise InvalidToken."""
    subscription = _lock(to_confirm(token)[0])
    if subscription.state == State.ACTIVE:
        return subscription
    letter = subscription.deliveries.filter(kind=Kind.CONFIRM).latest("pk")
    _update(
        subscription,
        state=State.ACTIVE,
        consent_text_id=letter.consent_text_id,
        source=letter.source,
        origin=None,
        requested_at=letter.created_at,
        confirmed_at=timezone.now(),
        ended_at=None,
        end_reason="",
    )
    suppression.lift(subscription.subscriber.key)
    revive(Subscriber.objects.filter(pk=subscription.subscriber_id))
    return subscription


def _lock(subscription: Subscription) -> Subscription:
    """Return the row as it is once no other transaction changes it; raise InvalidToken."""
    try:
        lock_subscriber(subscription.subscriber)
    except Subscriber.DoesNotExist:
        raise InvalidToken from None
    rows = Subscription.objects.select_for_update(of=("self",))
    locked = rows.select_related("subscriber", "digest").filter(
        pk=subscription.pk, counter=subscription.counter
    )
    # Again, since the reader may have been blocked while this waited for the lock.
    if (found := locked.first()) is None or _is_blocked(found):
        raise InvalidToken
    return found


@sensitive_variables()
def to_unsubscribe(token: str) -> Subscription:
    """Return the subscription with this unsubscribe token; raise InvalidToken."""
    rows = Subscription.objects.select_related("subscriber", "digest")
    # PostgreSQL rejects a NUL character, as a URL may have.
    found = rows.filter(unsubscribe_token=token).first() if RANDOM_TOKEN.fullmatch(token) else None
    if found is None:
        raise InvalidToken
    return found


@transaction.atomic
def end(subscription: Subscription, reason: str, at: datetime | None = None) -> None:
    """End a pending or active subscription; no link from before revives it.

    One that has ended keeps its reason, but a later confirmation that is on its way is void.
    """
    # First, as everywhere.
    Subscriber.objects.select_for_update().filter(pk=subscription.subscriber_id).first()
    found = Subscription.objects.select_for_update().filter(pk=subscription.pk).first()
    if found is None:
        return
    was_open = found.state in OPEN
    _update(found, counter=found.counter + 1)
    _skip_open(found.deliveries.filter(kind=Kind.CONFIRM))
    if was_open:
        _update(found, state=State.ENDED, ended_at=at or timezone.now(), end_reason=reason)
        removals.record(Removal.ENDED, subscription.subscriber.key, found.digest_id)


def of_preferences(token: str) -> Subscriber:
    """Return the subscriber whose preferences a link opens; raise InvalidToken."""
    return _subscriber(Purpose.PREFERENCES, token)


def to_block(token: str) -> Subscriber:
    """Return the subscriber who asks by this link never to be written to; raise InvalidToken."""
    return _subscriber(Purpose.BLOCK, token)


@sensitive_variables()
def _subscriber(purpose: Purpose, token: str) -> Subscriber:
    read = tokens.read(purpose, token)
    found = Subscriber.objects.filter(pk=read.pk, counter=read.counter).first()
    if found is None:
        raise InvalidToken
    return found


BLOCKING = {
    Reason.ASKED: (Subscription.EndReason.ASKED, Removal.BLOCKED),
    Reason.COMPLAINED: (Subscription.EndReason.COMPLAINED, Removal.COMPLAINED),
}


@transaction.atomic
def block(subscriber: Subscriber, reason: Reason = Reason.ASKED) -> None:
    """End all subscriptions of an address, skip its open mails, and never write to it again."""
    lock_subscriber(subscriber)
    suppression.suppress(subscriber.key, reason)
    end_reason, removal = BLOCKING[reason]
    for subscription in subscriber.subscriptions.select_related("subscriber", "digest"):
        end(subscription, end_reason)
    _skip_open(_mails_to(subscriber))
    removals.record(removal, subscriber.key)


def suppress(subscriber: Subscriber) -> None:
    """Send an address that bounces nothing about its subscriptions, until ``revive``."""
    active = subscriber.subscriptions.filter(state=State.ACTIVE)
    active.update(state=State.SUPPRESSED, ended_at=timezone.now())


def revive(subscribers: QuerySet) -> None:
    """Activate the subscriptions of addresses that bounce no more; those ended stay so."""
    subscribers.filter(failures__gt=0).update(failures=0, first_failure_at=None)
    rows = Subscription.objects.filter(subscriber__in=subscribers, state=State.SUPPRESSED)
    rows.update(state=State.ACTIVE, ended_at=None)


@transaction.atomic
def erase(subscriber: Subscriber) -> None:
    """Delete an address and everything stored about it, except its keyed hash."""
    erase_requests(subscriber.key)
    # After the requests, which a worker locks first, too. No subscription is added meanwhile.
    lock_subscriber(subscriber)
    suppression.suppress(subscriber.key, Reason.ERASED)
    _skip_open(_mails_to(subscriber))
    delete(subscriber.subscriptions.all())
    subscriber.delete()
    removals.record(Removal.ERASED, subscriber.key)


@transaction.atomic
def erase_address(key: str) -> bool:
    """Erase an address, also one of a request alone; False if nothing is stored about it."""
    if subscriber := Subscriber.objects.filter(key=key).first():
        erase(subscriber)
    elif erase_requests(key):
        suppression.suppress(key, Reason.ERASED)
        removals.record(Removal.ERASED, key)
    else:
        return False
    return True


def erase_requests(key: str) -> int:
    """Delete the requests of an address that nobody has processed; return their number."""
    return SignupRequest.objects.filter(address__iexact=key).delete()[0]


def delete(subscriptions: QuerySet) -> None:
    """Delete subscriptions, and the replies to their mails, which may quote the address."""
    EmailDelivery.objects.filter(subscription__in=subscriptions).update(reply="")
    subscriptions.delete()


def _mails_to(subscriber: Subscriber) -> QuerySet:
    # Not by a join: PostgreSQL would not check a mail again that a worker ends meanwhile.
    pks = list(subscriber.subscriptions.values_list("pk", flat=True))
    return EmailDelivery.objects.filter(subscription_id__in=pks)


def _skip_open(mails: QuerySet) -> None:
    mails.filter(state__in=EmailDelivery.OPEN).update(state=EmailDelivery.State.SKIPPED)
