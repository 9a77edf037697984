"""The MIME message for one recipient, with the same bytes each time that it is built.

``IssueMessages`` builds those of a mailing from what was frozen when it started, and
``test_message`` the test of an issue.

Headers are encoded here, not by Django: its versions fold them differently, and both break a long
``List-Unsubscribe``, which mail programs read as one line.
"""

import re
from datetime import UTC, datetime
from email import charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import Compat32, Policy
from email.utils import format_datetime, formataddr, parseaddr, quote
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import iri_to_uri, punycode

from digest.contrib.newsletter import links
from digest.contrib.newsletter.composing import UNSUBSCRIBE_TOKEN, compose
from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.models import EmailDelivery, Mailing, NewsletterSettings
from digest.contrib.newsletter.plain_text import single_line
from digest.pages.page_models import get_digest_page_model
from digest.pages.public_urls import page_url

# Relays re-encode 8bit, which breaks signatures, and reject lines of more than 998 bytes.
QUOTED_PRINTABLE = charset.Charset("utf-8")
QUOTED_PRINTABLE.body_encoding = charset.QP
UNSUBSCRIBE = "List-Unsubscribe"
Kind = EmailDelivery.Kind


class Sender(NamedTuple):
    """Whom a mail is from, where replies go, and the host in its Message-ID."""

    name: str
    address: str
    reply_to: str
    host: str


def sender_of(digest: Any, newsletter: NewsletterSettings) -> Sender:
    """Return the sender of a digest's mails."""
    return Sender(
        name=newsletter.from_name or digest.title,
        address=_in_ascii(parseaddr(conf.sender(digest.slug))[1]),
        reply_to=_in_ascii(newsletter.reply_to),
        host=_host(digest),
    )


def newsletter_of(digest: Any) -> NewsletterSettings:
    """Return the settings of a digest, or empty ones if there are none."""
    found = NewsletterSettings.objects.filter(digest=digest).select_related("digest__locale")
    return found.first() or NewsletterSettings(digest=digest)


def _host(digest: Any) -> str:
    _site, root_url, _path = digest.get_url_parts() or (None, "", None)
    return punycode(urlsplit(root_url).hostname or "localhost")


def _ascii_url(url: str) -> str:
    """Return a URL whose host is in Punycode, and the rest percent-encoded."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    netloc = parts.netloc.lower().replace(host, punycode(host)) if host else ""
    return iri_to_uri(parts._replace(netloc=netloc).geturl())


def _in_ascii(address: str) -> str:
    local_part, at, domain = address.rpartition("@")
    return f"{local_part}{at}{punycode(domain)}"


class Message(EmailMultiAlternatives):
    """A mail to one reader. Backends of APIs read its attributes, all others ``message()``."""

    def __init__(
        self,
        delivery: EmailDelivery,
        sender: Sender,
        subject: str,
        text: str,
        html: str,
        headers: dict[str, str],
        encoded: tuple[str, str] | None = None,
    ) -> None:
        """Take plain ASCII as ``headers``, each of which becomes one line.

        ``encoded`` are text and HTML as quoted-printable, if the caller has them.
        """
        # Django parses from_email, and would decode "=?utf-8?..." in it.
        name = single_line(sender.name).replace("=?", "= ?")
        self.sender = sender = sender._replace(name=name)
        self._encoded = encoded
        # Its "=_" is in no quoted-printable text.
        self.boundary = f"=_digest_{delivery.pk}"
        super().__init__(
            subject=single_line(subject),
            body=text,
            # Not encoded: APIs take it as it is.
            from_email=f'"{quote(name)}" <{sender.address}>',
            to=[_recipient(delivery)],
            reply_to=[sender.reply_to] if sender.reply_to else None,
            alternatives=[(html, "text/html")],
            headers=_identity(delivery, sender.host, delivery.created_at) | headers,
        )

    def message(self, *, policy: Policy | None = None) -> "Mime":
        """Return the MIME message. Of ``policy``, Django 6.0's argument, only line ends count."""
        mime = Mime("alternative", self.boundary, policy=Verbatim())
        if policy:
            mime.policy = mime.policy.clone(linesep=policy.linesep)
        mime["Subject"] = _encode("Subject", self.subject)
        mime["From"] = _address("From", self.sender.name, self.sender.address)
        mime["To"] = self.to[0]
        if self.reply_to:
            mime["Reply-To"] = self.reply_to[0]
        for name, value in self.extra_headers.items():
            mime[name] = value
        encoded = self._encoded or map(encode_body, (self.body, self.alternatives[0][0]))
        for subtype, payload in zip(("plain", "html"), encoded, strict=True):
            part = MIMENonMultipart("text", subtype, policy=mime.policy, charset="utf-8")
            part["Content-Transfer-Encoding"] = "quoted-printable"
            part.set_payload(payload)
            mime.attach(part)
        return mime


def encode_body(text: str) -> str:
    """Encode a part as quoted-printable."""
    return QUOTED_PRINTABLE.body_encode(text)


def _recipient(delivery: EmailDelivery) -> str:
    if delivery.kind == Kind.TEST:
        return _in_ascii(single_line(delivery.user.email))
    return delivery.subscription.subscriber.address


def _identity(delivery: EmailDelivery, host: str, at: datetime) -> dict[str, str]:
    return {
        "Date": format_datetime(at),
        "Message-ID": f"<{delivery.pk}.{delivery.kind}@{host}>",
    }


def _address(header: str, name: str, address: str) -> str:
    if _is_plain(name):
        return formataddr((name, address))
    return f"{_encode(header, name)} <{address}>"


def _encode(header: str, text: str) -> str:
    """Return a text as ASCII, folded into lines of at most 76 characters where it can be."""
    return Header(text, "us-ascii" if _is_plain(text) else "utf-8", header_name=header).encode()


def _is_plain(text: str) -> bool:
    # Mail programs would decode "=?utf-8?..." within ASCII, and a long word would not be folded.
    return text.isascii() and "=?" not in text and len(text) <= 60


# Issues


def freeze(issue: Any, newsletter: NewsletterSettings) -> dict[str, Any]:
    """Return what ``Mailing.sender`` stores: the sender, and the headers of all its messages."""
    digest = newsletter.digest
    sender = sender_of(digest, newsletter)
    one_click_url = _ascii_url(links.one_click_url(digest, UNSUBSCRIBE_TOKEN))
    headers = {
        # Not by the slug, which may change: readers filter by it (RFC 2919).
        "List-Id": f"<digest-{digest.pk}.{sender.host}>",
        UNSUBSCRIBE: f"<{one_click_url}>",
        f"{UNSUBSCRIBE}-Post": "List-Unsubscribe=One-Click",
        "Archived-At": f"<{_ascii_url(page_url(issue))}>",
        "Content-Language": issue.locale.language_code,
    }
    return sender._asdict() | {"headers": headers}


class IssueMessages:
    """Builds the messages of a mailing; what they have in common is encoded once."""

    def __init__(self, mailing: Mailing) -> None:
        self._mailing = mailing
        self._sender = Sender(*(mailing.sender[name] for name in Sender._fields))
        self._text, self._html = FrozenPart(mailing.text), FrozenPart(mailing.html)

    def message(self, delivery: EmailDelivery) -> Message:
        """Return the message of a delivery, whose subscriber is loaded."""
        mailing, token = self._mailing, delivery.subscription.unsubscribe_token
        headers = {
            "Date": format_datetime(mailing.started_at.astimezone(UTC)),
            "Message-ID": f"<{delivery.pk}.{mailing.pk}@{self._sender.host}>",
        } | mailing.sender["headers"]
        headers[UNSUBSCRIBE] = headers[UNSUBSCRIBE].replace(UNSUBSCRIBE_TOKEN, token)
        return Message(
            delivery,
            self._sender,
            subject=mailing.subject,
            text=mailing.text.replace(UNSUBSCRIBE_TOKEN, token),
            html=mailing.html.replace(UNSUBSCRIBE_TOKEN, token),
            headers=headers,
            encoded=(self._text.encoded_for(token), self._html.encoded_for(token)),
        )


class FrozenPart:
    """A part that is encoded once, and gets the token of each reader afterwards.

    That gives the same bytes as encoding it with the token: no character of a token is encoded, and
    all tokens are of one length, so that the lines end at the same places.
    """

    # A line may end within the token.
    TOKEN = re.compile("(" + r"(?:=\n)?".join(map(re.escape, UNSUBSCRIBE_TOKEN)) + ")")

    def __init__(self, text: str) -> None:
        self._pieces = self.TOKEN.split(encode_body(text))
        # The index in the token at which a line ends, or -1, of each place.
        self._line_ends = [place.find("=\n") for place in self._pieces[1::2]]

    def encoded_for(self, token: str) -> str:
        """Return the part with a reader's token, as quoted-printable."""
        pieces = self._pieces.copy()
        pieces[1::2] = (
            token if end < 0 else f"{token[:end]}=\n{token[end:]}" for end in self._line_ends
        )
        return "".join(pieces)


def test_message(delivery: EmailDelivery) -> Message:
    """Return the message that shows an editor a revision of an issue, with its links."""
    issue = delivery.revision.as_object()
    newsletter = newsletter_of(get_digest_page_model().objects.parent_of(issue).get())
    draft = Mailing.objects.filter(issue=issue.pk, kind=Mailing.Kind.ISSUE).first() or Mailing()
    composed = compose(
        issue, newsletter, subject=draft.subject, preheader=draft.preheader, is_test=True
    )
    return Message(
        delivery,
        sender_of(newsletter.digest, newsletter),
        subject=composed.subject,
        text=composed.text,
        html=composed.html,
        headers={"Content-Language": issue.locale.language_code},
    )


class Verbatim(Compat32):
    """Write headers as they are, since they are encoded and folded."""

    def fold(self, name: str, value: str) -> str:
        lines = value.split("\n")
        return self.linesep.join([f"{name}: {lines[0]}", *lines[1:]]) + self.linesep

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


class Mime(MIMEMultipart):
    """A MIME message that is written the same way by the backends of Django 5.2 and 6.0."""

    def as_bytes(
        self, unixfrom: bool = False, policy: Policy | None = None, linesep: str | None = None
    ) -> bytes:
        linesep = linesep or (policy or self.policy).linesep
        return super().as_bytes(unixfrom, self.policy.clone(linesep=linesep))
