"""The messages of a mailing: their headers, and that they differ in nothing but the reader."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives, get_connection

from digest.contrib.newsletter.composing import UNSUBSCRIBE_TOKEN, compose
from digest.contrib.newsletter.messages import (
    FrozenPart,
    IssueMessages,
    encode_body,
    freeze,
    test_message,
)
from digest.contrib.newsletter.models import (
    EmailDelivery,
    Mailing,
    NewsletterSettings,
    Subscriber,
    Subscription,
)
from tests.builders import body, make_issue, story
from tests.contrib.newsletter.mail_parts import Part, links_in_text
from tests.contrib.newsletter.test_messages import TITLES, decoded

test_message.__test__ = False
pytestmark = pytest.mark.django_db
TOKENS = ["A" * 22, "b-_9" * 5 + "zZ"]
# The longest that DNS allows in one label is 63.
HOST = "n" * 56 + ".org"


def mailing_of(issue):
    """Return the mailing of an issue that has started."""
    digest = issue.get_parent().specific
    newsletter = NewsletterSettings(digest=digest, imprint="Quay 7", reply_to="desk@example.com")
    composed = compose(issue, newsletter, subject="Three grids")
    return Mailing(
        pk=3,
        issue=issue,
        started_at=datetime(2026, 4, 14, 6, 30, tzinfo=UTC),
        subject=composed.subject,
        html=composed.html,
        text=composed.text,
        sender=freeze(issue, newsletter),
    )


def delivery(mailing, number=0):
    """Return one of two mails, to different readers."""
    subscriber = Subscriber(address=f"Reader{number}@example.org")
    subscription = Subscription(subscriber=subscriber, unsubscribe_token=TOKENS[number])
    return EmailDelivery(pk=12 + number, kind="issue", mailing=mailing, subscription=subscription)


def message(mailing, number=0):
    return IssueMessages(mailing).message(delivery(mailing, number))


@pytest.fixture
def mailing(digest, settings):
    settings.DEFAULT_FROM_EMAIL = "daily@example.com"
    return mailing_of(make_issue(digest))


def read(message):
    content = message.message().as_bytes()
    assert content.isascii()
    assert max(map(len, content.splitlines())) <= 998
    return message_from_bytes(content, policy=policy.default)


def test_headers(mailing, digest):
    assert sorted(read(message(mailing)).items()) == [
        ("Archived-At", "<http://localhost/daily/2026-04-14/>"),
        ("Content-Language", "en"),
        ("Content-Type", 'multipart/alternative; boundary="=_digest_12"'),
        ("Date", "Tue, 14 Apr 2026 06:30:00 +0000"),
        ("From", "Daily <daily@example.com>"),
        ("List-Id", f"<digest-{digest.pk}.localhost>"),
        ("List-Unsubscribe", f"<http://localhost/newsletter/u/{TOKENS[0]}/>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("MIME-Version", "1.0"),
        ("Message-ID", "<12.3@localhost>"),
        ("Reply-To", "desk@example.com"),
        ("Subject", "Three grids"),
        ("To", "Reader0@example.org"),
    ]


def unfolded(content):
    """Read headers by RFC 5322: a line that begins with a space continues the one before it."""
    head = content.partition(b"\n\n")[0].decode("ascii")
    lines = re.sub(r"\n(?=[ \t])", "", head).split("\n")
    return dict(line.split(": ", 1) for line in lines)


@pytest.mark.parametrize("linesep", ["\n", "\r\n"])
def test_long_link_of_the_header_is_one_plain_line(digest, site, linesep):
    assert len(HOST) == 60
    site.hostname, site.port = HOST, 443
    site.save()
    made = message(mailing_of(make_issue(digest)))
    link = f"<https://{HOST}/newsletter/u/{TOKENS[0]}/>"
    content = made.message().as_bytes(linesep=linesep)
    assert f"{linesep}List-Unsubscribe: {link}{linesep}".encode() in content
    headers = unfolded(content.replace(b"\r\n", b"\n"))
    assert headers["List-Unsubscribe"] == read(made)["List-Unsubscribe"] == link
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(("port", "root"), [(443, "https://{}"), (8000, "http://{}:8000")])
def test_links_of_headers_are_ascii(digest, site, settings, port, root):
    settings.WAGTAIL_ALLOW_UNICODE_SLUGS = True
    site.hostname, site.port = "zeitung-münchen.example", port
    site.save()
    issue = make_issue(digest)
    issue.slug = "frühling"
    issue.save()
    found = read(message(mailing_of(issue)))
    root = root.format("xn--zeitung-mnchen-osb.example")
    assert found["List-Unsubscribe"] == f"<{root}/newsletter/u/{TOKENS[0]}/>"
    assert found["Archived-At"] == f"<{root}/daily/fr%C3%BChling/>"


def test_messages_differ_in_the_reader_alone(mailing):
    messages = IssueMessages(mailing)
    first, second = (
        messages.message(delivery(mailing, number)).message().as_string() for number in (0, 1)
    )
    for one, other in [
        ("Reader0@example.org", "Reader1@example.org"),
        ("<12.3@localhost>", "<13.3@localhost>"),
        ("=_digest_12", "=_digest_13"),
    ]:
        assert one in first
        first = first.replace(one, other)
    joined = [re.sub("=\n", "", text) for text in (first, second)]
    assert joined[0].replace(TOKENS[0], TOKENS[1]) == joined[1]
    assert joined[1].count(TOKENS[1]) == 5  # one header, two links in each part


def test_repeat_has_the_same_bytes(mailing, digest):
    first = message(mailing).message().as_bytes()
    digest.title, digest.slug = "Weekly", "weekly"
    digest.save()
    NewsletterSettings.objects.create(digest=digest, from_name="Desk", reply_to="a@example.com")
    assert message(mailing).message().as_bytes() == first


def test_links_of_both_parts_end_the_subscription_of_the_reader(mailing):
    found = read(message(mailing, 1))
    link = f"http://localhost/newsletter/unsubscribe/{TOKENS[1]}/"
    html, text = (found.get_body([name]).get_content() for name in ("html", "plain"))
    assert Part(html).links.count(link) == links_in_text(text).count(link) == 2
    assert UNSUBSCRIBE_TOKEN not in html + text


def test_api_backends_get_the_same_texts(mailing):
    made = message(mailing)
    found = read(made)
    [(html, kind)] = made.alternatives
    assert kind == "text/html"
    assert found.get_body(["plain"]).get_content() == made.body
    assert found.get_body(["html"]).get_content() == html
    assert made.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("token", TOKENS)
def test_token_at_any_place_in_a_line_gives_the_same_bytes(token):
    for before in range(80):
        text = f"{'x' * before}{UNSUBSCRIBE_TOKEN}é {'=' * before}{UNSUBSCRIBE_TOKEN}\n.\nEnd \n"
        expected = encode_body(text.replace(UNSUBSCRIBE_TOKEN, token))
        assert FrozenPart(text).encoded_for(token) == expected


def test_parts_are_encoded_as_django_would(mailing):
    made = message(mailing)
    plain = EmailMultiAlternatives("x", made.body, "a@example.com", ["b@example.com"])
    plain.attach_alternative(*made.alternatives[0])
    expected = message_from_bytes(plain.message().as_bytes(), policy=policy.default)
    for name in ("plain", "html"):
        ours, theirs = (found.get_body([name]).get_content() for found in (read(made), expected))
        assert ours == theirs.removesuffix("\n") or ours == theirs  # Django 6.1 adds a line end


def test_link_may_lead_to_a_frontend(digest, settings):
    page = "https://example.org/{token}/bye?lang=en&x=1"
    settings.DIGEST_NEWSLETTER_URLS = {"http://localhost": {"unsubscribe": page}}
    found = read(message(mailing_of(make_issue(digest))))
    link = page.replace("{token}", TOKENS[0])
    assert Part(found.get_body(["html"]).get_content()).links.count(link) == 2
    assert found.get_body(["plain"]).get_content().count(link) == 2
    assert found["List-Unsubscribe"] == f"<http://localhost/newsletter/u/{TOKENS[0]}/>"


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_subject_and_sender_cannot_add_a_header(digest, mailing, title):
    names = sorted(read(message(mailing)).keys())
    issue = mailing.issue
    newsletter = NewsletterSettings(digest=digest, from_name=title)
    mailing.subject, mailing.sender = title, freeze(issue, newsletter)
    found = read(message(mailing))
    assert sorted([*found.keys(), "Reply-To"]) == names
    assert [address.addr_spec for address in found["From"].addresses] == ["daily@example.com"]
    assert len(list(found.iter_parts())) == 2


def test_server_gets_the_bytes(mailing, mail_server):
    made = message(mailing)
    get_connection().send_messages([made])
    assert "END daily@example.com Reader0@example.org" in mail_server.log
    assert mail_server.mails == [made.message().as_bytes(linesep="\r\n")]


@pytest.fixture
def test_delivery(digest, settings):
    """Return a test of a draft, to an editor."""
    settings.DEFAULT_FROM_EMAIL = "daily@example.com"
    issue = make_issue(digest)
    issue.title, issue.body = "Drafted", body(story("Not public yet"))
    return EmailDelivery(
        pk=5,
        kind="test",
        user=User(email="edith@example.org"),
        revision=issue.save_revision(),
        created_at=datetime(2026, 4, 14, 6, 30, tzinfo=UTC),
    )


def test_test_shows_the_revision_to_the_editor(test_delivery):
    found = read(test_message(test_delivery))
    assert decoded(found["Subject"]) == "[Test] Drafted"
    assert (found["To"], found["Message-ID"]) == ("edith@example.org", "<5.test@localhost>")
    assert not [name for name in found if name.startswith("List-")]
    for name in ("plain", "html"):
        content = found.get_body([name]).get_content()
        assert "Not public yet" in content
        assert "newsletter/unsubscribe/" not in content
        assert UNSUBSCRIBE_TOKEN not in content


def test_test_has_the_subject_that_the_editor_has_saved(test_delivery, digest):
    issue = test_delivery.revision.content_object
    Mailing.objects.create(issue=issue, digest=digest, subject="Look", preheader="Five minutes")
    made = test_message(test_delivery)
    assert made.subject == "[Test] Look"
    assert "Five minutes" in made.alternatives[0][0]
