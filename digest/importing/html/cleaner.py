"""HTML from anywhere turned into the few tags that an issue knows, one block to a line.

``<h1>`` to ``<h6>``, ``<p>``, ``<ul>``, ``<ol>`` and ``<blockquote>``, with inline formatting and
links in them. What comes out is the document from here on: its lines are the blocks that a report
counts and an editor sees. Pages saved from a browser bring their frame, word processors their
wrapping; both are left out here, and the notes say how much of what.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape

from digest.importing.html.inline import MAX_STYLE_LENGTH, Inline
from digest.importing.html.lists import WORD_ITEM, Lists, list_html
from digest.importing.html.tokens import RAW_TEXT, Token, tokens_of
from digest.importing.rich_text import bare_text

PROGRAMS = {"script", "iframe", "object", "applet", "canvas", "svg", "math"}
UNSEEN = RAW_TEXT - PROGRAMS | {"template", "noscript"}
CONTROLS = {"button", "select", "dialog", "menu", "datalist", "audio", "video"}
FRAME = {"nav", "aside", "footer"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = {"ul", "ol"}
BLOCKS = {
    "address",
    "article",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "form",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    *FRAME,
    *HEADINGS,
    *LISTS,
}
NOT_SEEN = re.compile(r"display:\s*none|visibility:\s*hidden|mso-hide:\s*all")
HIDEABLE = {"div", "section", "span", "article", "header", "table", "ul", "ol"}
MAY_BE_IN_HEADING = {"p", "div", "section"}
FORMATTING = re.compile(r"</?(?:b|i|s|sup|sub|code)>")
WORD_TITLE = re.compile(r"MsoTitle\b")
NOTES = {
    "program": "scripts and embedded programs",
    "control": "buttons and players",
    "frame": "parts of the page's frame (navigation, footer)",
    "hidden": "parts that readers do not see",
    "image": "images: choose pictures in the editor",
    "link": "addresses of links that lead nowhere from here; their text stays",
    "outside": "blocks beside the main part of the page",
}


@dataclass
class Block:
    """One line to be: its tag, its HTML, the part of the page it stands in, and which quote."""

    tag: str
    html: str
    region: str
    quote: int = 0


def clean_html(html: str) -> tuple[str, tuple[str, ...]]:
    """The blocks of a document, a line for each, and what was left out. May raise DocumentError."""
    return HtmlCleaner().clean(html)


class HtmlCleaner:
    """Goes through the tokens once; it builds no tree, so nothing can be nested too deeply."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.inline, self.lists = Inline(), Lists()
        self.skipped, self.skip_depth = "", 0
        self.inside: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.heading: int | None = None
        self.quote = 0
        self.marker: list[str] | None = None
        self.in_loose_item = self.in_first_time = False

    def clean(self, html: str) -> tuple[str, tuple[str, ...]]:
        """See ``clean_html``."""
        for token in tokens_of(html):
            self.read(token)
        self.end_block()
        self.end_list()
        self.left_out["link"] = self.inline.plain_links
        lines = [f"<{block.tag}>{block.html}</{block.tag}>" for block in self.main_part()]
        notes = (f"left out: {n} × {NOTES[what]}" for what, n in self.left_out.items() if n)
        return "\n".join(lines), tuple(notes)

    def main_part(self) -> Iterator[Block]:
        """The blocks of the page's main part, where it says which that is."""
        regions = {block.region for block in self.blocks}
        main = next((name for name in ("main", "article") if name in regions), "")
        # Word's title stands above its first level of headings.
        shift = any(block.tag == "h0" for block in self.blocks)
        for block in self.blocks:
            if main and block.region != main:
                self.left_out["outside"] += 1
                continue
            if shift and block.tag[1:].isdecimal():
                block.tag = f"h{min(int(block.tag[1:]) + 1, 6)}"
            yield block

    def read(self, token: Token) -> None:
        """Take one token."""
        if self.skipped:
            self.skip(token)
        elif token.kind == "text":
            self.read_text(token.name)
        elif token.kind == "comment":
            self.read_comment(token.name)
        elif token.kind == "start":
            self.start(token.name, token.attributes)
        else:
            self.end(token.name)

    def skip(self, token: Token) -> None:
        """Go on to the end of what is left out."""
        if token.name == self.skipped and token.kind in ("start", "end"):
            self.skip_depth += 1 if token.kind == "start" else -1
            if not self.skip_depth:
                self.skipped = ""

    def read_text(self, text: str) -> None:
        """Text goes to the open paragraph, Word's own bullets to the side."""
        if self.marker is not None:
            self.marker.append(text)
        elif self.inside["pre"]:
            self.inline.add_as_written(text)
        else:
            self.inline.add(text)

    def read_comment(self, text: str) -> None:
        """Word puts its bullets between comments, for programs that know no lists."""
        if "if !supportLists" in text:
            self.marker = []
        elif text.startswith("[endif") and self.marker is not None:
            self.lists.mark("".join(self.marker))
            self.marker = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag opens."""
        if reason := self.reason_to_skip(tag, attributes):
            self.left_out[reason] += tag not in UNSEEN
            self.skipped, self.skip_depth = tag, 1
        elif tag in BLOCKS:
            self.start_block(tag, attributes)
        elif tag == "img":
            self.left_out["image"] += 1
        elif tag == "br":
            self.break_line()
        else:
            if tag == "time":
                self.in_first_time = not self.inline.has_text and not self.lists.open
            self.inline.start(tag, attributes)

    def reason_to_skip(self, tag: str, attributes: dict[str, str]) -> str:
        """Why an element is left out, or nothing."""
        if tag in PROGRAMS or tag in UNSEEN:
            return "program"
        if tag in CONTROLS:
            return "control"
        if tag == "nav" or (tag in FRAME and not self.region):
            return "frame"
        hidden = "hidden" in attributes or NOT_SEEN.search(
            attributes.get("style", "")[:MAX_STYLE_LENGTH]
        )
        return "hidden" if hidden and tag in HIDEABLE else ""

    @property
    def region(self) -> str:
        """The part of the page that was come to."""
        return next((name for name in ("main", "article") if self.inside[name] > 0), "")

    def start_block(self, tag: str, attributes: dict[str, str]) -> None:
        """A block opens, and with it ends the one before."""
        self.end_block()
        kind = attributes.get("class", "")
        word_item = tag == "p" and bool(WORD_ITEM.search(kind))
        self.in_loose_item = word_item or (tag == "li" and not self.lists.open)
        if tag in HEADINGS or (tag == "p" and WORD_TITLE.search(kind)):
            self.end_list()  # a story laid out as an item of a list is a story
            self.heading = HEADINGS.get(tag, 0)
        elif tag not in MAY_BE_IN_HEADING:
            self.heading = None
        if tag in LISTS:
            self.lists.start(tag, attributes)
        elif tag == "li":
            self.lists.start_item()
        elif word_item:
            self.lists.start_word_item(attributes.get("style", ""))
        self.inside[tag] += 1
        self.quote += tag == "blockquote"

    def end(self, tag: str) -> None:
        """A tag closes."""
        self.inline.end(tag)
        if tag in BLOCKS or (tag == "time" and self.in_first_time):
            self.end_block()
            self.in_loose_item = self.in_first_time = False
        if tag in BLOCKS and self.inside[tag] > 0:
            self.inside[tag] -= 1
        if tag in HEADINGS:
            self.heading = None
        if tag in LISTS and self.lists.end():
            self.end_list()

    def break_line(self) -> None:
        """A line break; two are the end of a paragraph."""
        if self.inline.breaks_twice() and not self.inside["pre"]:
            self.end_block()
        else:
            self.inline.break_line()

    def end_block(self) -> None:
        """What was read since the last block is one."""
        if self.marker is not None:
            self.inline.add("".join(self.marker))
            self.marker = None
        html = self.inline.take()
        if not html:
            return
        if self.lists.open or self.in_loose_item:
            self.lists.add(html)
            return
        self.end_list()
        if self.heading is not None:
            self.add(f"h{self.heading}", FORMATTING.sub("", html.replace("<br/>", " ")))
            self.heading = None
        elif self.inside["blockquote"] > 0:
            self.add_quoted(html)
        else:
            self.add("p", html)

    def add(self, tag: str, html: str, quote: int = 0) -> None:
        """Note a block."""
        self.blocks.append(Block(tag, html, self.region, quote))

    def add_quoted(self, html: str) -> None:
        """Note a paragraph of a quote, which is one block."""
        if self.blocks and self.blocks[-1].quote == self.quote:
            self.blocks[-1].html += f"<br/>{html}"
        else:
            self.add("blockquote", html, self.quote)

    def end_list(self) -> None:
        """Note the list that was read, if there was one."""
        items = self.lists.take()
        if items and self.lists.of_tags:
            tags = ", ".join(bare_text(item.html) for item in items)
            self.add("p", escape(f"Tags: {tags}"))
        elif items:
            self.add(items[0].tag, list_html(items))
        self.lists.of_tags = False
