"""Read the title, publisher, author and date of a source from the metadata of its page."""

import logging
import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta
from email.message import Message
from typing import NamedTuple

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from digest.http import client as http_client
from digest.http.robots import RobotsPolicy, host_of
from digest.sources.json_ld import read_article

MAX_BYTES = 512 * 1024
TIMEOUT = 20
# For several pages together, which an editor does not wait for.
TIMEOUT_OF_PAGES = 12
MAX_CONCURRENT = 8
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


# Where pages name their authors, best first; some have the URL of a profile there.
AUTHOR = ("author", "article:author", "parsely-author", "dc.creator", "byl")
BYLINE = re.compile(r"^by\s+", re.IGNORECASE)

logger = logging.getLogger(__name__)
# Shared by all requests that a process handles, so that they do not start threads without limit.
readers = ThreadPoolExecutor(MAX_CONCURRENT, "digest-pages")


class PageError(http_client.RequestError):
    """A page without readable metadata."""


class PageMetadata(NamedTuple):
    """The metadata of a page; empty where it has none."""

    title: str
    publisher: str
    author: str
    published_on: date | None


def read_page(url: str) -> PageMetadata:
    """Fetch a page and read its metadata; RequestError if that fails."""
    deadline = http_client.Deadline(TIMEOUT)
    return _read_page(url, RobotsPolicy(deadline), deadline)


def read_pages(urls: list[str]) -> dict[str, PageMetadata | http_client.RequestError]:
    """Read the metadata of several pages at once, those of one host one after the other.

    A page that could not be read in time has an error, as each other one that failed.
    """
    deadline, found = http_client.Deadline(TIMEOUT_OF_PAGES), {}
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        by_host[host_of(url)].append(url)
    tasks = [
        readers.submit(_read_into, found, pages, deadline, get_language())
        for pages in by_host.values()
    ]
    for task in wait(tasks, TIMEOUT_OF_PAGES).not_done:  # such as a slow DNS lookup
        task.cancel()
    late = http_client.Unreachable(_("The server took too long to respond."))
    return {url: found.get(url, late) for url in urls}


def _read_into(
    found: dict, urls: list[str], deadline: http_client.Deadline, language: str | None
) -> None:
    policy = RobotsPolicy(deadline)
    with override(language):
        for url in urls:
            try:
                found[url] = _read_page(url, policy, deadline)
            except http_client.RequestError as error:
                found[url] = error
            except Exception:  # no page may stop the others
                logger.exception("The page %s could not be read.", url)
                found[url] = PageError(_("Its metadata is not readable."))


def _read_page(url: str, policy: RobotsPolicy, deadline: http_client.Deadline) -> PageMetadata:
    response = http_client.fetch(
        url,
        max_bytes=MAX_BYTES,
        accept=", ".join(sorted(HTML)),
        on_request=policy,
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
    """Parse the metadata of a page: its ``meta`` tags, or else its JSON-LD."""
    article = read_article(markup)
    soup = BeautifulSoup(_tags_in(markup), "html.parser")
    title = _meta(soup, "og:title") or _text(soup.title.get_text() if soup.title else "")
    return PageMetadata(
        title=title[:300],
        publisher=(_meta(soup, "og:site_name") or _text(article.publisher))[:200],
        author=(_author(soup) or _text(article.author))[:200],
        published_on=_date(_meta(soup, "article:published_time") or article.published),
    )


def _tags_in(markup: str) -> str:
    tags = TAGS.findall(markup)
    return "".join(tag if tag[1:5].lower() == "meta" else f"{tag}</title>" for tag in tags[:500])


def _meta(soup: BeautifulSoup, name: str) -> str:
    found = soup.find("meta", attrs={"property": name}) or soup.find("meta", attrs={"name": name})
    return _text(str(found.get("content", ""))) if found else ""


def _author(soup: BeautifulSoup) -> str:
    for name in AUTHOR:
        tags = soup.find_all("meta", attrs={"property": name}) or soup.find_all(
            "meta", attrs={"name": name}
        )
        found = [BYLINE.sub("", _text(str(tag.get("content", "")))) for tag in tags]
        if names := [author for author in found if author and "://" not in author]:
            return ", ".join(dict.fromkeys(names))
    return ""


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
