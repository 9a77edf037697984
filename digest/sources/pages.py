"""Read the title, publisher and date of a source from the metadata of its page."""

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
TIMEOUT = 20
HTML = {"text/html", "application/xhtml+xml"}
# The encodings that pages use. Some others that Python knows take very long to decode.
ENCODINGS = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|(?:us-)?ascii|latin-?1|iso-?8859-\d+|windows-125\d|cp125\d|koi8-[ru]"
    r"|shift_jis|euc-(?:jp|kr)|gb(?:k|2312|18030)|big5",
    re.IGNORECASE,
)
# Read as windows-1252 (WHATWG Encoding Standard).
LATIN_1 = re.compile(r"(?:us-)?ascii|latin-?1|iso-?8859-1", re.IGNORECASE)
# The HTML standard requires the encoding to be declared within them.
MAX_BYTES_TO_CHARSET = 1024
# Only these tags are parsed: parsing a whole hostile page can take quadratic time.
TAGS = re.compile(
    r"""<meta\b(?:[^<>"']|"[^"]{0,2000}"|'[^']{0,2000}'){1,300}>|<title\b[^<>]{0,200}>[^<]{0,2000}""",
    re.IGNORECASE,
)


class PageError(http_client.RequestError):
    """A page without readable metadata."""


class PageMetadata(NamedTuple):
    """The metadata of a page; empty where it has none."""

    title: str
    publisher: str
    published_on: date | None


def read_page(url: str) -> PageMetadata:
    """Fetch a page and read its metadata; RequestError if that fails."""
    deadline = http_client.Deadline(TIMEOUT)
    response = http_client.fetch(
        url,
        max_bytes=MAX_BYTES,
        accept=", ".join(sorted(HTML)),
        on_request=RobotsPolicy(deadline),
        deadline=deadline,
    )
    _validate(response)
    metadata = parse_metadata(_decode(response))
    if not any(metadata):
        raise PageError(_("The page has neither a title nor a publisher."))
    return metadata


def _validate(response: http_client.Response) -> None:
    if not 200 <= response.status < 300:
        raise PageError(_("The server responded with status %d.") % response.status)
    if _content_type(response).get_content_type() not in HTML:
        raise PageError(_("It is not an HTML page."))
    if response.headers.get("content-encoding", "identity") != "identity":
        raise PageError(_("The server compressed it, which was not accepted."))


def _content_type(response: http_client.Response) -> Message:
    message = Message()
    message["Content-Type"] = response.headers.get("content-type", "application/octet-stream")
    return message


def _decode(response: http_client.Response) -> str:
    body, from_bom = EncodingDetector.strip_byte_order_mark(response.body)
    declared = from_bom or _content_type(response).get_content_charset() or _declared_encoding(body)
    name = declared if ENCODINGS.fullmatch(declared) else "utf-8"
    try:
        return body.decode("windows-1252" if LATIN_1.fullmatch(name) else name, "replace")
    except LookupError:  # as of "iso-8859-99"
        return body.decode("utf-8", "replace")


def _declared_encoding(body: bytes) -> str:
    """Return the encoding in the markup; UTF-8 instead of UTF-16, as the HTML standard has it."""
    start = body[:MAX_BYTES_TO_CHARSET]
    declared = EncodingDetector.find_declared_encoding(start, is_html=True) or ""
    return declared.strip().replace("utf-16", "utf-8")


def parse_metadata(markup: str) -> PageMetadata:
    """Parse the metadata in the head of a page."""
    soup = BeautifulSoup(_tags_in(markup), "html.parser")
    title = _meta(soup, "og:title") or _text(soup.title.get_text() if soup.title else "")
    return PageMetadata(
        title=title[:300],
        publisher=_meta(soup, "og:site_name")[:200],
        published_on=_date(_meta(soup, "article:published_time")),
    )


def _tags_in(markup: str) -> str:
    tags = TAGS.findall(markup)
    return "".join(tag if tag[1:5].lower() == "meta" else f"{tag}</title>" for tag in tags[:500])


def _meta(soup: BeautifulSoup, name: str) -> str:
    found = soup.find("meta", attrs={"property": name}) or soup.find("meta", attrs={"name": name})
    return _text(str(found.get("content", ""))) if found else ""


def _text(text: str) -> str:
    """Collapse white space, and remove characters that cannot be printed."""
    words = " ".join(text.split())
    return "".join(character for character in words if character.isprintable())


def _date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if date(1900, 1, 1) <= day <= timezone.localdate() + timedelta(days=1) else None
