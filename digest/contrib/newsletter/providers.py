"""Events that providers report about mails they took, by the webhooks of django-anymail.

An event may come twice, late and in any order: only one that outranks the last event of its mail
has an effect.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from digest.contrib.newsletter import bounces, queue, subscriptions
from digest.contrib.newsletter.email_addresses import InvalidAddress, parse, without_addresses
from digest.contrib.newsletter.models import EmailDelivery, Subscriber, Subscription
from digest.contrib.newsletter.outcomes import NO_SUCH_ADDRESS
from digest.contrib.newsletter.plain_text import single_line
from digest.contrib.newsletter.provider_replies import MAX_ID
from digest.contrib.newsletter.suppression import Reason

RANKS = {
    "deferred": 1,
    "delivered": 2,
    "failed": 3,
    "rejected": 3,
    "bounced": 3,
    "unsubscribed": 4,
    "complained": 5,
}
REFUSALS = {"failed", "rejected", "bounced"}
# Reasons that are about the address. Others may pass: blocked, spam, timed_out, other.
NO_SUCH_ADDRESS_REASONS = {"bounced", "invalid"}
ENHANCED_CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}\b(?!\.)")  # RFC 3463


@transaction.atomic
def track(sender: Any, event: Any, **kwargs: Any) -> None:
    """Handle an event of anymail's signal ``tracking``; ignore those about other mails."""
    if event.event_type not in RANKS:
        return
    mail = _mail_of(event)
    subscriber = _subscriber_of(mail) if mail else _recipient_of(event)
    # Whoever locks both locks the subscriber first.
    if subscriber and not bounces.lock(subscriber):
        return
    if mail and not _is_news(mail, event):
        return
    if subscriber:
        _apply(event, subscriber, mail)


def _mail_of(event: Any) -> EmailDelivery | None:
    if not event.message_id:
        return None
    rows = EmailDelivery.objects.select_related("subscription__subscriber", "mailing")
    return rows.filter(provider_id=str(event.message_id)[:MAX_ID]).first()


def _subscriber_of(mail: EmailDelivery) -> Subscriber | None:
    return mail.subscription and mail.subscription.subscriber


def _recipient_of(event: Any) -> Subscriber | None:
    """Return the subscriber of a mail whose id is unknown, such as one that was sent by SMTP."""
    try:
        key = parse(event.recipient or "").key
    except InvalidAddress:
        return None
    return Subscriber.objects.filter(key=key).first()


def _is_news(mail: EmailDelivery, event: Any) -> bool:
    """Record an event with its mail; False if that event or one that outranks it came before."""
    reply = without_addresses(single_line(event.mta_response or event.description or ""))
    outranked = [name for name, rank in RANKS.items() if rank < RANKS[event.event_type]]
    return queue.record_event(
        mail,
        event.event_type,
        outranked=["", *outranked],
        is_refusal=event.event_type in REFUSALS,
        code=_code(event),
        reply=reply,
    )


def _code(event: Any) -> str:
    found = ENHANCED_CODE.search(event.mta_response or "")
    return found[0] if found else ""


def _apply(event: Any, subscriber: Subscriber, mail: EmailDelivery | None) -> None:
    concerned = [mail.subscription] if mail else list(subscriber.subscriptions.all())
    if _is_outdated(event, concerned):
        return
    if event.event_type == "complained":
        subscriptions.block(subscriber, Reason.COMPLAINED)
    elif event.event_type == "unsubscribed" or event.reject_reason == "unsubscribed":
        for subscription in concerned:
            subscriptions.end(subscription, Subscription.EndReason.PROVIDER)
    elif event.event_type == "delivered":
        bounces.note_success(subscriber)
    elif event.event_type in {"rejected", "bounced"}:
        _note_refusal(event, subscriber, mail)


def _is_outdated(event: Any, concerned: Iterable[Subscription]) -> bool:
    """Return whether the reader has confirmed since, by a mail that arrived."""
    at = event.timestamp
    return bool(at) and all(row.confirmed_at and row.confirmed_at > at for row in concerned)


def _note_refusal(event: Any, subscriber: Subscriber, mail: EmailDelivery | None) -> None:
    """Suppress an address that does not exist; count another refusal, as with SMTP.

    Some providers report a full mailbox as a bounce, too: then the reply of its server decides.
    """
    code = _code(event)
    if code.startswith("5.7."):  # The sender's fault.
        return
    is_final = event.reject_reason in NO_SUCH_ADDRESS_REASONS
    if is_final and (not code or NO_SUCH_ADDRESS.fullmatch(code)):
        bounces.note_bounce(subscriber, mail and mail.mailing)
    elif mail:  # Without, the same refusal would be counted twice.
        bounces.note_failure(subscriber, mail.mailing)
