"""The MIME message for one recipient, with the same bytes each time that it is built.

Headers are encoded here, not by Django: its versions fold them differently, and both break a long
``List-Unsubscribe``, which mail programs read as one line.
"""

from datetime import datetime
from email import charset
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import Compat32, Policy
from email.utils import format_datetime, formataddr, parseaddr, quote
from typing import Any, NamedTuple
from unicodedata import category
from urllib.parse import urlsplit

from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import punycode

from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.models import EmailDelivery, NewsletterSettings

# Relays re-encode 8bit, which breaks signatures, and reject lines of more than 998 bytes.
QUOTED_PRINTABLE = charset.Charset("utf-8")
QUOTED_PRINTABLE.body_encoding = charset.QP


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


def _host(digest: Any) -> str:
    _site, root_url, _path = digest.get_url_parts() or (None, "", None)
    return punycode(urlsplit(root_url).hostname or "localhost")


def _in_ascii(address: str) -> str:
    local_part, at, domain = address.rpartition("@")
    return f"{local_part}{at}{punycode(domain)}"


def single_line(text: str) -> str:
    """Return a text without line breaks and control characters."""
    words = " ".join(text.split())  # also splits at U+0085, U+2028 and U+2029
    return "".join(character for character in words if category(character) != "Cc")


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
    ) -> None:
        """Take plain ASCII as ``headers``, each of which becomes one line."""
        # Django parses from_email, and would decode "=?utf-8?..." in it.
        name = single_line(sender.name).replace("=?", "= ?")
        self.sender = sender = sender._replace(name=name)
        # Its "=_" is in no quoted-printable text.
        self.boundary = f"=_digest_{delivery.pk}"
        super().__init__(
            subject=single_line(subject),
            body=text,
            # Not encoded: APIs take it as it is.
            from_email=f'"{quote(name)}" <{sender.address}>',
            to=[delivery.subscription.subscriber.address],
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
        mime.attach(MIMEText(self.body, "plain", QUOTED_PRINTABLE, policy=mime.policy))
        mime.attach(MIMEText(self.alternatives[0][0], "html", QUOTED_PRINTABLE, policy=mime.policy))
        return mime


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
