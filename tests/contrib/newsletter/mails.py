"""Build mailings and their mails for tests."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from digest.contrib.newsletter.models import EmailDelivery, Mailing, Subscriber, Subscription
from digest.pages.page_models import parent_of

# Codes of refused mails.
SENDERS_FAULT = ["550 5.7.1", "5.7.26", "550 5.1.8", "550 5.1.7", "400", "422", ""]
ABOUT_ADDRESS = ["550 5.1.1", "550 5.1.10", "550 5.2.1", "552 5.2.2", "550", "450", "450 4.2.0"]


def make_mailing(issue: Any, state: str = "sending", **fields: Any) -> Mailing:
    """Make the mailing of an issue; one that is being sent has started ten minutes ago."""
    now = timezone.now()
    if state in ("sending", "paused", "stopped", "done"):
        started = {"started_at": now - timedelta(minutes=10), "active_at": now, "subject": "News"}
        fields = started | {"html": "<p>The mail</p>", "fill_until": 0} | fields
    return Mailing.objects.create(
        **{"issue": issue, "digest_id": parent_of(issue).pk, "issue_title": issue.title}
        | {"state": state, "due_at": now}
        | fields
    )


def make_mails(mailing: Mailing, *states: str, **fields: Any) -> list[EmailDelivery]:
    """Make a mail in each state, to an active subscriber of its own."""
    return [make_mail(mailing, state, **fields) for state in states]


def make_mail(mailing: Mailing, state: str, **fields: Any) -> EmailDelivery:
    address = f"reader{Subscriber.objects.count()}@example.org"
    reader = Subscriber.objects.create(address=address, key=address, bucket=address)
    subscription = Subscription.objects.create(
        subscriber=reader, digest_id=mailing.digest_id, state="active", source="form"
    )
    is_open = state in EmailDelivery.OPEN
    fields = {"at": None if is_open else timezone.now()} | fields
    return EmailDelivery.objects.create(
        kind="issue", mailing=mailing, subscription=subscription, state=state, **fields
    )
