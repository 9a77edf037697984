"""What is deleted by itself: requests, subscriptions, unused addresses and deliveries."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from digest.contrib.newsletter import cleaning, subscriptions
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Mailing,
    SignupRequest,
    Subscriber,
    Subscription,
)
from digest.registry import DAY, registry
from tests.contrib.newsletter.issues import start_mailing
from tests.contrib.newsletter.readers import request_subscription, sign_up, subscribe

pytestmark = pytest.mark.django_db


def age(rows, **fields):
    """Move timestamps of rows into the past by a number of days."""
    rows.update(**{name: timezone.now() - timedelta(days=days) for name, days in fields.items()})


def clean():
    return {name: count for name, count in cleaning.clean().items() if count}


def test_subscription_that_ended_unconfirmed_is_deleted_after_14_days(digest):
    sign_up(digest)
    subscriptions.block(Subscriber.objects.get())
    age(EmailDelivery.objects, created_at=15)
    age(Subscription.objects, ended_at=13)
    assert clean() == {}
    age(Subscription.objects, ended_at=15)
    assert clean()["subscriptions"] == 1


def test_pending_subscription_is_deleted_after_14_days(digest):
    sign_up(digest)
    age(EmailDelivery.objects, created_at=15)
    age(Subscription.objects, requested_at=13)
    age(Subscriber.objects, created_at=13)
    assert clean() == {}
    age(Subscription.objects, requested_at=15)
    assert clean() == {"subscriptions": 1, "subscribers": 1}
    assert EmailDelivery.objects.get().subscription is None


def test_active_subscription_stays(digest):
    subscribe(digest)
    age(Subscription.objects, requested_at=5000, confirmed_at=5000)
    assert clean() == {}


def test_subscriber_with_another_subscription_stays(digest, home_page):
    subscribe(digest)
    other = Subscription.objects.get()
    other.pk, other.state, other.unsubscribe_token = None, "pending", "another"
    other.digest_id = home_page.add_child(instance=type(digest)(title="B", slug="b")).pk
    other.save()
    age(Subscription.objects, requested_at=15)
    age(Subscriber.objects, created_at=15)
    assert clean() == {"subscriptions": 1}


def test_ended_subscription_is_deleted_after_three_years(digest):
    subscriptions.end(subscribe(digest), "page")
    age(EmailDelivery.objects, created_at=15)
    age(Subscription.objects, requested_at=1200, ended_at=1000)
    age(Subscriber.objects, created_at=1200)
    assert clean() == {}
    age(Subscription.objects, ended_at=1100)
    assert clean() == {"subscriptions": 1, "subscribers": 1}


def test_ended_subscription_stays_while_a_link_may_confirm_it(digest):
    subscriptions.end(subscribe(digest), "page")
    age(Subscription.objects, requested_at=1, ended_at=1100)
    assert clean() == {}


def test_request_is_deleted_after_a_day(digest):
    request_subscription(digest, "a@example.org")
    assert clean() == {}
    age(SignupRequest.objects, created_at=2)
    assert clean() == {"sign-up requests": 1}


def test_address_without_subscriptions_is_deleted_after_a_day():
    Subscriber.objects.create(address="a@example.org", key="a@example.org", bucket="a@example.org")
    assert clean() == {}
    age(Subscriber.objects, created_at=2)
    assert clean() == {"subscribers": 1}


@pytest.mark.parametrize(
    ("state", "is_deleted"),
    [
        ("accepted", True),
        ("skipped", True),
        ("refused", False),
        ("unknown", False),
        ("waiting", False),
    ],
)
def test_delivery_is_deleted_after_30_days(digest, state, is_deleted):
    subscribe(digest)
    EmailDelivery.objects.update(state=state)
    age(EmailDelivery.objects, created_at=29)
    assert clean() == {}
    age(EmailDelivery.objects, created_at=31)
    assert clean() == ({"deliveries": 1} if is_deleted else {})


@pytest.mark.parametrize(("state", "is_deleted"), [("done", True), ("stopped", False)])
def test_mails_of_a_mailing_stay_until_it_is_done(digest, state, is_deleted):
    mailing = start_mailing(digest)
    mailing.deliveries.update(state="accepted")
    Mailing.objects.update(state=state)
    age(EmailDelivery.objects, created_at=31)
    assert clean() == ({"deliveries": 1} if is_deleted else {})


def test_refused_delivery_goes_with_its_subscription(digest):
    sign_up(digest)
    EmailDelivery.objects.update(state="refused", reply="550 reader@example.org is unknown")
    age(EmailDelivery.objects, created_at=31)
    age(Subscription.objects, requested_at=31)
    assert clean() == {"subscriptions": 1, "deliveries": 1}


def test_replies_that_quote_the_address_go_with_the_subscription(digest):
    sign_up(digest)
    EmailDelivery.objects.update(state="refused", reply="550 reader@example.org is unknown")
    age(EmailDelivery.objects, created_at=15)
    age(Subscription.objects, requested_at=15)
    clean()
    assert EmailDelivery.objects.get().reply == ""


def test_rows_are_deleted_in_chunks(digest, monkeypatch):
    monkeypatch.setattr(cleaning, "CHUNK", 2)
    for number in range(5):
        sign_up(digest, f"r{number}@example.org")
    age(EmailDelivery.objects, created_at=15)
    age(Subscription.objects, requested_at=15)
    assert clean() == {"subscriptions": 5}


def test_command_and_daily_job(digest, capsys):
    sign_up(digest)
    age(EmailDelivery.objects, created_at=15)
    age(Subscription.objects, requested_at=15)
    call_command("clean_newsletter")
    assert "1 subscriptions" in capsys.readouterr().out
    [job] = [job for job in registry.jobs if job.name == "clean_newsletter"]
    assert (job.run, job.every) == (cleaning.clean, DAY)
