"""The states of subscriptions: the only module that changes them.

Sign-up requests are processed in a worker, so that a request never looks an address up.
"""

import re
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from digest.contrib.newsletter import limits, removals, suppression, tokens
from digest.contrib.newsletter.email_addresses import Address, parse
from digest.contrib.newsletter.models import (
    EmailDelivery,
    SignupRequest,
    Subscriber,
    Subscription,
)
from digest.contrib.newsletter.suppression import Reason
from digest.contrib.newsletter.tokens import InvalidToken, Purpose

Kind = EmailDelivery.Kind
State = Subscription.State
# Those that can be ended.
OPEN = (State.PENDING, State.ACTIVE)
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
    reason = suppression.reason_of(address.key)
    if reason in suppression.FINAL:
        return
    subscriber, _created = Subscriber.objects.get_or_create(
        key=address.key, defaults={"address": address.address, "bucket": address.bucket}
    )
    if not limits.may_get_letter(subscriber, has_bounced=reason == Reason.BOUNCED):
        return
    record = {
        "requested_at": request.created_at,
        "consent_text_id": request.consent_text_id,
        "source": request.source,
    }
    subscription, _created = Subscription.objects.get_or_create(
        subscriber=subscriber, digest_id=request.digest_id, defaults=record
    )
    if subscription.state == State.ACTIVE:
        _write_letter(Kind.ALREADY_SUBSCRIBED, subscription)
    else:
        Subscription.objects.filter(pk=subscription.pk).update(**record)
        _write_letter(Kind.CONFIRM, subscription)


def _send_preferences(address: Address) -> None:
    latest = Subscription.objects.filter(subscriber__key=address.key).order_by("-requested_at")
    subscription = latest.select_related("subscriber").first()
    if subscription is None or suppression.reason_of(address.key) in suppression.FINAL:
        return
    if limits.may_get_letter(subscription.subscriber):
        _write_letter(Kind.PREFERENCES, subscription)


@transaction.atomic
def resend(subscription: Subscription) -> bool:
    """Write another confirmation letter; False if the reader may not get one.

    Nobody but the reader asks for the first letter, so this one is for pending subscriptions only.
    """
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("subscriber")
    found = rows.filter(pk=subscription.pk, state=State.PENDING).first()
    if found is None or not _may_get_letter(found.subscriber):
        return False
    _write_letter(Kind.CONFIRM, found)
    return True


def _may_get_letter(subscriber: Subscriber) -> bool:
    reason = suppression.reason_of(subscriber.key)
    if reason in suppression.FINAL:
        return False
    return limits.may_get_letter(subscriber, has_bounced=reason == Reason.BOUNCED)


def _write_letter(kind: str, subscription: Subscription) -> None:
    EmailDelivery.objects.create(kind=kind, subscription=subscription)


def to_confirm(token: str) -> tuple[Subscription, Any]:
    """Return the subscription that a link confirms, and when the link expires.

    Raise InvalidToken, also if the reader has left since.
    """
    found = tokens.read(Purpose.CONFIRM, token)
    rows = Subscription.objects.select_related("subscriber", "digest")
    subscription = rows.filter(pk=found.pk, counter=found.counter).first()
    if subscription is None or subscription.state == State.SUPPRESSED:
        raise InvalidToken
    return subscription, found.expires_at


@transaction.atomic
def confirm(token: str) -> Subscription:
    """Activate the subscription of a link, unless it is active; raise InvalidToken."""
    subscription = _lock(to_confirm(token)[0])
    if subscription.state == State.ACTIVE:
        return subscription
    subscription.state = State.ACTIVE
    subscription.confirmed_at = timezone.now()
    subscription.ended_at, subscription.end_reason = None, ""
    subscription.save(update_fields=["state", "confirmed_at", "ended_at", "end_reason"])
    suppression.lift(subscription.subscriber.key)
    return subscription


def _lock(subscription: Subscription) -> Subscription:
    """Return the row as it is once no other transaction changes it; raise InvalidToken."""
    rows = Subscription.objects.select_for_update(of=("self",))
    locked = rows.select_related("subscriber", "digest").filter(
        pk=subscription.pk, counter=subscription.counter
    )
    if (found := locked.first()) is None:
        raise InvalidToken
    return found


def to_unsubscribe(token: str) -> Subscription:
    """Return the subscription with this unsubscribe token; raise InvalidToken."""
    rows = Subscription.objects.select_related("subscriber", "digest")
    # PostgreSQL rejects a NUL character, as a URL may have.
    found = rows.filter(unsubscribe_token=token).first() if RANDOM_TOKEN.fullmatch(token) else None
    if found is None:
        raise InvalidToken
    return found


@transaction.atomic
def end(subscription: Subscription, reason: str) -> None:
    """End a pending or active subscription; no link from before revives it."""
    rows = Subscription.objects.select_for_update().filter(pk=subscription.pk)
    found = rows.filter(state__in=OPEN).first()
    if found is None:
        return
    found.state, found.ended_at, found.end_reason = State.ENDED, timezone.now(), reason
    found.counter += 1
    found.save(update_fields=["state", "ended_at", "end_reason", "counter"])
    _skip_open(found.deliveries.filter(kind=Kind.CONFIRM))  # its link confirms nothing any more
    removals.record(removals.Removal.ENDED, subscription.subscriber.key, subscription.digest_id)


def of_preferences(token: str) -> Subscriber:
    """Return the subscriber whose preferences a link opens; raise InvalidToken."""
    return _subscriber(Purpose.PREFERENCES, token)


def to_block(token: str) -> Subscriber:
    """Return the subscriber who asks by this link never to be written to; raise InvalidToken."""
    return _subscriber(Purpose.BLOCK, token)


def _subscriber(purpose: Purpose, token: str) -> Subscriber:
    found = Subscriber.objects.filter(pk=tokens.read(purpose, token).pk).first()
    if found is None:
        raise InvalidToken
    return found


@transaction.atomic
def block(subscriber: Subscriber) -> None:
    """End all subscriptions of an address, skip its open mails, and never write to it again."""
    suppression.suppress(subscriber.key, Reason.ASKED)
    for subscription in subscriber.subscriptions.select_related("subscriber", "digest"):
        end(subscription, Subscription.EndReason.ASKED)
    _skip_open(_mails_to(subscriber))
    removals.record(removals.Removal.BLOCKED, subscriber.key)


@transaction.atomic
def erase(subscriber: Subscriber) -> None:
    """Delete an address and everything stored about it, except its keyed hash."""
    erase_requests(subscriber.key)
    # After the requests, which a worker locks first, too. No subscription is added meanwhile.
    Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()
    suppression.suppress(subscriber.key, Reason.ERASED)
    _skip_open(_mails_to(subscriber))
    delete(subscriber.subscriptions.all())
    subscriber.delete()
    removals.record(removals.Removal.ERASED, subscriber.key)


def erase_requests(key: str) -> int:
    """Delete the requests of an address that nobody has processed; return their number."""
    return SignupRequest.objects.filter(address__iexact=key).delete()[0]


def delete(subscriptions: QuerySet) -> None:
    """Delete subscriptions, and the replies to their mails, which may quote the address."""
    EmailDelivery.objects.filter(subscription__in=subscriptions).update(reply="")
    subscriptions.delete()


def _mails_to(subscriber: Subscriber) -> QuerySet:
    return EmailDelivery.objects.filter(subscription__subscriber=subscriber)


def _skip_open(mails: QuerySet) -> None:
    mails.filter(state__in=EmailDelivery.OPEN).update(state=EmailDelivery.State.SKIPPED)
