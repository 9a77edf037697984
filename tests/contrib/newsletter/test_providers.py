"""Events that providers report by webhooks, as django-anymail passes them on."""

import logging
import subprocess
import sys
from base64 import b64encode
from datetime import timedelta
from itertools import permutations

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.urls import include, path
from django.utils import timezone

from digest.contrib.newsletter import suppression
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Mailing,
    Subscriber,
    Subscription,
    Suppression,
)
from tests.builders import make_digest
from tests.contrib.newsletter.readers import subscribe

pytestmark = pytest.mark.django_db
ADDRESS = "reader@example.org"
urlpatterns = [path("anymail/", include("anymail.urls"))]


@pytest.fixture
def mail(digest):
    """Return a mail that the provider has taken for an active reader."""
    return EmailDelivery.objects.create(
        kind="issue", subscription=subscribe(digest), state="accepted", provider_id="id-1"
    )


def send(event_type, **fields):
    fields = {"message_id": "id-1", "recipient": ADDRESS, "timestamp": timezone.now()} | fields
    tracking.send(sender=None, event=AnymailTrackingEvent(event_type=event_type, **fields))


def outcome(mail):
    """Return the states of the mail and its subscription, and why the address is suppressed."""
    mail.refresh_from_db()
    mail.subscription.refresh_from_db()
    return mail.state, mail.subscription.state, suppression.reason_of(ADDRESS)


REFUSED = ("refused", "active", None)
BOUNCED = ("refused", "suppressed", "bounced")


@pytest.mark.parametrize(
    ("event", "reason", "response", "expected", "failures"),
    [
        ("bounced", "bounced", None, BOUNCED, 0),
        ("bounced", "bounced", "smtp; 550 5.1.1 <reader@example.org> unknown", BOUNCED, 0),
        ("rejected", "invalid", None, BOUNCED, 0),
        ("bounced", "bounced", "smtp; 552 5.2.2 mailbox full", REFUSED, 1),
        ("bounced", "bounced", "from 192.0.2.5: 554 5.7.1 spam", REFUSED, 0),
        ("bounced", "blocked", None, REFUSED, 1),
        ("rejected", "spam", None, REFUSED, 1),
        ("bounced", "timed_out", None, REFUSED, 1),
        ("bounced", None, None, REFUSED, 1),
        ("rejected", "unsubscribed", None, ("refused", "ended", None), 0),
        ("failed", None, None, REFUSED, 0),
        ("deferred", None, "451 4.7.1 later", ("accepted", "active", None), 0),
        ("delivered", None, None, ("accepted", "active", None), 0),
        ("complained", "spam", None, ("accepted", "ended", "complained"), 0),
        ("unsubscribed", None, None, ("accepted", "ended", None), 0),
    ],
)
def test_outcome_of_an_event(mail, event, reason, response, expected, failures):
    send(event, reject_reason=reason, mta_response=response)
    assert outcome(mail) == expected
    assert mail.event == event
    assert Subscriber.objects.get().failures == failures
    assert ADDRESS not in mail.reply


def test_event_that_comes_twice_counts_once(mail):
    for _time in range(3):
        send("bounced", reject_reason="blocked")
    assert Subscriber.objects.get().failures == 1


@pytest.mark.parametrize("order", list(permutations(["deferred", "delivered", "complained"])))
def test_order_of_events_does_not_matter(mail, order):
    for event in order:
        send(event)
    assert outcome(mail) == ("accepted", "ended", "complained")
    assert mail.event == "complained"


def test_delivery_ends_a_row_of_failures(mail):
    Subscriber.objects.update(failures=4)
    send("delivered")
    assert Subscriber.objects.get().failures == 0


def test_late_refusal_counts_in_a_mailing_that_is_done(mail, digest):
    mail.mailing = Mailing.objects.create(digest=digest, state="done", counts={"accepted": 2})
    mail.save()
    for _time in range(2):
        send("bounced", reject_reason="bounced")
    mail.mailing.refresh_from_db()
    assert mail.mailing.counts == {"accepted": 1, "refused": 1}
    assert Suppression.objects.get().mailing == mail.mailing


def test_complaint_ends_all_subscriptions_and_skips_open_mails(mail, home_page, settings, tmp_path):
    settings.DIGEST_NEWSLETTER_REMOVALS_FILE = tmp_path / "removals"
    other = subscribe(make_digest(home_page, "weekly"))
    waiting = EmailDelivery.objects.create(kind="issue", subscription=other)
    send("complained")
    ended = Subscription.objects.values_list("state", "end_reason")
    assert set(ended) == {("ended", "complained")}
    waiting.refresh_from_db()
    assert waiting.state == "skipped"
    assert " complained - " in (tmp_path / "removals").read_text()


def test_unsubscription_at_the_provider_ends_the_subscription_of_the_mail(mail, home_page):
    subscribe(make_digest(home_page, "weekly"))
    send("unsubscribed")
    ended = Subscription.objects.get(state="ended")
    assert (ended.pk, ended.end_reason) == (mail.subscription_id, "provider")


def test_mail_without_an_id_is_found_by_its_recipient(digest):
    subscribe(digest)
    send("bounced", message_id="unknown", recipient="Reader@EXAMPLE.org", reject_reason="bounced")
    assert suppression.reason_of(ADDRESS) == "bounced"


@pytest.mark.parametrize("event", ["bounced", "complained", "opened", "subscribed"])
def test_unknown_mail_is_ignored(mail, event):
    send(event, message_id="unknown", recipient="nobody@example.org", reject_reason="bounced")
    send(event, message_id=None, recipient=None)
    send("opened")
    assert outcome(mail) == ("accepted", "active", None)
    assert mail.event == ""


def test_event_from_before_the_confirmation_is_only_recorded(mail):
    at = timezone.now() - timedelta(days=1)
    send("bounced", reject_reason="bounced", timestamp=at)
    send("bounced", reject_reason="bounced", timestamp=at, message_id=None)
    assert outcome(mail) == REFUSED


def test_event_about_an_erased_reader_is_only_recorded(mail):
    mail.subscription.delete()
    send("complained", recipient="forwarded@example.org")
    mail.refresh_from_db()
    assert mail.event == "complained"


@pytest.mark.urls(__name__)
def test_webhook_of_a_provider(mail, client, caplog):
    caplog.set_level(logging.DEBUG)
    body = {
        "RecordType": "SpamComplaint",
        "Type": "SpamComplaint",
        "ID": 42,
        "MessageID": "id-1",
        "Email": ADDRESS,
        "BouncedAt": timezone.now().isoformat(),
    }
    url = "/anymail/postmark/tracking/"
    assert client.post(url, body, "application/json").status_code == 400
    assert outcome(mail)[1] == "active"
    secret = b64encode(b"provider:secret").decode()
    for _time in range(2):
        response = client.post(
            url, body, "application/json", headers={"Authorization": f"Basic {secret}"}
        )
        assert response.status_code == 200
    assert outcome(mail) == ("accepted", "ended", "complained")
    assert ADDRESS not in caplog.text


WITHOUT_ANYMAIL = """
import sys
sys.modules["anymail"] = None  # import raises ImportError
from cms.settings import test as settings
settings.INSTALLED_APPS.remove("anymail")
import django
django.setup()
from django.core.management import call_command
call_command("check")
from digest.contrib.newsletter import sending
"""


@pytest.mark.slow
def test_newsletter_works_without_anymail():
    subprocess.run([sys.executable, "-c", WITHOUT_ANYMAIL], check=True)
