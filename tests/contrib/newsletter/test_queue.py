"""Claims, their leases, and which letters are not sent."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from digest.contrib.newsletter import queue, subscriptions
from digest.contrib.newsletter.models import EmailDelivery, Subscriber, Subscription
from digest.contrib.newsletter.outcomes import Outcome, State, try_again
from tests.contrib.newsletter.issues import start_mailing
from tests.contrib.newsletter.readers import sign_up, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(digest):
    sign_up(digest)
    return EmailDelivery.objects.get()


def claim():
    [mail] = queue.claim_letters()
    return mail


def update(letter, **fields):
    EmailDelivery.objects.filter(pk=letter.pk).update(**fields)


def state_of(letter):
    letter.refresh_from_db()
    return letter.state


def ago(**since):
    return timezone.now() - timedelta(**since)


def test_claimed_letter_is_not_claimed_again(letter):
    claim()
    assert queue.claim_letters() == []
    assert not queue.has_letters_to_send()


@pytest.mark.parametrize("state", ["leased", "sending"])
def test_letter_of_a_killed_worker_is_claimed_when_its_lease_ends(letter, state):
    update(letter, state=state, leased_by="killed", leased_until=ago(seconds=-1))
    assert queue.claim_letters() == []
    update(letter, leased_until=ago(seconds=1))
    assert claim() == letter


def test_worker_whose_lease_has_lapsed_changes_nothing(letter):
    frozen = claim()
    update(letter, leased_until=ago(seconds=1))
    assert not queue.begin(frozen)
    other = claim()
    assert not queue.begin(frozen)
    assert queue.begin(other)
    queue.end(frozen, Outcome(State.REFUSED))
    queue.release([frozen])
    queue.skip(frozen, "late")
    assert state_of(letter) == "sending"
    queue.end(other, Outcome(State.ACCEPTED))
    assert (state_of(letter), letter.attempts) == ("accepted", 1)


def test_begin_extends_the_lease(letter):
    mail = claim()
    update(letter, leased_until=ago(seconds=-90))
    assert queue.begin(mail)
    letter.refresh_from_db()
    assert letter.leased_until > ago(minutes=-4)


@pytest.mark.parametrize(("left", "is_renewed"), [(50, True), (70, False)])
def test_lease_is_renewed_in_its_last_minute(digest, letter, left, is_renewed):
    sign_up(digest, "other@example.org")
    claimed = queue.claim_letters()
    until = ago(seconds=-left)
    for mail in claimed:
        mail.leased_until = until
    EmailDelivery.objects.update(leased_until=until)
    queue.renew(claimed)
    leases = set(EmailDelivery.objects.values_list("leased_until", flat=True))
    assert leases == {mail.leased_until for mail in claimed}
    assert (leases != {until}) == is_renewed


def test_letter_that_was_begun_three_times_without_a_reply_is_unknown(letter):
    for _number in range(3):
        assert queue.begin(claim())
        update(letter, leased_until=ago(seconds=1))
    assert queue.claim_letters() == []
    assert state_of(letter) == "unknown"


def test_letters_of_an_hour_are_limited(digest, letter, settings):
    settings.DIGEST_NEWSLETTER_LETTERS_PER_HOUR = 2
    for number in range(3):
        sign_up(digest, f"reader{number}@example.org")
    first, second = queue.claim_letters()
    assert first == letter
    for mail in (first, second):
        queue.begin(mail)
        queue.end(mail, Outcome(State.ACCEPTED))
    assert (queue.may_send_letters(), queue.claim_letters()) == (0, [])
    assert not queue.has_letters_to_send()
    EmailDelivery.objects.filter(state="accepted").update(at=ago(minutes=61))
    assert len(queue.claim_letters()) == 2


def test_letter_that_waits_for_the_server_does_not_count(letter, settings):
    settings.DIGEST_NEWSLETTER_LETTERS_PER_HOUR = 1
    mail = claim()
    queue.begin(mail)
    queue.end(mail, try_again(mail, timedelta(seconds=30)))
    assert queue.may_send_letters() == 1
    assert queue.claim_letters() == []
    update(letter, not_before=ago(seconds=1))
    assert claim() == letter


def test_letter_to_an_erased_reader_is_skipped(letter):
    mail = claim()
    Subscriber.objects.all().delete()
    assert not queue.begin(mail)
    assert state_of(letter) == "skipped"


def test_reader_who_has_left_gets_no_link_to_confirm(letter):
    mail = claim()
    subscriptions.end(Subscription.objects.get(), "page")
    assert not queue.begin(mail)
    assert state_of(letter) == "skipped"


def test_mail_is_begun_by_its_own_columns(letter):
    # After waiting for a lock, PostgreSQL checks the columns of the row again, and no subquery.
    mail = claim()
    with CaptureQueriesContext(connection) as queries:
        queue.begin(mail)
    assert "IN (SELECT" not in queries[0]["sql"]


def test_reader_who_left_before_may_confirm_again(digest):
    subscription = subscribe(digest)
    subscriptions.end(subscription, "page")
    EmailDelivery.objects.all().delete()
    sign_up(digest)
    assert queue.begin(claim())


@pytest.mark.parametrize(
    ("kind", "is_sent"), [("confirm", False), ("already_subscribed", True), ("preferences", True)]
)
def test_active_reader_gets_no_confirmation(digest, kind, is_sent):
    subscribe(digest)
    EmailDelivery.objects.update(kind=kind)
    assert queue.begin(claim()) == is_sent


@pytest.mark.parametrize(("kind", "hours"), [("confirm", 48), ("preferences", 24)])
def test_letter_whose_link_has_expired_is_skipped(letter, kind, hours):
    update(letter, kind=kind, created_at=ago(hours=hours))
    assert queue.claim_letters() == []
    assert (state_of(letter), letter.reply) == ("skipped", "The link has expired.")


def test_test_of_an_editor_is_claimed_first_and_is_no_letter(digest, letter, admin_user, settings):
    settings.DIGEST_NEWSLETTER_LETTERS_PER_HOUR = 1
    revision = digest.save_revision()
    fields = {"kind": "test", "user": admin_user}
    test = EmailDelivery.objects.create(revision=revision, **fields)
    mail = claim()
    assert (mail, queue.begin(mail)) == (test, True)
    assert claim() == letter
    EmailDelivery.objects.create(**fields)
    assert not queue.begin(claim())  # whose revision was deleted


def test_mail_of_a_mailing_is_unknown_after_three_kills(digest):
    mailing = start_mailing(digest, readers=2)
    first = mailing.deliveries.order_by("pk").first()
    update(first, state="sending", leased_until=ago(seconds=1), unanswered=3)
    assert [mail.pk for mail in queue.claim_mails(mailing)] == [first.pk + 1]
    assert state_of(first) == "unknown"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans a small table.")
def test_open_mails_are_found_by_their_index(digest):
    mails = EmailDelivery.objects.filter(mailing=1)
    for due in (queue._due(mails), queue.due_letters(), queue.due_tests()):
        assert "digest_open_mails" in due.order_by("pk")[:100].explain()
