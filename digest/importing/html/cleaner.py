"""Reduce HTML of any origin to the tags an issue supports, one block per line.

The tags are ``<h1>`` to ``<h6>``, ``<p>``, ``<ul>``, ``<ol>`` and ``<blockquote>``, with inline
formatting and links. The result replaces the document: reports count its lines, and editors see
them. Boilerplate of saved pages and markup of word processors is dropped and counted in the notes.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.html import escape

from digest.importing.html.elements import OpenElement, OpenElements
from digest.importing.html.footnotes import Span, find_footnotes
from digest.importing.html.hidden import reason_to_remove
from digest.importing.html.inline import ParagraphBuilder
from digest.importing.html.lists import WORD_ITEM, ListBuilder, nested_list_html
from digest.importing.html.styles import Styles, StyleSheet
from digest.importing.html.tags import BLOCKS, HEADINGS, LISTS, PAGE_CHROME, VOID
from digest.importing.html.tokens import RAW_TEXT, HtmlToken, tokenize
from digest.importing.mail_frame import FRAME_NOTE, FrameLine, find_frame
from digest.importing.rich_text import LINK, bare_text, unescaped

ACTIVE_CONTENT = {"script", "iframe", "object", "applet", "canvas", "svg", "math"}
INVISIBLE = RAW_TEXT - ACTIVE_CONTENT
NOT_SHOWN = {"template", "noscript"}
WIDGETS = {"button", "select", "dialog", "menu", "datalist", "audio", "video"}
MAY_BE_IN_HEADING = {"p", "div", "section"}
NOTHING = HtmlToken("text", "")
FORMATTING = re.compile(r"</?(?:b|i|s|sup|sub|code)>")
WORD_TITLE = re.compile(r"MsoTitle\b")
NOTES = {
    "program": "scripts and embedded content",
    "control": "buttons and players",
    "boilerplate": "boilerplate of the page (navigation, footer)",
    "hidden": "hidden elements",
    "comment": "comments",
    "deletion": "deletions under “Track changes”",
    "image": "images: choose them in the editor",
    "link": "URLs of links that only work on the original page; their text is kept",
    "frame": FRAME_NOTE,
    "personal": "URLs that identify the reader of a mail; their text is kept",
    "outside": "blocks outside the main content of the page",
}


@dataclass
class HtmlBlock:
    """A cleaned block; ``region`` is its part of the page, ``quote`` numbers its quotation."""

    tag: str
    html: str
    region: str
    quote: int = 0


def clean_html(html: str) -> tuple[str, tuple[str, ...]]:
    """Return one block per line, and notes on what was left out; may raise DocumentError."""
    return HtmlCleaner().clean(html)


def style_sheet(tokens: list[HtmlToken]) -> StyleSheet:
    """Return the rules of all style elements that apply on a screen."""
    sheet, reading = StyleSheet(), False
    for token in tokens:
        if token.kind == "css" and reading:
            sheet.add(token.name)
        reading = token.kind == "start" and token.name == "style" and is_on_screen(token)
    return sheet


def is_on_screen(token: HtmlToken) -> bool:
    return token.attributes.get("media", "all").strip().lower() in ("", "all", "screen")


def without_frame(blocks: list[HtmlBlock]) -> tuple[list[HtmlBlock], Counter[str]]:
    """Return the blocks without the frame of a mail, and counts of what was left out."""
    lines = [
        FrameLine(
            bare_text(block.html),
            tuple((unescaped(url), bare_text(text)) for url, text in LINK.findall(block.html)),
            block.tag in HEADINGS,
        )
        for block in blocks
    ]
    frame, left_out = find_frame(lines), Counter()
    left_out["frame"] = len(frame.rows)

    def clean(link: re.Match[str]) -> str:
        url = unescaped(link[1])
        cleaned = frame.without_reader(url)
        left_out["personal"] += cleaned != url
        return f'<a href="{escape(cleaned)}">{link[2]}</a>' if cleaned else link[2]

    kept = [block for number, block in enumerate(blocks) if number not in frame.rows]
    for block in kept if frame.tokens else ():
        block.html = LINK.sub(clean, block.html)
    return kept, left_out


class HtmlCleaner:
    """Process tokens in one pass, without a tree, so that nesting depth does not matter."""

    def __init__(self) -> None:
        self.blocks: list[HtmlBlock] = []
        self.inline, self.lists = ParagraphBuilder(), ListBuilder()
        self.sheet, self.elements = StyleSheet(), OpenElements()
        self.removed_at: int | None = None
        self.text_is_hidden = False
        self.skipped, self.skip_depth = "", 0
        self.inside: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.heading: int | None = None
        self.quote = 0
        self.marker: list[str] | None = None
        self.in_orphan_item = self.in_first_time = False
        self.notes: list[str] = []
        self.heading_of_notes: HtmlBlock | None = None

    def clean(self, html: str) -> tuple[str, tuple[str, ...]]:
        tokens = list(tokenize(html))
        self.sheet = style_sheet(tokens)
        self.read(tokens, find_footnotes(tokens))
        self.add_notes()
        self.left_out["link"] += self.inline.dropped_links
        blocks, left_out = without_frame(list(self.main_part()))
        self.left_out += left_out
        lines = [f"<{block.tag}>{block.html}</{block.tag}>" for block in blocks]
        notes = (f"left out: {n} × {NOTES[what]}" for what, n in self.left_out.items() if n)
        return "\n".join(lines), tuple(notes)

    def read(self, tokens: list[HtmlToken], footnotes: dict[int, Span]) -> None:
        """Handle tokens; footnotes and comments are set apart."""
        index = 0
        while index < len(tokens):
            if span := footnotes.get(index):
                if self.is_shown and span.is_note:
                    self.read_note(span, tokens[index : span.end], index)
                elif self.is_shown and not span.is_comment:
                    self.inline.add_mark(span.mark)
                index = span.end
            else:
                self.handle(tokens[index])
                index += 1
        self.end_block()
        self.end_list()

    def read_note(self, span: Span, tokens: list[HtmlToken], start: int) -> None:
        """Read a footnote by itself, without the links back to its marks."""
        self.end_block()
        if span.is_comment:
            self.left_out["comment"] += 1
            return
        if not self.notes and self.blocks and self.blocks[-1].tag in HEADINGS:
            self.heading_of_notes = self.blocks[-1]
        for back in span.back:
            tokens[back.start - start : back.end - start] = [NOTHING] * (back.end - back.start)
        inner = HtmlCleaner()
        inner.sheet = self.sheet
        inner.read(tokens, {})
        self.notes.append("<br/>".join(block.html for block in inner.blocks))
        self.left_out += inner.left_out
        self.left_out["link"] += inner.inline.dropped_links

    def add_notes(self) -> None:
        """Add the footnotes as sources of the issue, in place of a heading above them alone."""
        if not any(self.notes):
            return
        if self.blocks and self.blocks[-1] is self.heading_of_notes:
            self.blocks.pop()
        region = self.blocks[-1].region if self.blocks else ""
        items = "".join(f"<li>{note}</li>" for note in self.notes if note)
        self.blocks += [HtmlBlock("h1", "Sources", region), HtmlBlock("ol", items, region)]

    @property
    def is_shown(self) -> bool:
        """Return whether text here is shown."""
        return not self.skipped and self.removed_at is None and not self.elements.text.hidden

    def main_part(self) -> Iterator[HtmlBlock]:
        """Yield the blocks of ``<main>`` or ``<article>``, or all if the page has neither."""
        regions = {block.region for block in self.blocks}
        main = next((name for name in ("main", "article") if name in regions), "")
        # The style Title of Word ranks above Heading 1.
        shift = any(block.tag == "h0" for block in self.blocks)
        for block in self.blocks:
            if main and block.region != main:
                self.left_out["outside"] += 1
                continue
            if shift and block.tag[1:].isdecimal():
                block.tag = f"h{min(int(block.tag[1:]) + 1, 6)}"
            yield block

    def handle(self, token: HtmlToken) -> None:
        if self.skipped:
            self.skip(token)
        elif token.kind == "start":
            self.open_element(token.name, token.attributes)
        elif token.kind == "end":
            self.close_element(token.name)
        elif self.removed_at is None:
            handle = self.handle_text if token.kind == "text" else self.handle_comment
            handle(token.name)

    def skip(self, token: HtmlToken) -> None:
        """Ignore tokens up to the end of a skipped element."""
        if token.name == self.skipped and token.kind in ("start", "end"):
            self.skip_depth += 1 if token.kind == "start" else -1
            if not self.skip_depth:
                self.skipped = ""

    def open_element(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle a start tag, unless its element or one around it is hidden."""
        self.elements.end_before(tag)
        if self.removed_at is not None and len(self.elements.stack) <= self.removed_at:
            self.removed_at = None
        element = OpenElement(tag, attributes)
        styles = self.sheet.styles(element, self.elements.stack)
        reason = reason_to_remove(tag, styles, attributes) if self.removed_at is None else ""
        if reason:
            self.left_out[reason] += tag != "br"
            self.removed_at = len(self.elements.stack) if tag not in VOID else None
        elif self.removed_at is None and not self.handle_start(tag, attributes, styles):
            return
        self.elements.start(replace(element, text=self.elements.text.within(styles)))

    def close_element(self, tag: str) -> None:
        """Handle an end tag, unless it is that of a hidden element or within one."""
        self.elements.end(tag)
        if self.removed_at is not None:
            still_hidden = len(self.elements.stack) >= self.removed_at
            if len(self.elements.stack) <= self.removed_at:
                self.removed_at = None
            if still_hidden:
                return
        self.handle_end(tag)

    def handle_text(self, text: str) -> None:
        """Add text to the open paragraph, or to the list marker written by Word."""
        if text.strip() and self.is_hidden_text():
            return
        if self.marker is not None:
            self.marker.append(text)
        elif self.inside["pre"]:
            self.inline.add_as_written(text)
        else:
            self.inline.add(text)

    def handle_comment(self, text: str) -> None:
        """Detect list markers of Word, which are between conditional comments."""
        if "if !supportLists" in text:
            self.marker = []
        elif text.startswith("[endif") and self.marker is not None:
            self.lists.set_marker("".join(self.marker))
            self.marker = None

    def is_hidden_text(self) -> bool:
        """Return whether the text here is invisible, and count each run of it."""
        hidden, before = self.elements.text.hidden, self.text_is_hidden
        self.text_is_hidden = hidden
        self.left_out["hidden"] += hidden and not before
        return hidden

    def handle_start(self, tag: str, attributes: dict[str, str], styles: Styles) -> bool:
        """Handle the start of a visible element; return whether its content is read."""
        if reason := self.skip_reason(tag):
            self.left_out[reason] += tag not in INVISIBLE
            self.skipped, self.skip_depth = tag, 1
            return False
        if tag in BLOCKS:
            self.start_block(tag, attributes, styles)
        elif tag == "img":
            self.left_out["image"] += 1
        elif tag == "br":
            self.break_line()
        else:
            if tag == "time":
                self.in_first_time = not self.inline.has_text and not self.lists.open
            self.inline.start(tag, attributes, styles)
        return True

    def skip_reason(self, tag: str) -> str:
        """Return the key in ``NOTES`` for an element to skip, or an empty string."""
        if tag in ACTIVE_CONTENT or tag in INVISIBLE:
            return "program"
        if tag in WIDGETS:
            return "control"
        if tag == "nav" or (tag in PAGE_CHROME and not self.region):
            return "boilerplate"
        return "hidden" if tag in NOT_SHOWN else ""

    @property
    def region(self) -> str:
        """Return the landmark element that is open."""
        return next((name for name in ("main", "article") if self.inside[name] > 0), "")

    def start_block(self, tag: str, attributes: dict[str, str], styles: Styles) -> None:
        """Close the previous block and open a new one."""
        self.end_block()
        kind = attributes.get("class", "")
        word_item = tag == "p" and bool(WORD_ITEM.search(kind))
        self.in_orphan_item = word_item or (tag == "li" and not self.lists.open)
        if tag in HEADINGS or (tag == "p" and WORD_TITLE.search(kind)):
            self.end_list()  # a heading inside a list item still starts a story
            self.heading = HEADINGS.get(tag, 0)
        elif tag not in MAY_BE_IN_HEADING:
            self.heading = None
        if tag in LISTS:
            self.lists.start(tag, attributes)
        elif tag == "li":
            self.lists.start_item()
        elif word_item:
            self.lists.start_word_item(styles)
        self.inside[tag] += 1
        self.quote += tag == "blockquote"

    def handle_end(self, tag: str) -> None:
        self.inline.end(tag)
        if tag in BLOCKS or (tag == "time" and self.in_first_time):
            self.end_block()
            self.in_orphan_item = self.in_first_time = False
        if tag in BLOCKS and self.inside[tag] > 0:
            self.inside[tag] -= 1
        if tag in HEADINGS:
            self.heading = None
        if tag in LISTS and self.lists.end():
            self.end_list()

    def break_line(self) -> None:
        """Add a line break; a second one ends the paragraph."""
        if self.inline.breaks_twice() and not self.inside["pre"]:
            self.end_block()
        else:
            self.inline.break_line()

    def end_block(self) -> None:
        """Add the text since the last block as a block."""
        if self.marker is not None:
            self.inline.add("".join(self.marker))
            self.marker = None
        html = self.inline.take()
        if not html:
            return
        if self.lists.open or self.in_orphan_item:
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
        self.blocks.append(HtmlBlock(tag, html, self.region, quote))

    def add_quoted(self, html: str) -> None:
        """Add a paragraph of a quotation; all of them are one block."""
        if self.blocks and self.blocks[-1].quote == self.quote:
            self.blocks[-1].html += f"<br/>{html}"
        else:
            self.add("blockquote", html, self.quote)

    def end_list(self) -> None:
        """Add the collected list, if there is one."""
        items = self.lists.take()
        if items and self.lists.is_tag_list:
            tags = ", ".join(bare_text(item.html) for item in items)
            self.add("p", escape(f"Tags: {tags}"))
        elif items:
            self.add(items[0].tag, nested_list_html(items))
        self.lists.is_tag_list = False
