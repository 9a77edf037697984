"""Read a mail that was saved as a file (.eml): its subject, its date and its text.

The parser of the standard library needs quadratic time for many nested parts and for long headers,
so both are limited before.
"""

import email
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from digest.importing.errors import DocumentError
from digest.importing.images import DocumentImage

MAX_LINES = 200_000
MAX_PARTS = 20
MAX_HEADER = 2000
HEADER = re.compile(rb"(?:From [^\n]*\n)?(?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}\r?\n")
NAME = re.compile(rb"^([!-9;-~]{1,76}):", re.MULTILINE)
# Each mail has these (RFC 5322), and one of the others if a program sent it.
REQUIRED = {b"from"}
OTHERS = {b"received", b"message-id", b"mime-version", b"return-path", b"delivered-to", b"to"}
LONG_TYPE = re.compile(rb"^content-type:(?:[^\n]|\n[ \t]){%d}" % MAX_HEADER, re.I | re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """The subject, the date and the text of a mail, as HTML or plain text."""

    subject: str
    day: date | None
    text: str
    is_html: bool
    images: dict[str, DocumentImage] = field(default_factory=dict)

    def find_image(self, source: str) -> DocumentImage | None:
        """Return the part that a ``cid:`` URL (RFC 2392) refers to."""
        scheme, _, name = source.partition(":")
        return self.images.get(unquote(name)) if scheme.lower() == "cid" else None


def is_mail(data: bytes) -> bool:
    """Return whether a file starts with the headers of a mail."""
    start = data[:100_000].replace(b"\r\n", b"\n").lstrip(b"\xef\xbb\xbf\n")
    head = HEADER.match(start)
    names = {name.lower() for name in NAME.findall(head[0])} if head else set()
    return names >= REQUIRED and bool(names & OTHERS)


def read_mail(data: bytes) -> Mail:
    """Return the content of a mail; raises DocumentError."""
    if len(re.findall(rb"boundary\s*=", data, re.I)) > MAX_PARTS or LONG_TYPE.search(data):
        raise DocumentError("It is not a normal mail: it has too many parts.")
    if data.count(b"\n") > MAX_LINES:
        raise DocumentError(f"It is too large: a mail of more than {MAX_LINES:,} lines.")
    try:
        message = email.message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n"))
        part = text_part(message)
    except RecursionError:
        raise DocumentError("It is not a normal mail: it has too many parts.") from None
    if part is None:
        raise DocumentError("It is a mail without text: open it, and copy what it shows.")
    subject = header(message, "Subject")
    is_html = part.get_content_subtype() == "html"
    return Mail(subject, date_of(message), text_of(part), is_html, images_of(message))


def text_part(message: Message) -> Message | None:
    """Return the part with the text: HTML if there is any, and no attachment."""
    parts = [
        part
        for part in message.walk()
        if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"
    ]
    html = (part for part in parts if part.get_content_subtype() == "html")
    plain = (part for part in parts if part.get_content_subtype() == "plain")
    return next(html, None) or next(plain, None)


def images_of(message: Message) -> dict[str, DocumentImage]:
    """Return the parts to which the HTML can refer, by the id that they have."""
    found: dict[str, DocumentImage] = {}
    for part in message.walk():
        name = header(part, "Content-ID").strip("<> ")
        data = part.get_payload(decode=True) if name else None
        if isinstance(data, bytes) and part.get_content_maintype() != "text":
            # The first one, since an attached mail may use the same id.
            found.setdefault(name, DocumentImage(name.partition("@")[0], data))
    return found


def text_of(part: Message) -> str:
    """Return the decoded text of a part, in UTF-8 if it names no known encoding."""
    data = part.get_payload(decode=True)
    content = data if isinstance(data, bytes) else b""
    charset = part.get_content_charset("utf-8")
    charset = "utf-8" if charset == "us-ascii" else charset
    try:
        return content.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return content.decode("utf-8", "replace")


def header(message: Message, name: str) -> str:
    """Return a decoded header in one line."""
    value = str(message.get(name, ""))[:MAX_HEADER]
    with suppress(HeaderParseError, LookupError, UnicodeError, ValueError):
        value = str(make_header(decode_header(value)))
    return " ".join(value.split())


def date_of(message: Message) -> date | None:
    """Return the day on which a mail was sent, in the time zone of its sender."""
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        return parsedate_to_datetime(header(message, "Date")).date()
    return None
