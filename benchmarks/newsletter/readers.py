"""Readers in bulk, and mailings to them."""

from typing import Any

from django.db import connection
from django.utils import timezone

from digest.contrib.newsletter import mailings, progress
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Mailing,
    NewsletterSettings,
    Subscriber,
    SubscriberImport,
    Subscription,
)

BATCH = 5000


def create(digest: Any, number: int) -> None:
    """Have this number of readers subscribe to a digest, and nobody else."""
    delete()
    NewsletterSettings.objects.update_or_create(
        digest=digest, defaults={"takes_signups": True, "imprint": "Somewhere 1"}
    )
    now = timezone.now()
    for start in range(0, number, BATCH):
        addresses = [f"reader{n}@example.org" for n in range(start, min(start + BATCH, number))]
        subscribers = Subscriber.objects.bulk_create(
            Subscriber(address=address, key=address, bucket=address) for address in addresses
        )
        Subscription.objects.bulk_create(
            Subscription(
                subscriber=subscriber,
                digest=digest,
                state=Subscription.State.ACTIVE,
                source="form",
                confirmed_at=now,
            )
            for subscriber in subscribers
        )
    analyze()


def delete() -> None:
    """Delete all readers and mailings, without loading them."""
    for model in (EmailDelivery, Mailing, Subscription, Subscriber, SubscriberImport):
        model.objects.all()._raw_delete(using="default")


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def start_mailing(issue: Any) -> Mailing:
    """Start the mailing of an issue, without any rows yet."""
    EmailDelivery.objects.all()._raw_delete(using="default")
    Mailing.objects.all().delete()
    mailing = mailings.schedule(issue, user=None)
    progress.start(mailing)
    mailing.refresh_from_db()
    return mailing


def fill(mailing: Mailing) -> None:
    while progress.fill(mailing):
        pass
