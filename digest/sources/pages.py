"""What the page of a source says of itself: its title, its publisher and its day."""

import re
from datetime import date, timedelta
from email.message import Message
from typing import NamedTuple

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector
from django.utils import timezone
from django.utils.translation import gettext as _

from digest.http import client as http_client
from digest.http.robots import RobotsPolicy

MAX_BYTES = 512 * 1024
SECONDS = 20
HTML = {"text/html", "application/xhtml+xml"}
# What pages are written in. Python knows more, and some of that takes very long to decode.
ENCODINGS = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|(?:us-)?ascii|latin-?1|iso-?8859-\d+|windows-125\d|cp125\d|koi8-[ru]"
    r"|shift_jis|euc-(?:jp|kr)|gb(?:k|2312|18030)|big5",
    re.IGNORECASE,
)
# Browsers read these as the last.
OLDEST = re.compile(r"(?:us-)?ascii|latin-?1|iso-?8859-1", re.IGNORECASE)
# Where HTML wants a page to name its encoding.
MAX_BYTES_TO_CHARSET = 1024
# The tags that are read. Parsers of whole pages can be kept busy by a page made for it.
TAGS = re.compile(
    r"""<meta\b(?:[^<>"']|"[^"]{0,2000}"|'[^']{0,2000}'){1,300}>|<title\b[^<>]{0,200}>[^<]{0,2000}""",
    re.IGNORECASE,
)


class PageError(http_client.OutboundError):
    """A page from which nothing can be read."""


class PageFacts(NamedTuple):
    """What was found; empty where the page does not say."""

    title: str
    publisher: str
    published_on: date | None


def read_page(url: str) -> PageFacts:
    """Fetch a page and read its title, publisher and day; OutboundError says why not."""
    deadline = http_client.Deadline(SECONDS)
    answer = http_client.fetch(
        url,
        limit=MAX_BYTES,
        accept=", ".join(sorted(HTML)),
        before=RobotsPolicy(deadline),
        deadline=deadline,
    )
    _refuse(answer)
    facts = facts_in(_decoded(answer))
    if not any(facts):
        raise PageError(_("The page says neither its title nor its publisher."))
    return facts


def _refuse(answer: http_client.Answer) -> None:
    if not 200 <= answer.status < 300:
        raise PageError(_("The server answers with status %d.") % answer.status)
    if _content_type(answer).get_content_type() not in HTML:
        raise PageError(_("It is no HTML page."))
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise PageError(_("The server sends it packed, though it was asked not to."))


def _content_type(answer: http_client.Answer) -> Message:
    message = Message()
    message["Content-Type"] = answer.headers.get("content-type", "application/octet-stream")
    return message


def _decoded(answer: http_client.Answer) -> str:
    body, marked = EncodingDetector.strip_byte_order_mark(answer.body)
    told = marked or _content_type(answer).get_content_charset() or _declared(body)
    name = told if ENCODINGS.fullmatch(told) else "utf-8"
    try:
        return body.decode("windows-1252" if OLDEST.fullmatch(name) else name, "replace")
    except LookupError:  # as of "iso-8859-99"
        return body.decode("utf-8", "replace")


def _declared(body: bytes) -> str:
    """The encoding that a page names itself; no UTF-16, in which the name could not be read."""
    start = body[:MAX_BYTES_TO_CHARSET]
    told = EncodingDetector.find_declared_encoding(start, is_html=True) or ""
    return told.strip().replace("utf-16", "utf-8")


def facts_in(markup: str) -> PageFacts:
    """The facts in the head of a page."""
    soup = BeautifulSoup(_tags_in(markup), "html.parser")
    title = _meta(soup, "og:title") or _text(soup.title.get_text() if soup.title else "")
    return PageFacts(
        title=title[:300],
        publisher=_meta(soup, "og:site_name")[:200],
        published_on=_day(_meta(soup, "article:published_time")),
    )


def _tags_in(markup: str) -> str:
    tags = TAGS.findall(markup)
    return "".join(tag if tag[1:5].lower() == "meta" else f"{tag}</title>" for tag in tags[:500])


def _meta(soup: BeautifulSoup, name: str) -> str:
    found = soup.find("meta", attrs={"property": name}) or soup.find("meta", attrs={"name": name})
    return _text(str(found.get("content", ""))) if found else ""


def _text(text: str) -> str:
    """In one line, without what cannot be printed."""
    words = " ".join(text.split())
    return "".join(character for character in words if character.isprintable())


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if date(1900, 1, 1) <= day <= timezone.localdate() + timedelta(days=1) else None
