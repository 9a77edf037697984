"""The outcome of a letter by the reply of a mail server, which is another process."""

from datetime import timedelta

import pytest
from django.utils import timezone

from digest.contrib.newsletter import sending, suppression
from digest.contrib.newsletter.models import EmailDelivery
from tests.contrib.newsletter.readers import sign_up

pytestmark = pytest.mark.django_db

HALF_A_MINUTE, FIVE_MINUTES = timedelta(seconds=30), timedelta(minutes=5)
CONNECTION_LOST = "Connection unexpectedly closed"

# A script of the server, and the state, code and wait of the letter.
WAITING = {
    "server is busy": ({"CONNECT": "421 4.3.2 Busy"}, "421 4.3.2", HALF_A_MINUTE),
    "server takes no mail now": ({"CONNECT": "554 5.3.2 No"}, "554 5.3.2", HALF_A_MINUTE),
    "busy at MAIL": ({"MAIL": "421 4.7.0 Too many"}, "421 4.7.0", HALF_A_MINUTE),
    "later at MAIL": ({"MAIL": "451 4.3.0 Later"}, "451 4.3.0", HALF_A_MINUTE),
    "out of sequence": ({"MAIL": "503 5.5.1 Not now"}, "503 5.5.1", HALF_A_MINUTE),
    "sender refused": ({"MAIL": "550 5.7.1 Who?"}, "550 5.7.1", HALF_A_MINUTE),
    "busy at RCPT": ({"RCPT": "421 4.7.0 Too many"}, "421 4.7.0", HALF_A_MINUTE),
    "greylisted": ({"RCPT": "450 4.2.0 Greylisted"}, "450 4.2.0", FIVE_MINUTES),
    "mailbox busy": ({"RCPT": "452 4.2.2 Full"}, "452 4.2.2", FIVE_MINUTES),
    "later at DATA": ({"DATA": "451 4.3.0 Later"}, "451 4.3.0", HALF_A_MINUTE),
    "later after the message": ({"END": "454 4.3.0 Later"}, "454 4.3.0", HALF_A_MINUTE),
    "busy after the message": ({"END": "421 4.3.2 Bye"}, "421 4.3.2", HALF_A_MINUTE),
}
# Whether the address is suppressed.
REFUSED = {
    "no such mailbox": ({"RCPT": "550 5.1.1 Unknown"}, "550 5.1.1", True),
    "no such domain": ({"RCPT": "550 5.1.2 Unknown"}, "550 5.1.2", True),
    "disabled": ({"RCPT": "550 5.2.1 Disabled"}, "550 5.2.1", True),
    "moved": ({"END": "550 5.1.6 Moved"}, "550 5.1.6", True),
    "full": ({"RCPT": "552 5.2.2 Full"}, "552 5.2.2", False),
    "policy": ({"RCPT": "550 5.7.1 Blocked"}, "550 5.7.1", False),
    "spam": ({"END": "554 5.7.1 Spam"}, "554 5.7.1", False),
    "bad sender": ({"RCPT": "550 5.1.8 Bad sender"}, "550 5.1.8", False),
    "no reason": ({"RCPT": "550 No"}, "550", False),
    "not the status": ({"RCPT": "550 We run 5.1.1 of it"}, "550", False),
}


@pytest.fixture
def letter(digest, mail_server):
    sign_up(digest)
    return EmailDelivery.objects.get()


def send(letter, by=timedelta(0)):
    """Send due letters, as if time had passed, and return the letter as it is then."""
    if by:
        EmailDelivery.objects.update(not_before=timezone.now())
    sending.run()
    letter.refresh_from_db()
    return letter


def again(letter):
    return send(letter, by=HALF_A_MINUTE)


def wait_of(letter):
    return timedelta(seconds=round((letter.not_before - letter.at).total_seconds()))


def test_accepted(letter, mail_server):
    send(letter)
    assert (letter.state, letter.code, letter.attempts) == ("accepted", "250", 1)
    assert letter.at
    [mail] = mail_server.mails
    assert b"Subject: Confirm your subscription to Daily" in mail
    assert "END webmaster@localhost reader@example.org" in mail_server.log


@pytest.mark.parametrize(("replies", "code", "wait"), WAITING.values(), ids=WAITING)
def test_letter_waits(letter, mail_server, replies, code, wait):
    mail_server.script(replies=replies)
    send(letter)
    assert (letter.state, letter.code, wait_of(letter)) == ("waiting", code, wait)
    again(letter)
    assert (letter.attempts, wait_of(letter)) == (2, 2 * wait)
    mail_server.script()
    assert again(letter).state == "accepted"
    assert suppression.reason_of("reader@example.org") is None


@pytest.mark.parametrize(("replies", "code", "is_bounce"), REFUSED.values(), ids=REFUSED)
def test_letter_is_refused(letter, mail_server, replies, code, is_bounce):
    mail_server.script(replies=replies)
    send(letter)
    assert (letter.state, letter.code, letter.not_before) == ("refused", code, None)
    reason = suppression.reason_of("reader@example.org")
    assert reason == ("bounced" if is_bounce else None)


@pytest.mark.parametrize("name", ["greylisted", "sender refused", "server is busy"])
def test_letter_is_refused_after_a_day(letter, mail_server, name):
    mail_server.script(replies=WAITING[name][0])
    EmailDelivery.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert send(letter).state == "refused"
    assert letter.code == WAITING[name][1]


def test_wait_is_an_hour_at_most(letter, mail_server):
    mail_server.script(replies=WAITING["greylisted"][0])
    EmailDelivery.objects.update(attempts=300)
    assert wait_of(send(letter)) == timedelta(hours=1)


def test_no_connection(letter, mail_server, settings, caplog):
    settings.EMAIL_PORT = 9  # discard
    send(letter)
    assert (letter.state, letter.attempts, wait_of(letter)) == ("waiting", 1, HALF_A_MINUTE)
    assert "The mail server cannot be used now" in caplog.text


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_connection_lost_before_the_message_is_tried_again(letter, mail_server, step):
    mail_server.script(drop=[step])
    for _number in range(4):
        again(letter)
    assert (letter.state, letter.attempts) == ("waiting", 4)


@pytest.mark.parametrize("step", ["BODY", "END"])
def test_connection_lost_after_the_message_is_tried_once_more(letter, mail_server, step):
    mail_server.script(drop=[step])
    assert send(letter).state == "waiting"
    assert again(letter).state == "unknown"
    assert letter.reply.startswith(CONNECTION_LOST)
    again(letter)
    mails = mail_server.mails
    assert len(mails) == (2 if step == "END" else 0)
    assert len(set(mails)) <= 1


def test_busy_server_says_nothing_of_a_mail_that_it_may_have(letter, mail_server):
    lost, busy = {"drop": ["END"]}, {"replies": {"MAIL": "451 Later"}}
    for script, state in [
        (lost, "waiting"),
        (busy, "waiting"),
        (busy, "waiting"),
        (lost, "unknown"),
    ]:
        mail_server.script(**script)
        assert again(letter).state == state


@pytest.mark.parametrize("reply", ["251 2.0.0 ok", "200 ok"])
def test_any_positive_reply_to_the_message_accepts_it(letter, mail_server, reply):
    mail_server.script(replies={"END": reply})
    assert send(letter).state == "accepted"


def test_reply_to_the_message_that_cannot_be_read_is_none(letter, mail_server):
    mail_server.script(replies={"END": "what"})
    assert (send(letter).state, again(letter).state) == ("waiting", "unknown")


def test_connection_lost_after_the_reply_does_no_harm(letter, mail_server):
    mail_server.script(drop=["DONE"])
    assert send(letter).state == "accepted"


@pytest.mark.slow  # with a shorter time-out, a busy machine would fail at an earlier step
def test_timeout_after_the_message_is_tried_once_more(letter, mail_server, settings):
    settings.EMAIL_TIMEOUT = 2
    mail_server.script(delay={"END": 3})
    assert send(letter).state == "waiting"
    assert again(letter).state == "unknown"


def test_backend_without_a_timeout_gets_one(letter, mail_server, settings, monkeypatch):
    settings.EMAIL_TIMEOUT = None
    monkeypatch.setattr("digest.contrib.newsletter.transport.TIMEOUT", 0.2)
    mail_server.script(delay={"EHLO": 0.5})
    assert send(letter).state == "waiting"


# STARTTLS is not offered, not carried out, or answered in plain text.
@pytest.mark.parametrize(
    "script",
    [
        {},
        {"offers": ["STARTTLS"]},
        {"offers": ["STARTTLS"], "replies": {"STARTTLS": "220 Go ahead"}},
    ],
)
def test_nothing_is_sent_in_plain_text_if_tls_is_configured(letter, mail_server, settings, script):
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "desk"
    mail_server.script(**script)
    send(letter)
    assert (letter.state, wait_of(letter)) == ("waiting", HALF_A_MINUTE)
    assert not mail_server.mails
    assert {line.split()[0] for line in mail_server.log} <= {"CONNECT", "EHLO", "STARTTLS"}


def test_refused_login_is_logged_once_and_all_letters_wait(
    digest, letter, mail_server, settings, caplog
):
    sign_up(digest, "other@example.org")
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "desk"
    mail_server.script(replies={"AUTH": "535 5.7.8 Wrong password"})
    sending.run()
    rows = EmailDelivery.objects.values_list("state", "attempts", "code")
    assert list(rows) == [("waiting", 1, "535 5.7.8")] * 2
    assert caplog.text.count("check EMAIL_* and DIGEST_NEWSLETTER_FROM") == 1
    assert mail_server.log.count("CONNECT") == 1


def test_login_that_fails_for_now_is_no_wrong_configuration(letter, mail_server, settings, caplog):
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "desk"
    mail_server.script(replies={"AUTH": "454 4.7.0 Later"})
    assert send(letter).state == "waiting"
    assert "check EMAIL_*" not in caplog.text


def test_letters_share_a_connection(digest, letter, mail_server, settings):
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "desk"
    sign_up(digest, "other@example.org")
    sending.run()
    commands = [line.split()[0] for line in mail_server.log]
    assert len(mail_server.mails) == 2
    assert (commands.count("CONNECT"), commands.count("AUTH")) == (1, 1)


def test_refused_letter_does_not_stop_the_next(digest, letter, mail_server):
    sign_up(digest, "other@example.org")
    mail_server.script(drop=["RCPT"], once=True)
    sending.run()
    states = EmailDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["waiting", "accepted"]


def test_reply_is_stored_without_the_address(letter, mail_server):
    mail_server.script(replies={"RCPT": "550 5.1.1 <Reader@example.org>: unknown"})
    assert send(letter).reply == "5.1.1 <…>: unknown"


class ApiError(OSError):
    """The error of a backend that sends by HTTP."""

    def __init__(self, status_code):
        super().__init__(f"Status {status_code}")
        self.status_code = status_code


@pytest.mark.parametrize(
    ("status_code", "states"),
    [
        (429, ["waiting", "waiting"]),
        (503, ["waiting", "waiting"]),
        (401, ["waiting", "waiting"]),
        (400, ["refused"]),
        (500, ["waiting", "unknown"]),
        (None, ["waiting", "unknown"]),
    ],
)
def test_status_of_an_api(digest, settings, monkeypatch, status_code, states):
    def send_messages(backend, messages):
        raise ApiError(status_code)

    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    monkeypatch.setattr(f"{settings.EMAIL_BACKEND}.send_messages", send_messages)
    sign_up(digest)
    letter = EmailDelivery.objects.get()
    assert [again(letter).state for _state in states] == states


def test_backend_that_sends_nothing(digest, settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    monkeypatch.setattr(f"{settings.EMAIL_BACKEND}.send_messages", lambda *args: 0)
    sign_up(digest)
    assert send(EmailDelivery.objects.get()).state == "refused"


def test_broken_template_keeps_the_letter(letter, monkeypatch, caplog):
    monkeypatch.setattr("digest.contrib.newsletter.letters.compose", lambda letter: 1 / 0)
    assert send(letter).state == "waiting"
    assert "could not be composed" in caplog.text


def test_unexpected_error_is_logged_and_the_letter_waits(letter, monkeypatch, caplog):
    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend._send", lambda *args: 1 / 0)
    assert send(letter).state == "waiting"
    assert "could not be sent" in caplog.text
