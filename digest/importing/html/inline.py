"""The formatting within a paragraph of HTML: which is on, and text with it as rich text.

Word processors say bold in three ways (``<b>``, ``<strong>``, a style) and wrap whole documents
into a ``<b>`` that is not bold, so each piece of text is kept with what is in force there.
"""

import re
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.utils.html import escape

from digest.importing.rich_text import MAX_ADDRESS_LENGTH, is_allowed_address, linked

FORMATS = ("b", "i", "s", "sup", "sub", "code")
TAG_FORMATS = {
    "b": "b",
    "strong": "b",
    "i": "i",
    "em": "i",
    "s": "s",
    "strike": "s",
    "del": "s",
    "sup": "sup",
    "sub": "sub",
    "code": "code",
    "kbd": "code",
    "samp": "code",
    "tt": "code",
}
INLINE_TAGS = {*TAG_FORMATS, "a", "span", "font", "cite", "u", "mark", "small"}
MAX_OPEN = 20
MAX_LENGTH = 4 * MAX_ADDRESS_LENGTH
STYLES = [
    (re.compile(r"font-weight:\s*(?:bold|[6-9]00)"), "b", True),
    (re.compile(r"font-weight:\s*(?:normal|[1-5]00)"), "b", False),
    (re.compile(r"font-style:\s*italic"), "i", True),
    (re.compile(r"font-style:\s*normal"), "i", False),
    (re.compile(r"text-decoration[a-z-]*:[^;]*line-through"), "s", True),
    (re.compile(r"vertical-align:\s*super"), "sup", True),
    (re.compile(r"vertical-align:\s*sub"), "sub", True),
]
MAX_STYLE_LENGTH = 2000
SPACE = re.compile(r"\s+")
INDENT = re.compile(r"(?m)^ +")


@dataclass(frozen=True)
class Look:
    """The formats and the link that are in force."""

    formats: frozenset[str] = frozenset()
    address: str = ""


@dataclass
class Piece:
    """Some text in one look; line ends in it are kept."""

    text: str
    look: Look


@dataclass
class Inline:
    """The tags that are open, and the text of the paragraph so far."""

    pieces: list[Piece] = field(default_factory=list)
    open: list[tuple[str, Look]] = field(default_factory=list)
    plain_links: int = 0
    has_text: bool = False

    @property
    def look(self) -> Look:
        """What is in force now."""
        return self.open[-1][1] if self.open else Look()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag opens. Beyond twenty within each other there is nothing left to say."""
        if tag in INLINE_TAGS and len(self.open) < MAX_OPEN:
            self.open.append((tag, self.look_with(tag, attributes)))

    def look_with(self, tag: str, attributes: dict[str, str]) -> Look:
        """The look within a tag."""
        formats = set(self.look.formats) | {TAG_FORMATS.get(tag, "")} - {""}
        style = attributes.get("style", "")[:MAX_STYLE_LENGTH].lower()
        for pattern, name, on in STYLES if style else ():
            if pattern.search(style):
                formats = formats | {name} if on else formats - {name}
        address = self.look.address
        if tag == "a" and attributes.get("href"):
            address = usable_address(attributes["href"])
            self.plain_links += not (address or attributes["href"].startswith("#"))
        return Look(frozenset(formats), address)

    def end(self, tag: str) -> None:
        """A tag closes; what was opened within it and not closed stays in force until it is."""
        for position in range(len(self.open) - 1, -1, -1):
            if self.open[position][0] == tag:
                del self.open[position]
                return

    def add(self, text: str) -> None:
        """Text whose line ends mean no more than spaces."""
        text = SPACE.sub(" ", text)
        if not self.pieces or self.pieces[-1].text.endswith((" ", "\n")):
            text = text.removeprefix(" ")
        if text:
            self.append(Piece(text, self.look))

    def add_as_written(self, text: str) -> None:
        """Text whose lines and indents are to be seen, such as code."""
        text = INDENT.sub(lambda spaces: "\xa0" * len(spaces[0]), text.expandtabs(4))
        look = Look(self.look.formats | {"code"}, self.look.address)
        self.append(Piece(text.replace("\r", ""), look))

    def append(self, piece: Piece) -> None:
        """Note some text, and whether there is any in the paragraph yet."""
        self.pieces.append(piece)
        self.has_text = self.has_text or bool(piece.text.strip())

    def breaks_twice(self) -> bool:
        """Whether the last thing was a line break already: two of them end a paragraph."""
        return bool(self.pieces) and self.pieces[-1].text.endswith("\n")

    def break_line(self) -> None:
        """A line break."""
        if self.pieces:
            self.pieces[-1].text = self.pieces[-1].text.removesuffix(" ") + "\n"

    def take(self) -> str:
        """The paragraph as HTML; the next one begins."""
        pieces, self.pieces, self.has_text = self.pieces, [], False
        written = [n for n, piece in enumerate(pieces) if piece.text.strip(" \n")]
        if not written:
            return ""
        pieces = pieces[written[0] : written[-1] + 1]
        pieces[0].text = pieces[0].text.lstrip(" \n")
        pieces[-1].text = pieces[-1].text.rstrip(" \n")
        return wrapped(pieces, ("a", *FORMATS))


def usable_address(address: str) -> str:
    """The address of a link, or nothing for one that leads nowhere from another page.

    Documents exported by Google lead every link over a page of Google's own.
    """
    address = address[:MAX_LENGTH].strip()
    parts = split(address)
    if parts and parts.netloc == "www.google.com" and parts.path == "/url":
        address = next(iter(parse_qs(parts.query).get("q", [])), address)
        parts = split(address)
    if not parts or not parts.scheme or len(address) > MAX_ADDRESS_LENGTH:
        return ""
    return SPACE.sub("%20", address) if is_allowed_address(address) else ""


def split(address: str) -> SplitResult | None:
    """The parts of an address; None for what is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def wrapped(pieces: list[Piece], formats: tuple[str, ...]) -> str:
    """Pieces as HTML: each format in its turn around as much as it can."""
    if not formats:
        return "".join(map(text_html, pieces))
    name, *inner = formats
    html = ""
    for value, group in groupby(pieces, key=lambda piece: value_of(piece.look, name)):
        text = wrapped(list(group), tuple(inner))
        html += opened(name, value) + text + (f"</{name}>" if value else "")
    return html


def text_html(piece: Piece) -> str:
    """The text of a piece, with bare addresses as links where there may be some."""
    plain = piece.look.address or "code" in piece.look.formats
    html = escape(piece.text) if plain else linked(piece.text)
    return html.replace("\n", "<br/>")


def value_of(look: Look, name: str) -> str:
    """What a format is for a look: the address of a link, its name or nothing for the rest."""
    return look.address if name == "a" else name * (name in look.formats)


def opened(name: str, value: str) -> str:
    """The start tag of a format that is in force."""
    if not value:
        return ""
    return f'<a href="{escape(value)}">' if name == "a" else f"<{name}>"
