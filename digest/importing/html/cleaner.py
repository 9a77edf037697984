"""Reduce HTML of any origin to the tags an issue supports, one block per line.

The tags are ``<h1>`` to ``<h6>``, ``<p>``, ``<ul>``, ``<ol>`` and ``<blockquote>``, with inline
formatting and links. The result replaces the document: reports count its lines, and editors see
them. Boilerplate of saved pages and markup of word processors is dropped and counted in the notes.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from django.utils.html import escape

from digest.importing.html.blocks import HtmlBlock, TableReader, without_frame
from digest.importing.html.elements import OpenElement, OpenElements
from digest.importing.html.figures import Figures, take_image
from digest.importing.html.footnotes import Span, find_footnotes
from digest.importing.html.hidden import reason_to_remove
from digest.importing.html.inline import ParagraphBuilder
from digest.importing.html.left_out import INVISIBLE, notes_on, skip_reason
from digest.importing.html.lists import WORD_ITEM, ListBuilder, nested_list_html
from digest.importing.html.styles import Styles, StyleSheet, style_sheet
from digest.importing.html.tags import BLOCKS, HEADINGS, LISTS, TABLE, VOID
from digest.importing.html.tokens import HtmlToken, tokenize
from digest.importing.images import ImageLeftOut, ImageReader
from digest.importing.rich_text import bare_text, html_after

TYPED_MARKER = re.compile(
    r"\s*(?:[•‣◦▪●∙·⁃■➢]\s*|[-–—*o§]\t\s*|(?P<number>\d{1,3})[.)]\t\s*)(?=\S)"
)
MAY_BE_IN_HEADING = {"p", "div", "section"}
NOTHING = HtmlToken("text", "")
FORMATTING = re.compile(r"</?(?:b|i|s|sup|sub|code)>")
WORD_TITLE = re.compile(r"MsoTitle(?:CxSp\w+)?\b")


def clean_html(html: str, images: ImageReader | None = None) -> tuple[str, tuple[str, ...]]:
    """Return one block per line, and notes on what was left out; may raise DocumentError.

    Images are left out unless there is a reader for them.
    """
    return HtmlCleaner(images).clean(html)


class HtmlCleaner:
    """Process tokens in one pass, without a tree, so that nesting depth does not matter."""

    def __init__(self, images: ImageReader | None = None) -> None:
        self.blocks: list[HtmlBlock] = []
        self.images, self.figures = images, Figures()
        self.inline, self.lists = ParagraphBuilder(), ListBuilder()
        self.sheet, self.elements = StyleSheet(), OpenElements()
        self.removed_at: int | None = None
        self.text_is_hidden = False
        self.skipped, self.skip_depth = "", 0
        self.inside: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.heading: int | None = None
        self.quote = self.group = 0
        self.marker: list[str] | None = None
        self.in_orphan_item = self.in_first_time = False
        self.has_heading = self.is_drop_cap = self.value_ended = False
        self.table, self.drop_cap = TableReader(), ""
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
        return "\n".join(block.line for block in blocks), notes_on(self.left_out)

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
        if self.drop_cap:
            self.add("p", self.drop_cap)
        self.add_figures()

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
        self.value_ended = self.value_ended and not text
        if text.strip() and self.is_hidden_text():
            return
        if not self.inline.has_text:
            self.group = self.elements.groups[-1]
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
        if reason := skip_reason(tag, in_region=bool(self.region)):
            self.left_out[reason] += tag not in INVISIBLE
            self.skipped, self.skip_depth = tag, 1
            return False
        if tag in BLOCKS:
            self.start_block(tag, attributes, styles)
        elif tag == "img":
            self.read_image(attributes, styles)
        elif tag == "br":
            self.break_line()
        else:
            if tag == "time":
                self.in_first_time = not self.inline.has_text and not self.lists.open
            self.inline.start(tag, attributes, styles)
            if self.table.in_value and self.value_ended:
                self.inline.add(", ")
        self.value_ended = False
        return True

    def read_image(self, attributes: dict[str, str], styles: Styles) -> None:
        """Take an image, or count it as left out."""
        if self.elements.text.within(styles).invisible:
            self.left_out["hidden"] += 1
            return
        try:
            self.figures.waiting.append(take_image(self.images, attributes, styles))
        except ImageLeftOut as error:
            self.left_out[error.reason] += bool(error.reason)

    @property
    def region(self) -> str:
        """Return the landmark element that is open."""
        return next((name for name in ("main", "article") if self.inside[name] > 0), "")

    def start_block(self, tag: str, attributes: dict[str, str], styles: Styles) -> None:
        """Close the previous block and open a new one."""
        self.end_block()
        if self.lists.ends_before(tag, attributes):
            self.end_list()
        kind = attributes.get("class", "")
        word_item = tag == "p" and bool(WORD_ITEM.search(kind))
        self.in_orphan_item = word_item or (tag == "li" and not self.lists.open)
        if tag in HEADINGS or (tag == "p" and self.is_title(kind)):
            self.end_list()  # a heading inside a list item still starts a story
            self.heading = HEADINGS.get(tag, 0)
        elif tag not in MAY_BE_IN_HEADING:
            self.heading = None
        self.is_drop_cap = styles.get("mso-element", "").startswith("dropcap") or (
            self.is_drop_cap and tag == "p"
        )
        if tag in TABLE:
            self.table.start(tag, self.blocks)
        if tag in LISTS:
            self.lists.start(tag, attributes)
        elif tag == "li":
            self.lists.start_item()
        elif word_item:
            self.lists.start_word_item(styles)
        self.inside[tag] += 1
        self.quote += tag == "blockquote"
        self.figures.start(tag, kind)

    def is_title(self, classes: str) -> bool:
        """Return whether the class of a paragraph is that of a title, in Word or Google Docs."""
        named = "title" in classes.lower().split() and not self.has_heading
        return named or bool(WORD_TITLE.search(classes))

    def handle_end(self, tag: str) -> None:
        self.inline.end(tag)
        self.value_ended = tag not in BLOCKS
        if tag in BLOCKS or (tag == "time" and self.in_first_time):
            self.end_block()
            self.in_orphan_item = self.in_first_time = False
        if tag in BLOCKS and tag not in LISTS and self.lists.ends_before(tag, {}):
            self.end_list()
        if tag in BLOCKS and self.inside[tag] > 0:
            self.inside[tag] -= 1
        if tag == "table":
            self.left_out += self.table.end(self.blocks)
        if tag in HEADINGS:
            self.heading = None
        if tag in LISTS and self.lists.end():
            self.end_list()
        if tag in BLOCKS:
            self.add_figures()

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
        marker = self.inline.start_of_text
        html = self.inline.take()
        if not html:
            self.add_figures()
            return
        if self.is_drop_cap:
            self.drop_cap, self.is_drop_cap = self.drop_cap + html, False
            return
        html, self.drop_cap = self.drop_cap + html, ""
        if self.lists.open or self.in_orphan_item:
            self.lists.add(html)
            return
        if (
            self.heading is None
            and not self.inside["blockquote"]
            and self.add_typed_item(marker, html)
        ):
            return
        self.end_list()
        if self.heading is not None:
            level, self.heading = self.heading, None
            self.add(f"h{level}", FORMATTING.sub("", html.replace("<br/>", " ")))
        elif self.inside["blockquote"] > 0:
            self.add_quoted(html)
        else:
            self.add("p", html)

    def add_typed_item(self, marker: str, html: str) -> bool:
        """Add a paragraph that starts with a typed bullet or number to a list, if it is one."""
        found = TYPED_MARKER.match(marker)
        if not found:
            return False
        tag = "ol" if found["number"] else "ul"
        if self.lists.items and self.lists.items[-1].tag != tag:
            self.end_list()
        if found["number"] and int(found["number"]) != len(self.lists.items) + 1:
            return False
        item = html_after(html, len(found[0].strip())).strip()
        if item:
            self.lists.add_typed(tag, item, html)
        return bool(item)

    def add(self, tag: str, html: str, quote: int = 0) -> None:
        cell, row = self.table.cell, self.table.row
        self.blocks.append(HtmlBlock(tag, html, self.region, quote, cell, row, self.group))
        self.has_heading = self.has_heading or tag[1:].isdecimal()
        self.figures.read_caption(html, inside=self.inside["figcaption"] > 0)
        self.add_figures()

    def add_figures(self) -> None:
        """Add the images within the last block, unless they are in a list, quote or heading."""
        if self.lists.open or self.inside["blockquote"] > 0 or self.heading is not None:
            return
        cell, row = self.table.cell, self.table.row
        for figure in self.figures.take(in_figure=self.inside["figure"] > 0):
            block = HtmlBlock("figure", "", self.region, 0, cell, row, self.group, figure)
            self.blocks.append(block)

    def add_quoted(self, html: str) -> None:
        """Add a paragraph of a quotation; all of them are one block."""
        if self.blocks and self.blocks[-1].quote == self.quote:
            self.blocks[-1].html += f"<br/>{html}"
        else:
            self.add("blockquote", html, self.quote)

    def end_list(self) -> None:
        """Add the collected list, if there is one."""
        items = self.lists.take()
        if len(items) == 1 and items[0].tag == "ol" and items[0].written:
            self.add("p", items[0].written)  # a heading with a number
        elif items and self.lists.is_tag_list:
            tags = ", ".join(bare_text(item.html) for item in items)
            self.add("p", escape(f"Tags: {tags}"))
        elif items:
            self.add(items[0].tag, nested_list_html(items))
        self.lists.is_tag_list = False
