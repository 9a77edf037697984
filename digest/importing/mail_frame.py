"""Recognise the frame of a mail: "view in browser" above, "unsubscribe" below, and its links.

These links carry a token of the reader who got the mail. They are recognised by that shape and by
their place, so that a story about unsubscribing stays.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from digest.importing.recognition import URL
from digest.importing.rich_text import trim_url

FRAME_NOTE = "lines of a mail's frame (view in browser, unsubscribe)"
MAX_ROW_LENGTH, MAX_TOP_LENGTH = 500, 200
TOP_LINES = 5
MAX_GAP = 2
MIN_TOKEN, MIN_BLOB, MIN_BLOB_LINKS = 6, 48, 3
CHANGES = re.compile(r"(?<=[a-zA-Z])(?=\d)|(?<=\d)(?=[a-zA-Z])|(?<=[a-z])(?=[A-Z])")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NUMBER = re.compile(r"(?!(?:19|20)\d{6}$)\d{6,}")
ADDRESS = re.compile(r"[^\s@/]+@[^\s@/]+\.\w+")
READABLE = re.compile(r"[a-z]{3,}[-.][a-z0-9]|[a-z]{9,}", re.IGNORECASE)
# How services of mail name these pages, in URLs (as in the header List-Unsubscribe) and in words.
SERVICE_URL = re.compile(
    r"(?:^|[/?&=_.])(?:un-?subscribe(?:_\w+)?|list-?unsubscribe|opt-?out"
    r"|(?:(?:email|user|subscription|manage|update|edit)[-_]?)?preferences?"
    r"|manage[-_]?(?:subscription|profile)s?|web-?(?:version|view)"
    r"|view[-_]?(?:online|e?mail|in[-_]?browser)|view[-_]as[-_]web\w*)(?=[/?&=.#@]|$)",
    re.IGNORECASE,
)
MAX_WORDS = 60
SERVICE_WORDS = re.compile(
    r"unsubscri|opt out|preferences|(?:in|your|web) ?browser|online version|web version"
    r"|abbestell|abmeld|im browser|online-?ansicht|d[ée]sabonn|d[ée]sinscri|navigateur|en ligne"
    r"|cancelar|darse de baja|navegador|preferenc|disiscri|annulla|nel browser|uitschrijv|afmeld"
    r"|avregistrer|avprenumerer|avmeld|frameld|webbl[äa]sare|wypisz|rezygn|przegl[ąa]dar",
    re.IGNORECASE,
)


def split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def is_opaque(text: str) -> bool:
    """Return whether a piece of a URL looks like a key that was made by a program."""
    if UUID.fullmatch(text) or ADDRESS.fullmatch(text):
        return True
    return any(
        len(piece) >= MIN_TOKEN and len(CHANGES.findall(piece)) >= 2
        for piece in re.split(r"[-._~=:,]", text)
    )


def tokens_of(url: str) -> Iterator[str]:
    """Yield the pieces of a URL that may identify a reader."""
    parts = split(url)
    if parts is None:
        return
    yield from (piece for piece in unquote(parts.path).split("/") if is_opaque(piece))
    for _, value in parse_qsl(parts.query):
        if "://" not in value and (is_opaque(value) or NUMBER.fullmatch(value)):
            yield value


@dataclass(frozen=True)
class FrameLine:
    """A line or block of a document: its text, and its links as (URL, text)."""

    text: str
    links: tuple[tuple[str, str], ...] = ()
    is_heading: bool = False

    @cached_property
    def is_row(self) -> bool:
        """Return whether this is a row of links, all of which may be personal."""
        linked = sum(len(text) for _, text in self.links)
        personal = all(is_personal(url) for url, _ in self.links)
        return bool(self.links) and personal and 2 * linked >= len(self.text.strip())

    @cached_property
    def is_service(self) -> bool:
        """Return whether it has a link to a page of the service that sent the mail."""
        short = not self.is_heading and len(self.text) <= MAX_ROW_LENGTH
        return short and any(is_service(url, text) for url, text in self.links)


def is_personal(url: str) -> bool:
    return url.startswith("mailto:") or any(tokens_of(url))


def is_service(url: str, text: str) -> bool:
    """Return whether a link leads to a page for one reader: by its target, or by its words."""
    if url.startswith("mailto:"):
        return bool(SERVICE_URL.search(url.removeprefix("mailto:")))
    named = SERVICE_URL.search(url.partition("://")[2])
    named = named or (len(text) <= MAX_WORDS and SERVICE_WORDS.search(text))
    return bool(named) and any(tokens_of(url))


@dataclass
class MailFrame:
    """The lines of a mail's frame, and what identifies its reader."""

    rows: set[int] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    trackers: set[str] = field(default_factory=set)

    def without_reader(self, url: str) -> str:
        """Return a URL without the tokens of the reader; empty if it does not work without them."""
        parts = split(url)
        if parts is None or not self.tokens:
            return url
        mine = {token for token in tokens_of(url) if token in self.tokens}
        tracked = parts.netloc in self.trackers and has_blob(url)
        if not mine and not tracked:
            return url
        if target := next((v for _, v in parse_qsl(parts.query) if v.startswith("http")), ""):
            return self.without_reader(target)
        in_path = any(piece in mine for piece in unquote(parts.path).split("/"))
        bare = parts.netloc in self.hosts and not READABLE.search(parts.path)
        if tracked or in_path or bare:
            return ""
        kept = [(name, value) for name, value in parse_qsl(parts.query) if value not in mine]
        return parts._replace(query=urlencode(kept)).geturl()


def has_blob(url: str) -> bool:
    return any(len(token) >= MIN_BLOB for token in tokens_of(url))


def find_frame(lines: Sequence[FrameLine]) -> MailFrame:
    """Return the frame of a mail; an empty one for other documents."""
    bottom = bottom_rows(lines)
    top = top_rows(lines, bottom)
    urls = [url for row in (*top, *bottom) for url, _ in lines[row].links]
    frame = MailFrame({*top, *bottom})
    frame.tokens = {token for url in urls for token in tokens_of(url)}
    frame.hosts = {parts.netloc for url in urls if (parts := split(url))}
    counts: dict[str, set[str]] = defaultdict(set)
    for url in all_urls(lines) if frame.rows else ():
        if has_blob(url):
            counts[urlsplit(url).netloc].add(url)
    frame.trackers = {host for host, found in counts.items() if len(found) >= MIN_BLOB_LINKS}
    return frame


def all_urls(lines: Iterable[FrameLine]) -> Iterator[str]:
    return (url for line in lines for url, _ in line.links)


def bottom_rows(lines: Sequence[FrameLine]) -> list[int]:
    """Return the lines from the first one of the frame below the text to the end."""
    last = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].links), -1)
    after = lines[last + 1 :]
    if last < 0 or any(line.is_heading or len(line.text) > MAX_ROW_LENGTH for line in after):
        return []
    if not lines[last].is_service:
        return [last] if lines[last].is_row and is_shared(lines[last], lines) else []
    start, gap = last, 0
    for number in range(last - 1, MAX_GAP, -1):
        gap = 0 if lines[number].is_service else gap + 1
        if gap > MAX_GAP or lines[number].is_heading:
            break
        start = number if not gap else start
    return list(range(start, len(lines)))


def is_shared(row: FrameLine, lines: Sequence[FrameLine]) -> bool:
    """Return whether a token of a row is in links to several pages, as that of a reader is."""
    pages: dict[str, set[str]] = defaultdict(set)
    for url in all_urls(lines):
        for token in tokens_of(url):
            pages[token].add(url.partition("#")[0])
    return any(len(pages[token]) > 1 for url, _ in row.links for token in tokens_of(url))


def top_rows(lines: Sequence[FrameLine], bottom: Sequence[int]) -> list[int]:
    """Return the lines of the frame above the text."""
    known = {token for row in bottom for url, _ in lines[row].links for token in tokens_of(url)}
    found: list[int] = []
    for number, line in enumerate(lines[: min(TOP_LINES, *bottom, len(lines))]):
        shared = any(token in known for url, _ in line.links for token in tokens_of(url))
        if line.is_service or (shared and line.is_row and len(line.text) <= MAX_TOP_LENGTH):
            found.append(number)
        elif line.is_heading or found or number >= MAX_GAP:
            break
    return found


def without_frame(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a copied mail with the lines of its frame emptied, and notes."""
    lines = text.split("\n")
    written = [number for number, line in enumerate(lines) if line.strip()]
    found = [text_line(lines[number]) for number in written]
    for number, line in enumerate(found):
        if number and not line.text and line.links:  # the words are in the line above the URL
            words = found[number - 1].text
            found[number] = FrameLine(words, tuple((url, words) for url, _ in line.links))
    frame = find_frame(found)
    for row in frame.rows:
        lines[written[row]] = ""
        if row and found[row].text == found[row - 1].text:
            lines[written[row - 1]] = ""
    if not frame.tokens:
        return text, ()
    lines = [URL.sub(lambda url: replaced(url[0], frame), line) for line in lines]
    first = written[min(frame.rows)] + 1
    note = f"left out: {len(frame.rows)} × {FRAME_NOTE}, the first in line {first}"
    return "\n".join(lines), (note,)


def text_line(line: str) -> FrameLine:
    words = " ".join(URL.sub(" ", line).strip(" <>()[]|:").split())
    return FrameLine(words, tuple((trim_url(url), words) for url in URL.findall(line)))


def replaced(url: str, frame: MailFrame) -> str:
    """Return a URL without the tokens of the reader, and the punctuation that follows it."""
    trimmed = trim_url(url)
    return frame.without_reader(trimmed) + url[len(trimmed) :]
