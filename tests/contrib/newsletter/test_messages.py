"""The bytes of a message, read by the parser of Python's newer e-mail policy."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import unquote

import pytest
from django.core.mail import get_connection

from digest.contrib.newsletter.messages import Message, Sender, sender_of
from digest.contrib.newsletter.models import (
    EmailDelivery,
    NewsletterSettings,
    Subscriber,
    Subscription,
)

TITLES = {
    "line breaks": "Daily\r\nBcc: all@example.org\n\nBody",
    "separators": "Daily\u2028Bcc: a@example.org\u2029\x85\x0b\x0c\x1cx",
    "control characters": "Daily\x00\x7f\x1b",
    "long": "Harbour news " * 23,
    "long word": "x" * 300,
    "long in Greek": "Ειδήσεις του λιμανιού " * 14,
    "emoji": "🚢 Daily 👩‍🚀" * 20,
    "right to left": "أخبار اليوم من الميناء",
    "quotes": 'The "Daily", by <a@example.org>; (x) \\',
    "encoded word": "=?utf-8?q?Bcc=3A_a=40example.org=0A?=",
    "like an address": "a@example.org, b@example.org",
}
LINK = "<https://" + "n" * 60 + ".example.org/newsletter/u/" + "t" * 230 + "/>"


def message(title="Daily", text="Text.\n", html="<p>Text.</p>", reply_to="", **headers):
    subscriber = Subscriber(address="Reader@example.org", key="reader@example.org")
    delivery = EmailDelivery(
        pk=12,
        kind="confirm",
        subscription=Subscription(subscriber=subscriber),
        created_at=datetime(2026, 4, 14, 6, 30, tzinfo=UTC),
    )
    sender = Sender(title, "daily@example.com", reply_to, "news.example.com")
    return Message(delivery, sender, title, text, html, headers)


def parsed(message):
    content = message.message().as_bytes()
    assert content.isascii()
    assert max(map(len, content.splitlines())) < 998
    return message_from_bytes(content, policy=policy.default)


def decoded(header):
    # Python's newer parser, before 3.13, leaves the spaces between encoded words in names.
    return str(make_header(decode_header(header)))


def test_headers_and_parts():
    found = parsed(message(reply_to="desk@example.com", **{"Auto-Submitted": "auto-generated"}))
    assert found.items() == [
        ("Content-Type", 'multipart/alternative; boundary="=_digest_12"'),
        ("MIME-Version", "1.0"),
        ("Subject", "Daily"),
        ("From", "Daily <daily@example.com>"),
        ("To", "Reader@example.org"),
        ("Reply-To", "desk@example.com"),
        ("Date", "Tue, 14 Apr 2026 06:30:00 +0000"),
        ("Message-ID", "<12.confirm@news.example.com>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    parts = [(part.get_content_type(), part["Content-Transfer-Encoding"]) for part in found.walk()]
    assert parts[1:] == [("text/plain", "quoted-printable"), ("text/html", "quoted-printable")]
    assert [part.get_content() for part in found.iter_parts()] == ["Text.\n", "<p>Text.</p>"]
    assert not found.defects


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_title_cannot_add_a_header(title):
    made = message(title)
    found = parsed(made)
    names = ["Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID"]
    assert found.keys() == names
    assert not re.search(r"[\x00-\x1f\x7f\x85\u2028]", made.subject)
    assert [address.addr_spec for address in found["From"].addresses] == ["daily@example.com"]
    assert "".join(found["Subject"].split()) == "".join(made.subject.split())
    assert len(list(found.iter_parts())) == 2


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_subject_and_sender_are_read_as_they_are(title):
    made = message(title)
    found = message_from_bytes(made.message().as_bytes())
    name, address = decoded(found["From"]).rsplit(" ", 1)
    assert (decoded(found["Subject"]), address) == (made.subject, "<daily@example.com>")
    assert unquote(name) == made.subject.replace("=?", "= ?")
    assert "".join(made.subject.split()) in "".join(title.split())


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_server_gets_the_addresses_and_bytes(title, mail_server):
    made = message(title, **{"List-Unsubscribe": LINK})
    get_connection().send_messages([made])
    assert "END daily@example.com Reader@example.org" in mail_server.log
    assert mail_server.mails == [made.message().as_bytes(linesep="\r\n")]


def test_bytes_are_the_same_each_time():
    title, text = TITLES["emoji"], "Ä line.\n\n.\nFrom here. \n" + "é" * 2000
    made = {message(title, text).message().as_bytes() for _number in range(3)}
    assert len(made) == 1
    part = parsed(message(title, text)).get_body(["plain"])
    assert part.get_content() == text


@pytest.mark.parametrize("linesep", ["\n", "\r\n"])
def test_long_header_is_one_plain_line(linesep):
    assert len(LINK) > 300
    content = message(**{"List-Unsubscribe": LINK}).message().as_bytes(linesep=linesep)
    assert f"{linesep}List-Unsubscribe: {LINK}{linesep}".encode() in content
    assert content.count(b"\n") == content.count(linesep.encode())


def test_policy_of_the_backend_changes_line_ends_only():
    usual = message("Ü" * 99).message().as_bytes()
    smtp = message("Ü" * 99).message(policy=policy.SMTP).as_bytes()
    assert smtp == usual.replace(b"\n", b"\r\n")


def test_attributes_are_those_that_api_backends_read():
    made = message("Daily,\nÜ", reply_to="desk@example.com")
    assert (made.subject, made.body) == ("Daily, Ü", "Text.\n")
    assert made.alternatives == [("<p>Text.</p>", "text/html")]
    assert (made.to, made.reply_to) == (["Reader@example.org"], ["desk@example.com"])
    assert made.from_email == '"Daily, Ü" <daily@example.com>'
    assert made.extra_headers["Message-ID"] == "<12.confirm@news.example.com>"


@pytest.mark.parametrize("name", ["locmem", "console", "filebased", "dummy"])
def test_backends_of_django_take_it(name, settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path
    connection = get_connection(f"django.core.mail.backends.{name}.EmailBackend")
    assert connection.send_messages([message(TITLES["emoji"])]) == 1


@pytest.mark.django_db
def test_sender_depends_on_the_digest(digest, settings):
    settings.DEFAULT_FROM_EMAIL = "site@example.com"
    settings.DIGEST_NEWSLETTER_FROM = {"daily": "Desk <daily@bücher.example>"}
    own = NewsletterSettings(digest=digest, from_name="The Desk", reply_to="desk@bücher.example")
    address = "daily@xn--bcher-kva.example"
    assert sender_of(digest, own) == (
        "The Desk",
        address,
        "desk@xn--bcher-kva.example",
        "localhost",
    )
    digest.slug = "weekly"
    plain = NewsletterSettings(digest=digest)
    assert sender_of(digest, plain) == ("Daily", "site@example.com", "", "localhost")
