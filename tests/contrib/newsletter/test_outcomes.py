"""What the reply of a mail server, another process, means for a mailing and its readers."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from digest.contrib.newsletter import bounces, claims, mailings, queue, sending, suppression
from digest.contrib.newsletter.models import EmailDelivery, Mailing, Subscriber, Subscription
from tests.builders import make_digest
from tests.contrib.newsletter.issues import start_mailing

pytestmark = pytest.mark.django_db

# Scripts of the server after which no other mail is tried for half a minute.
BUSY = {
    "no service": {"CONNECT": "421 4.3.2 Busy"},
    "later at MAIL": {"MAIL": "451 4.3.0 Later"},
    "later at DATA": {"DATA": "451 4.3.0 Later"},
    "later after the message": {"END": "454 4.3.0 Later"},
}


@pytest.fixture
def mailing(digest, mail_server):
    return start_mailing(digest, readers=2)


def states(mailing):
    return list(mailing.deliveries.order_by("pk").values_list("state", "attempts"))


def send(mailing):
    """Send what is due, as if time had passed, and load the mailing as it is then."""
    mailing.deliveries.filter(state="waiting").update(not_before=None)
    Mailing.objects.update(not_before=None)
    sending.run()
    mailing.refresh_from_db()
    return mailing.state, mailing.reason


def wait_of(row):
    return round((row.not_before - timezone.now()).total_seconds(), -1)


def age(mailing):
    before = timezone.now() - timedelta(hours=25)
    mailing.deliveries.update(begun_at=before)
    Mailing.objects.update(due_at=before)


@pytest.mark.parametrize("replies", BUSY.values(), ids=BUSY)
def test_busy_server_delays_all_mails(mailing, mail_server, replies):
    mail_server.script(replies=replies)
    assert send(mailing) == ("sending", "")
    assert (states(mailing), wait_of(mailing)) == ([("waiting", 1), ("waiting", 0)], 30)
    assert not mailing.deliveries.exclude(not_before=None).exists()
    send(mailing)
    assert (states(mailing), wait_of(mailing)) == ([("waiting", 2), ("waiting", 0)], 60)
    sending.run()
    assert states(mailing) == [("waiting", 2), ("waiting", 0)]
    mail_server.script()
    assert send(mailing) == ("done", "")


def test_nothing_is_sent_without_tls(mailing, mail_server, settings):
    settings.EMAIL_USE_TLS = True
    mail_server.script(offers=["STARTTLS"], replies={"STARTTLS": "454 4.7.0 Not now"})
    assert send(mailing) == ("sending", "")
    assert (mail_server.mails, wait_of(mailing)) == ([], 30)
    assert {line.split()[0] for line in mail_server.log} <= {"CONNECT", "EHLO", "STARTTLS"}


def test_greylisting_delays_one_mail(mailing, mail_server):
    mail_server.script(replies={"RCPT": "450 4.2.0 Greylisted"})
    assert send(mailing) == ("sending", "")
    assert (states(mailing), mailing.not_before) == ([("waiting", 1)] * 2, None)
    assert {wait_of(mail) for mail in mailing.deliveries.all()} == {300}
    age(mailing)
    assert send(mailing) == ("done", "")
    assert mailing.counts == {"refused": 2}


@pytest.mark.parametrize(
    "replies", [{"MAIL": "550 5.7.1 Who?"}, {"AUTH": "535 5.7.8 Wrong password"}]
)
def test_wrong_configuration_pauses_the_mailing(mailing, mail_server, settings, replies):
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "desk"
    mail_server.script(replies=replies)
    assert send(mailing) == ("paused", "configuration")
    assert mailing.reply.split()[0] in ("550", "535")
    assert states(mailing) == [("waiting", 1), ("waiting", 0)]
    mail_server.script()
    mailings.resume(mailing, None)
    assert send(mailing) == ("done", "")


def test_rejected_sender_does_not_concern_another_digest(digest, home_page, mail_server, settings):
    settings.DIGEST_NEWSLETTER_FROM = {"daily": "daily@news.example", "weekly": "w@news.example"}
    first = start_mailing(digest)
    other = start_mailing(make_digest(home_page, "weekly"))
    mail_server.script(reject="daily@news.example")
    sending.run()
    assert [send(first), send(other)] == [("paused", "configuration"), ("done", "")]


@pytest.mark.parametrize(
    ("reply", "failures", "subscription"),
    [
        ("552 5.2.2 Full", 1, "active"),
        ("550 No", 1, "active"),
        ("550 5.7.1 Blocked", 0, "active"),
        ("550 5.1.1 Unknown", 0, "suppressed"),
    ],
)
def test_refusal_counts_if_it_is_about_the_address(
    mailing, mail_server, reply, failures, subscription
):
    mail_server.script(replies={"RCPT": reply})
    assert send(mailing) == ("done", "")
    assert mailing.counts == {"refused": 2}
    assert set(Subscriber.objects.values_list("failures", flat=True)) == {failures}
    assert set(Subscription.objects.values_list("state", flat=True)) == {subscription}
    reason = suppression.reason_of("reader0@example.org")
    assert reason == ("bounced" if subscription == "suppressed" else None)


def test_accepted_mail_resets_failures(mailing, mail_server):
    Subscriber.objects.update(failures=4, first_failure_at=timezone.now() - timedelta(days=9))
    send(mailing)
    assert not Subscriber.objects.filter(failures__gt=0).exists()


def test_ten_refusals_in_a_row_pause_the_mailing(digest, mail_server):
    mailing = start_mailing(digest, readers=12)
    mail_server.script(replies={"END": "554 5.7.1 Spam"})
    assert send(mailing) == ("paused", "refused")
    assert mailing.deliveries.filter(state="refused").count() == 10
    mail_server.script()
    assert queue.send_refused_again(mailing) == 10
    mailings.resume(mailing, None)
    assert send(mailing) == ("done", "")
    assert mailing.counts == {"accepted": 12}


def test_server_that_drops_mails_pauses_the_mailing(digest, mail_server):
    mailing = start_mailing(digest, readers=5)
    mail_server.script(drop=["END"])
    assert send(mailing) == ("paused", "no_reply")
    assert len(mail_server.mails) == 3


def test_mail_without_a_reply_is_sent_once_more(mailing, mail_server):
    mail_server.script(drop=["END"], once=True)
    send(mailing)
    assert states(mailing) == [("waiting", 1), ("accepted", 1)]
    mail_server.script(drop=["END"], once=True)
    assert send(mailing) == ("done", "")
    assert mailing.counts == {"accepted": 1, "unknown": 1}
    mail = mailing.deliveries.get(state="unknown")
    queue.send_again(mail)
    assert send(mailing) == ("done", "")
    assert mailing.counts == {"accepted": 2}


def test_unknown_mail_is_marked_as_accepted(mailing):
    mail = mailing.deliveries.first()
    mailing.deliveries.update(state="unknown")
    Mailing.objects.update(state="done", counts={"unknown": 2})
    queue.mark_accepted(mail)
    mail.refresh_from_db()
    mailing.refresh_from_db()
    assert (mail.state, mailing.counts) == ("accepted", {"unknown": 1, "accepted": 1})


def test_outage_of_a_day_pauses_the_mailing(mailing, mail_server):
    mail_server.script(replies=BUSY["no service"])
    age(mailing)
    assert send(mailing) == ("paused", "outage")
    assert states(mailing) == [("waiting", 1), ("waiting", 0)]
    mail_server.script()
    mailings.resume(mailing, None)
    assert send(mailing) == ("done", "")


def test_configuration_that_is_wrong_loses_no_mail_after_a_day(mailing, mail_server):
    mail_server.script(replies={"MAIL": "550 5.7.1 Not this sender"})
    age(mailing)
    assert send(mailing) == ("paused", "configuration")
    assert states(mailing) == [("waiting", 1), ("waiting", 0)]


def test_mail_without_a_reply_is_unknown_after_a_day(mailing, mail_server):
    mail_server.script(drop=["END"], once=True)
    age(mailing)
    send(mailing)
    assert states(mailing) == [("unknown", 1), ("accepted", 1)]


def test_mail_that_the_server_defers_time_and_again_delays_no_others(mailing, mail_server):
    mail_server.script(replies={"END": "451 4.3.0 Later"})
    mailing.deliveries.filter(pk=mailing.deliveries.first().pk).update(attempts=3)
    assert send(mailing) == ("sending", "")
    assert states(mailing) == [("waiting", 4), ("waiting", 1)]


def test_mail_to_a_reader_who_gets_none_is_not_sent_again(mailing):
    mail = mailing.deliveries.first()
    mailing.deliveries.update(state="refused", code="550 5.1.1")
    bounces.note_bounce(mail.subscription.subscriber, mailing)
    with pytest.raises(ValidationError):
        queue.send_again(mail)
    assert bounces.lift_mailing(mailing) == 1


def test_slow_server_gets_mails_in_several_claims(mailing, mail_server, monkeypatch):
    monkeypatch.setattr(claims, "SEND_FOR", 0)
    assert send(mailing) == ("done", "")
    assert len(mail_server.mails) == 2


class ApiError(OSError):
    """The error of a backend that sends by HTTP."""

    def __init__(self, status_code, retry_after):
        super().__init__(f"Status {status_code}")
        self.status_code = status_code
        self.response = SimpleNamespace(headers={"Retry-After": retry_after})


@pytest.mark.parametrize(
    ("retry_after", "wait"), [("120", 120), ("86400", 3600), ("", 30), ("soon", 30)]
)
def test_provider_says_when_to_go_on(digest, settings, monkeypatch, retry_after, wait):
    def send_messages(backend, messages):
        raise ApiError(429, retry_after)

    settings.DIGEST_NEWSLETTER_MAILER = {"backend": "django.core.mail.backends.dummy.EmailBackend"}
    monkeypatch.setattr("django.core.mail.backends.dummy.EmailBackend.send_messages", send_messages)
    mailing = start_mailing(digest)
    send(mailing)
    assert wait_of(mailing) == wait


def test_id_of_the_provider_is_stored(digest, settings, monkeypatch):
    def send_messages(backend, messages):
        messages[0].anymail_status = SimpleNamespace(message_id="abc")
        return 1

    settings.DIGEST_NEWSLETTER_MAILER = {"backend": "django.core.mail.backends.dummy.EmailBackend"}
    monkeypatch.setattr("django.core.mail.backends.dummy.EmailBackend.send_messages", send_messages)
    send(start_mailing(digest))
    assert EmailDelivery.objects.get().provider_id == "abc"


def test_rate_limits_mails_of_a_worker(mailing, settings, monkeypatch):
    waits = []
    monkeypatch.setattr("digest.contrib.newsletter.transport.time.sleep", waits.append)
    settings.DIGEST_NEWSLETTER_RATE = 0.5
    send(mailing)
    assert (waits[0], round(waits[1])) == (0, 2)
