"""Helpers that publish issues and send their mailings."""

from typing import Any

from django.utils import timezone

from digest.contrib.newsletter import progress
from digest.contrib.newsletter.models import EmailDelivery, Mailing
from digest.pages.time_zones import today_in
from tests.builders import make_issue
from tests.contrib.newsletter.readers import open_newsletter, subscribe


def open_sending_newsletter(digest: Any, **fields: Any) -> None:
    """Make the settings of a digest that sends its issues."""
    open_newsletter(digest, **{"imprint": "Desk", "sends_on_publish": True} | fields)


def publish_issue(digest: Any, **fields: Any) -> Any:
    """Publish an issue of today."""
    return make_issue(digest, today_in(digest), **fields)


def make_mailing(digest: Any, readers: int = 1) -> Mailing:
    """Return a mailing that is due, of an issue that has just been published."""
    open_sending_newsletter(digest, delay_minutes=0)
    for number in range(readers):
        subscribe(digest, f"reader{number}@example.org")
    EmailDelivery.objects.filter(mailing=None).delete()
    return Mailing.objects.get(issue=publish_issue(digest))


def make_due(mailing: Mailing) -> None:
    Mailing.objects.filter(pk=mailing.pk).update(due_at=timezone.now())


def start_mailing(digest: Any, readers: int = 1) -> Mailing:
    """Return a mailing that has started, with the rows of its mails."""
    mailing = make_mailing(digest, readers)
    progress.start(mailing)
    mailing.refresh_from_db()
    progress.fill(mailing)
    return mailing
