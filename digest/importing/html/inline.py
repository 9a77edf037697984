"""Convert the inline formatting of a paragraph to rich text.

Word processors write bold in three ways (``<b>``, ``<strong>``, a style) and wrap whole documents
in a ``<b>`` that is not bold, so each run of text is stored with the style in effect.
"""

import re
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import parse_qs

from django.utils.html import escape

from digest.http.canonical import split_url, without_tracking
from digest.importing.html.styles import Styles
from digest.importing.rich_text import MAX_URL_LENGTH, code_text, is_allowed_url, linkify

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
MAX_START = 40
MAX_HREF_LENGTH = 4 * MAX_URL_LENGTH
# How styles switch a format on or off.
FORMAT_STYLES = [
    ("font-weight", re.compile(r"bold(?:er)?|[6-9]\d\d|1000"), "b", True),
    ("font-weight", re.compile(r"normal|lighter|[1-5]\d\d"), "b", False),
    ("font-style", re.compile(r"italic|oblique.*"), "i", True),
    ("font-style", re.compile(r"normal"), "i", False),
    ("text-decoration", re.compile(r".*line-through.*"), "s", True),
    ("text-decoration-line", re.compile(r".*line-through.*"), "s", True),
    ("vertical-align", re.compile(r"super"), "sup", True),
    ("vertical-align", re.compile(r"sub"), "sub", True),
]
SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class InlineStyle:
    """The formats and the link in effect."""

    formats: frozenset[str] = frozenset()
    url: str = ""


@dataclass
class TextRun:
    """Text in one style, with its line ends."""

    text: str
    style: InlineStyle


@dataclass
class ParagraphBuilder:
    """Collects the text of a paragraph and the inline tags that are open."""

    runs: list[TextRun] = field(default_factory=list)
    open: list[tuple[str, InlineStyle]] = field(default_factory=list)
    dropped_links: int = 0
    has_text: bool = False
    start_of_text: str = ""

    @property
    def style(self) -> InlineStyle:
        """Return the style in effect."""
        return self.open[-1][1] if self.open else InlineStyle()

    def start(self, tag: str, attributes: dict[str, str], styles: Styles) -> None:
        """Open a tag; more than ``MAX_OPEN`` nested tags are ignored."""
        if tag in INLINE_TAGS and len(self.open) < MAX_OPEN:
            self.open.append((tag, self.style_within(tag, attributes, styles)))

    def style_within(self, tag: str, attributes: dict[str, str], styles: Styles) -> InlineStyle:
        """Return the current style as changed by a tag."""
        formats = set(self.style.formats) | {TAG_FORMATS.get(tag, "")} - {""}
        for style, pattern, name, on in FORMAT_STYLES if styles else ():
            if pattern.fullmatch(styles.get(style, "")):
                formats = formats | {name} if on else formats - {name}
        url = self.style.url
        if tag == "a" and attributes.get("href"):
            url = usable_url(attributes["href"])
            self.dropped_links += not (url or attributes["href"].startswith("#"))
        return InlineStyle(frozenset(formats), url)

    def end(self, tag: str) -> None:
        """Close a tag; tags opened inside it and not closed stay open."""
        for position in range(len(self.open) - 1, -1, -1):
            if self.open[position][0] == tag:
                del self.open[position]
                return

    def add(self, text: str) -> None:
        """Add text, with whitespace collapsed."""
        if len(self.start_of_text) < MAX_START:
            self.start_of_text += text[:MAX_START]
        text = SPACE.sub(" ", text)
        if not self.runs or self.runs[-1].text.endswith((" ", "\n")):
            text = text.removeprefix(" ")
        if text:
            self.append(TextRun(text, self.style))

    def add_as_written(self, text: str) -> None:
        """Add preformatted text, keeping its lines and spaces."""
        style = InlineStyle(self.style.formats | {"code"}, self.style.url)
        self.append(TextRun(code_text(text).replace("\r", ""), style))

    def add_mark(self, mark: str) -> None:
        """Add the mark of a footnote, in brackets, as for the notes of a Word file."""
        mark = re.sub(r"[\[\]()\s]", "", mark)
        self.append(TextRun(f"[{mark}]", InlineStyle(frozenset({"sup"}))))

    def append(self, run: TextRun) -> None:
        self.runs.append(run)
        self.has_text = self.has_text or bool(run.text.strip())

    def breaks_twice(self) -> bool:
        """Return whether another line break would be the second in a row."""
        return bool(self.runs) and self.runs[-1].text.endswith("\n")

    def break_line(self) -> None:
        if self.runs:
            self.runs[-1].text = self.runs[-1].text.removesuffix(" ") + "\n"

    def take(self) -> str:
        """Return the paragraph as HTML, and start the next one."""
        runs, self.runs, self.has_text, self.start_of_text = self.runs, [], False, ""
        written = [n for n, run in enumerate(runs) if run.text.strip(" \n")]
        if not written:
            return ""
        runs = runs[written[0] : written[-1] + 1]
        runs[0].text = runs[0].text.lstrip(" \n")
        runs[-1].text = runs[-1].text.rstrip(" \n")
        return wrap_runs(runs, ("a", *FORMATS))


def usable_url(url: str) -> str:
    """Return the URL of a link, or an empty string if it only works on its own page.

    Links exported by Google Docs go through a redirect, which is resolved.
    """
    url = url[:MAX_HREF_LENGTH].strip()
    parts = split_url(url)
    if parts.netloc == "www.google.com" and parts.path == "/url":
        url = next(iter(parse_qs(parts.query).get("q", [])), url)
        parts = split_url(url)
    if not parts.scheme or len(url) > MAX_URL_LENGTH:
        return ""
    return without_tracking(SPACE.sub("%20", url)) if is_allowed_url(url) else ""


def wrap_runs(runs: list[TextRun], formats: tuple[str, ...]) -> str:
    """Render runs as HTML, with each format around as many of them as possible."""
    if not formats:
        return "".join(map(run_html, runs))
    name, *inner = formats
    html = ""
    for value, group in groupby(runs, key=lambda run: format_value(run.style, name)):
        text = wrap_runs(list(group), tuple(inner))
        html += start_tag(name, value) + text + (f"</{name}>" if value else "")
    return html


def run_html(run: TextRun) -> str:
    """Render the text of a run, with bare URLs as links unless it is code or a link."""
    plain = run.style.url or "code" in run.style.formats
    html = escape(run.text) if plain else linkify(run.text)
    return html.replace("\n", "<br/>")


def format_value(style: InlineStyle, name: str) -> str:
    """Return the URL for ``a``, the name of another format in effect, or an empty string."""
    return style.url if name == "a" else name * (name in style.formats)


def start_tag(name: str, value: str) -> str:
    if not value:
        return ""
    return f'<a href="{escape(value)}">' if name == "a" else f"<{name}>"
