"""Recognise the frame of a mail: "view in browser" above, "unsubscribe" below, and its links.

These links carry a token of the reader who got the mail. They are recognised by that shape and by
their place, so that a story about unsubscribing stays.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from urllib.parse import parse_qsl, unquote, urlencode

from digest.http.canonical import split_url
from digest.importing.reader_urls import (
    MIN_TOKEN,
    has_blob,
    tokens_of,
    without_address,
    without_click_tracker,
)
from digest.importing.recognition import URL, is_boilerplate
from digest.importing.rich_text import trim_url

FRAME_NOTE = "lines of a mail's frame (view in browser, unsubscribe)"
URL_NOTES = {
    "personal": "URLs that identify the reader of a mail; their text is kept",
    "click": "URLs through a click tracker; their text is kept, or the target if it shows",
    "address": "e-mail addresses in URLs",
}
MAX_ROW_LENGTH, MAX_TOP_LENGTH = 700, 200
TAIL = 8
TOP_LINES = 5
MAX_GAP = 2
MAX_PROFILE = 25
NOTHING = "\x00"  # in place of a URL; the text has no control characters
NO_LINK = re.compile(rf"\[([^\[\]\n]*)\]\({NOTHING}[^()\n]{{0,200}}\)")
CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
NO_URL = re.compile(rf"\s?[(<\[]{NOTHING}[)>\]]|{NOTHING}")
MIN_BLOB_LINKS = 3
SHORT_TOKEN = re.compile(r"(?!(?:19|20)\d\d$)(?=[^\d]*\d)\w{3,}")  # but not a year
READABLE = re.compile(r"[a-z]{3,}[-.][a-z0-9]|[a-z]{9,}", re.IGNORECASE)
# How services of mail name these pages, in URLs (as in the header List-Unsubscribe) and in words.
SERVICE_URL = re.compile(
    r"(?:^|[/?&=_.])(?:un-?sub(?:s|scribe|scription)?(?:_\w+)?|list-?unsub(?:scribe)?|opt-?out|prefs"
    r"|(?:(?:email|user|subscription|manage|update|edit)[-_]?)?preferences?"
    r"|manage[-_]?(?:subscription|profile)s?|web-?(?:version|view)"
    r"|view[-_]?(?:online|e?mail|in[-_]?browser)|view[-_]as[-_]web\w*)(?=[/?&=.#@]|$)",
    re.IGNORECASE,
)
# Also of other pages: only in a row of links at an end of the text.
ROW_URL = re.compile(
    r"(?:^|[/?&=_.-])(?:subscriptions?|manage|prefs?|settings)(?=[/?&=.#-]|$)", re.I
)
SHARE_URL = re.compile(
    r"^mailto:\?|/(?:intent/\w+|shar(?:e|er|ing)\b|share\w+|submit\w*)[^?]*\?.*\b\w+=|/\?text=",
    re.I,
)
IMPRINT_LABEL = re.compile(
    r"[^.:!?]{0,40}\b(?:address|adresse|anschrift|indirizzo)\b[^.:!?]{0,20}:", re.I
)
# Parts between commas, one of them a number of a house and a name, without a year.
POSTAL = re.compile(
    r"^(?!.*\b(?:19|20)\d\d\b)(?=.*[,·|])(?:.*?[,·|] ?)?"
    r"(?:\d{1,5}[a-z]? [A-Z]\w+|[A-Z]\w+ \d{1,4}[a-z]?(?= ?[,·|]))"
)
SENTENCE = re.compile(r"[.!?]$|[a-z]{3}[.!?] [A-Z]")
MAX_WORDS, MAX_ROW_WORDS, MAX_LINK_WORDS = 60, 8, 3
SERVICE_WORDS = re.compile(
    r"unsubscri|opt out|preferences|(?:in|your|web) ?browser|online version|web version"
    r"|abbestell|abmeld|im browser|online-?ansicht|d[ée]sabonn|d[ée]sinscri|navigateur|en ligne"
    r"|cancelar|darse de baja|navegador|preferenc|disiscri|annulla|nel browser|uitschrijv|afmeld"
    r"|avregistrer|avprenumerer|avmeld|frameld|webbl[äa]sare|wypisz|rezygn|przegl[ąa]dar",
    re.IGNORECASE,
)


def service_tokens(url: str) -> set[str]:
    """Return what may identify a reader in the URL of a page for one reader."""
    values = {v for v in values_of(url) if len(v) >= MIN_TOKEN or SHORT_TOKEN.fullmatch(v)}
    return set(tokens_of(url)) or values


def values_of(url: str) -> list[str]:
    """Return the values of parameters that are no URLs."""
    return [v for _, v in parse_qsl(split_url(url).query) if "://" not in v]


@dataclass(frozen=True)
class FrameLine:
    """A line or block of a document: its text, and its links as (URL, text).

    ``group`` numbers the cell or paragraph that it is in.
    """

    text: str
    links: tuple[tuple[str, str], ...] = ()
    is_heading: bool = False
    group: int = 0

    @cached_property
    def is_row(self) -> bool:
        """Return whether this is a row of links, all of which may be personal."""
        linked = sum(len(text) for _, text in self.links)
        personal = all(is_personal(url) for url, _ in self.links)
        return bool(self.links) and personal and 2 * linked >= len(self.text.strip())

    @property
    def is_profile(self) -> bool:
        """Return whether it is nothing but links to homes and profiles, such as social ones."""
        paths = [split_url(url).path.strip("/") for url, _ in self.links]
        alone = len(self.text) <= sum(len(text) + 3 for _, text in self.links)
        return alone and all(len(path) <= MAX_PROFILE and "/" not in path for path in paths)

    @cached_property
    def is_service(self) -> bool:
        """Return whether it has a link to a page of the service that sent the mail."""
        if not self.is_short:
            return False
        found = any(is_service(url, text) for url, text in self.links)
        return found or (self.is_link_row and any(is_in_row(url, text) for url, text in self.links))

    @property
    def is_imprint(self) -> bool:
        """Return whether it is a postal address, the label of one, or links to share the mail."""
        if self.links:
            found = all(SHARE_URL.search(url) for url, _ in self.links)
        elif IMPRINT_LABEL.match(self.text):
            return True
        else:
            found = bool(POSTAL.search(self.text))
        return found and not SENTENCE.search(self.text)

    @property
    def is_link_row(self) -> bool:
        """Return whether it is mostly links of a few words, and no sentence."""
        linked = sum(len(text) for _, text in self.links)
        few = len(self.text.split()) <= MAX_ROW_WORDS * len(self.links)
        return few and 2 * linked >= len(self.text.strip())

    @property
    def is_short(self) -> bool:
        return not self.is_heading and len(self.text) <= MAX_ROW_LENGTH


def is_personal(url: str) -> bool:
    return url.startswith("mailto:") or any(tokens_of(url))


def is_service(url: str, text: str) -> bool:
    """Return whether a link leads to a page for one reader: by its target, or by its words."""
    if url.startswith("mailto:"):
        return has_service_target(url)
    if has_service_target(url):
        return bool(service_tokens(url))
    return len(text) <= MAX_WORDS and bool(SERVICE_WORDS.search(text)) and any(tokens_of(url))


def is_in_row(url: str, text: str) -> bool:
    """Return whether a link in a row of links leads to a page for one reader.

    Its token may be of any length there.
    """
    path = split_url(url).path
    if not any([*values_of(url), *map(SHORT_TOKEN.fullmatch, unquote(path).split("/"))]):
        return False
    named = SERVICE_WORDS.search(text) and len(text.split()) <= MAX_LINK_WORDS
    return (
        has_service_target(url)
        or bool(ROW_URL.search(path))
        or bool(named and not READABLE.search(path))
    )


def has_service_target(url: str) -> bool:
    return bool(SERVICE_URL.search(url.partition("://")[2] or url.removeprefix("mailto:")))


@dataclass
class MailFrame:
    """The lines of a mail's frame, and what identifies its reader.

    ``pages`` are the URLs of pages for this reader alone.
    """

    rows: set[int] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    trackers: set[str] = field(default_factory=set)

    def without_reader(self, url: str) -> str:
        """Return a URL without the tokens of the reader; empty if it does not work without them."""
        if url in self.pages:
            return ""
        parts = split_url(url)
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


def find_frame(lines: Sequence[FrameLine]) -> MailFrame:
    """Return the frame of a mail; an empty one for other documents."""
    bottom = bottom_rows(lines)
    top = top_rows(lines, bottom)
    frame = MailFrame({*top, *bottom})
    for number, line in enumerate(lines):
        for url, text in line.links:
            found = is_service(url, text) or (number in frame.rows and is_in_row(url, text))
            is_page = found and (bool(frame.rows) or has_service_target(url))
            if is_page:
                frame.pages.add(url)
            if is_page or number in frame.rows:
                frame.tokens.update(service_tokens(url) if is_page else tokens_of(url))
                frame.hosts.add(split_url(url).netloc)
    counts: dict[str, set[str]] = defaultdict(set)
    for url in all_urls(lines) if frame.rows else ():
        if has_blob(url):
            counts[split_url(url).netloc].add(url)
    frame.trackers = {host for host, found in counts.items() if len(found) >= MIN_BLOB_LINKS}
    return frame


def all_urls(lines: Iterable[FrameLine]) -> Iterator[str]:
    return (url for line in lines for url, _ in line.links)


def bottom_rows(lines: Sequence[FrameLine]) -> list[int]:
    """Return the lines from the first one of the frame below the text to the end."""
    first = len(lines)
    while len(lines) - first < TAIL and first > MAX_GAP + 1 and lines[first - 1].is_short:
        first -= 1
    services = [number for number in range(first, len(lines)) if lines[number].is_service]
    if not services:
        last = next((n for n in range(len(lines) - 1, first - 1, -1) if lines[n].links), -1)
        if last < 0 or not lines[last].is_row or not is_shared(lines[last], lines):
            return []
        if len(lines[last].links) < 2:
            return [last]
        services = [last]
    start = services[-1]
    for number in reversed(services):
        start = number if start - number <= MAX_GAP else start
    start = start_of_group(lines, start)
    start = start_of_imprint(lines, start_of_profiles(lines, start))
    return list(range(start, len(lines)))


def start_of_group(lines: Sequence[FrameLine], start: int) -> int:
    """Return the first line of the cell or paragraph in which the frame starts, if it is small."""
    group = lines[start].group
    first = start
    while first > 0 and group and lines[first - 1].group == group:
        first -= 1
    above = lines[first:start]
    small = all(line.is_short and len(line.text) <= MAX_TOP_LENGTH for line in above)
    return first if small and len(above) <= TAIL // 2 and first > MAX_GAP else start


def start_of_profiles(lines: Sequence[FrameLine], start: int) -> int:
    """Return the first of the lines of social links above the frame, if there are several."""
    first = start
    while first > MAX_GAP + 1 and lines[first - 1].links and lines[first - 1].is_profile:
        first -= 1
    return first if sum(len(line.links) for line in lines[first:start]) > 1 else start


def start_of_imprint(lines: Sequence[FrameLine], start: int) -> int:
    """Return the first of the lines with an address or share links just above the frame.

    Other boilerplate may be between them.
    """
    first = start
    for number in range(start - 1, MAX_GAP, -1):
        line = lines[number]
        if line.is_heading or len(line.text) > MAX_TOP_LENGTH:
            break
        if line.is_imprint:
            first = number
        elif not is_boilerplate(line.text, around=True):
            break
    return first


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
        if line.is_service or (shared and line.is_row and is_above_title(lines, number)):
            found.append(number)
        elif line.is_heading or found or number >= MAX_GAP:
            break
    return found


def is_above_title(lines: Sequence[FrameLine], number: int) -> bool:
    """Return whether a row may be above the title, and is not the title itself."""
    following = lines[number + 1] if number + 1 < len(lines) else FrameLine("")
    row = lines[number]
    short = len(row.text) <= MAX_TOP_LENGTH and len(following.text) <= MAX_TOP_LENGTH
    return short and not row.is_heading and not following.links


def without_frame(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a copied mail with the lines of its frame emptied, and notes."""
    lines = text.split("\n")
    written = [number for number, line in enumerate(lines) if line.strip()]
    groups = list(accumulate(not line.strip() for line in lines))
    found = [text_line(lines[number], groups[number] + 1) for number in written]
    for number, line in enumerate(found):
        if number and not line.text and line.links:  # the words are in the line above the URL
            words = found[number - 1].text
            links = tuple((url, words) for url, _ in line.links)
            found[number] = replace(line, text=words, links=links)
    frame = find_frame(found)
    for row in frame.rows:
        lines[written[row]] = ""
        if row and found[row].text == found[row - 1].text:
            lines[written[row - 1]] = ""
    before = "\n".join(lines)
    counts: Counter[str] = Counter()
    pieces = CODE.split(before)
    pieces[::2] = [URL.sub(lambda url: replaced(url[0], frame, counts), p) for p in pieces[::2]]
    after = NO_URL.sub("", NO_LINK.sub(r"\1", "".join(pieces)))
    notes = []
    if frame.rows:
        first = written[min(frame.rows)] + 1
        notes.append(f"left out: {len(frame.rows)} × {FRAME_NOTE}, the first in line {first}")
    notes += [f"left out: {count} × {URL_NOTES[what]}" for what, count in counts.items() if count]
    return after, tuple(notes)


def text_line(line: str, group: int) -> FrameLine:
    words = " ".join(URL.sub(" ", line).strip(" <>()[]|:").split())
    links = tuple((trim_url(url), words) for url in URL.findall(line))
    return FrameLine(words, links, group=group)


def replaced(url: str, frame: MailFrame, counts: Counter[str]) -> str:
    """Return a URL without what identifies the reader, and the punctuation that follows it."""
    trimmed = trim_url(url)
    return (without_reader(trimmed, frame, counts) or NOTHING) + url[len(trimmed) :]


def without_reader(url: str, frame: MailFrame, counts: Counter[str]) -> str:
    """Return a URL without what identifies the reader, and count what was left out."""
    steps = (
        ("personal", frame.without_reader),
        ("click", without_click_tracker),
        ("address", without_address),
    )
    for what, clean in steps:
        before, url = url, clean(url)
        counts[what] += url != before
    return url
