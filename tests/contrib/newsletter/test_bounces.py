"""Addresses that refuse mail are suppressed, and get mail again once that is lifted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from digest.contrib.newsletter import bounces, removals, subscriptions, suppression
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Mailing,
    Subscriber,
    Subscription,
    Suppression,
)
from tests.builders import make_digest, make_issue
from tests.contrib.newsletter.readers import confirm_token, sign_up, subscribe

pytestmark = pytest.mark.django_db
ADDRESS = "reader@example.org"


def state():
    return Subscription.objects.get(subscriber__key=ADDRESS).state


def fail(times, since):
    """Note refusals of the reader, the first of which was a while ago."""
    for _time in range(times):
        bounces.note_failure(Subscriber.objects.get())
        Subscriber.objects.update(first_failure_at=timezone.now() - since)


@pytest.mark.parametrize(
    ("times", "days", "expected"),
    [(5, 8, "suppressed"), (4, 8, "active"), (20, 6, "active")],
)
def test_address_is_suppressed_after_five_failures_over_a_week(digest, times, days, expected):
    subscribe(digest)
    fail(times, timedelta(days=days))
    assert state() == expected


def test_accepted_mail_ends_a_row_of_failures(digest, django_assert_num_queries):
    subscribe(digest)
    fail(4, timedelta(days=8))
    bounces.note_success(Subscriber.objects.get())
    fail(4, timedelta(days=8))
    assert state() == "active"
    Subscriber.objects.update(failures=0)
    with django_assert_num_queries(1):
        bounces.note_success(Subscriber.objects.get())


def test_bounce_suppresses_active_subscriptions_only(digest):
    subscription = subscribe(digest)
    bounces.note_bounce(subscription.subscriber)
    assert (state(), suppression.reason_of(ADDRESS)) == ("suppressed", "bounced")
    sign_up(digest, "other@example.org")
    bounces.note_bounce(Subscriber.objects.get(key="other@example.org"))
    assert Subscription.objects.get(subscriber__key="other@example.org").state == "pending"


def test_reader_who_confirms_again_gets_all_mail_again(digest, home_page):
    subscribe(make_digest(home_page, title="Weekly", slug="weekly"))
    subscription = subscribe(digest)
    bounces.note_bounce(subscription.subscriber)
    subscriptions.confirm(confirm_token(subscription))
    assert set(Subscription.objects.values_list("state", "ended_at")) == {("active", None)}
    assert suppression.reason_of(ADDRESS) is None


def test_reader_of_a_suppressed_subscription_can_leave(digest):
    subscription = subscribe(digest)
    bounces.note_bounce(subscription.subscriber)
    subscriptions.end(subscription, "one_click")
    assert bounces.lift(subscription.subscriber, "bounced")
    assert state() == "ended"


def test_lifted_complaint_does_not_subscribe(digest, settings, tmp_path):
    settings.DIGEST_NEWSLETTER_REMOVALS_FILE = tmp_path / "removals"
    subscription = subscribe(digest)
    subscriptions.block(subscription.subscriber, suppression.Reason.COMPLAINED)
    assert Subscription.objects.get().end_reason == "complained"
    assert not bounces.lift(subscription.subscriber, "bounced")
    assert bounces.lift(subscription.subscriber, "complained")
    assert not bounces.lift(subscription.subscriber, "complained")
    assert (state(), suppression.reason_of(ADDRESS)) == ("ended", None)
    lines = removals.parse((tmp_path / "removals").read_text().splitlines())
    assert [line.kind for _number, line in lines] == ["ended", "complained", "lifted"]


def test_bounces_of_a_mailing_are_lifted_together(digest, django_assert_max_num_queries):
    first, second = (make_mailing(digest, day) for day in (14, 15))
    for number in range(6):
        subscription = subscribe(digest, f"reader{number}@example.org")
        mailing = second if number == 5 else first
        EmailDelivery.objects.create(
            kind="issue", mailing=mailing, subscription=subscription, state="refused"
        )
        bounces.note_bounce(subscription.subscriber, mailing)
    subscriptions.block(Subscriber.objects.get(key="reader4@example.org"))
    with django_assert_max_num_queries(12):
        assert bounces.lift_mailing(first) == 4
    assert bounces.suppressed_by(first) == 0
    states = Subscription.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["active"] * 4 + ["ended", "suppressed"]
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"bounced", "asked"}


def make_mailing(digest, day):
    issue = make_issue(digest, day)
    return Mailing.objects.create(digest=digest, issue=issue, issue_title=issue.title)
