"""Read Markdown with front matter.

``## heading`` opens a story; "Why it matters:" (a paragraph or heading), ``## The bottom line``
and ``## Sources`` (or "Sources:" within a story) are labels; everything else is text.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from digest.importing.parts import Label, Outline, Part, Role
from digest.importing.readers.comments import take_comments
from digest.importing.readers.front_matter import read_front_matter
from digest.importing.readers.markdown_html import markdown_converter, words_lost
from digest.importing.recognition import match_label, read_metadata
from digest.importing.rich_text import (
    bare_text,
    heading_sources,
    paragraph_html,
    plain_text_with_urls,
)

LABELLED = ("paragraph_open", "heading_open")
LISTS = ("bullet_list_open", "ordered_list_open")
TEXT_BLOCKS = ("paragraph_open", "blockquote_open", "fence", "code_block", *LISTS)
DEFINITION = re.compile(r"\[([^\]]+)\]:")


def read_markdown(text: str) -> list[Part]:
    """Return the parts of a Markdown document."""
    front_matter, body = read_front_matter(text)
    body, comments = take_comments(body)
    parts = with_summary(MarkdownReader(body, front_matter).read())
    return sorted([*parts, *comments], key=lambda part: part.first_line) if comments else parts


def with_summary(parts: list[Part]) -> list[Part]:
    """Return the parts with the description of the front matter as summary, if they have none."""
    described = next((part for part in parts if part.role is Role.LEFT_OUT and part.html), None)
    if described is None or any(part.role is Role.SUMMARY for part in parts):
        return parts
    summary = replace(described, role=Role.SUMMARY, text=bare_text(described.html))
    return [summary if part is described else part for part in parts]


def nodes_of(tokens: list[Token], level: int = 0) -> Iterator[list[Token]]:
    """Yield the tokens of each block at a nesting level."""
    node: list[Token] = []
    for token in tokens:
        node.append(token)
        if token.level == level and token.nesting <= 0:
            yield node
            node = []


def is_story(node: list[Token]) -> bool:
    """Return whether a block is a ``## heading`` other than a label."""
    return node[0].tag == "h2" and not match_label(node[1].content)


class MarkdownReader:
    """Reads the blocks of a document in one pass."""

    def __init__(self, body: str, front_matter: list[Part]) -> None:
        self.lines = body.split("\n")
        self.markdown: MarkdownIt = markdown_converter()
        self.env: dict = {}
        self.nodes = list(nodes_of(self.markdown.parse(body, self.env)))
        self.outline = Outline(list(front_matter), found={part.role for part in front_matter})
        self.title = next((p.text for p in front_matter if p.role is Role.TITLE), "")
        self.last_story = max((i for i, n in enumerate(self.nodes) if is_story(n)), default=-1)
        inline = [child for node in self.nodes for token in node for child in token.children or []]
        self.used = {child.attrs["href"] for child in inline if child.type == "link_open"}

    def read(self) -> list[Part]:
        """Return the parts in document order."""
        end = 0
        for index, node in enumerate(self.nodes):
            first, last = node[0].map
            self._add_unparsed(end, first)
            self._read(index, node)
            end = last
        self._add_unparsed(end, len(self.lines))
        return self.outline.parts

    def _read(self, index: int, node: list[Token]) -> None:
        kind = node[0].type
        if kind == "heading_open":
            self._heading(index, node)
        elif kind == "hr":
            self.outline.add(Role.BOILERPLATE, self._source(node), self._lines(node))
        elif self._metadata(node) or self._label(index, node) or self._sources(node):
            pass
        else:
            self._text(node, known=kind in TEXT_BLOCKS)

    def _heading(self, index: int, node: list[Token]) -> None:
        level = int(node[0].tag[1])
        if level == 1:
            self._title(node)
        elif self._label(index, node, level):
            pass
        elif level == 2:
            self.outline.start_story(bare_text(self._html(node)), self._lines(node))
            self._links_of_heading(node)
        else:
            self._text(node)

    def _title(self, node: list[Token]) -> None:
        text = plain_text_with_urls(self._html(node))
        begun = self.outline.place is not Role.SUMMARY
        if text == self.title:
            self.outline.add(Role.BOILERPLATE, text, self._lines(node))
        elif not self.title and not begun:
            self.title = text
            self.outline.add(Role.TITLE, text, self._lines(node))
        elif Role.HEADLINE not in self.outline.found and not begun:
            self.outline.add(Role.HEADLINE, text, self._lines(node))
        else:
            self.outline.add(Role.UNKNOWN, text, self._lines(node), self._html(node))

    def _links_of_heading(self, node: list[Token]) -> None:
        for html in heading_sources(self._html(node)):
            self.outline.add(Role.STORY_SOURCE, plain_text_with_urls(html), self._lines(node), html)

    def _metadata(self, node: list[Token]) -> bool:
        # "9. März 2026" is a numbered list for Markdown.
        kinds = ("paragraph_open", "ordered_list_open")
        if self.outline.place is not Role.SUMMARY or node[0].type not in kinds:
            return False
        lines = [read_metadata(line, self._lines(node)) for line in self._source(node).split("\n")]
        parts = [part for found, _ in lines for part in found]
        one_date = sum(part.role is Role.DATE for part in parts) < 2
        understood = one_date and all(found and not rest for found, rest in lines)
        if not understood or self.outline.found & {part.role for part in parts}:
            return False
        for part in parts:
            self.outline.add(part.role, part.text, self._lines(node))
        return True

    def _label(self, index: int, node: list[Token], level: int = 0) -> bool:
        found = match_label(node[1].content) if node[0].type in LABELLED else None
        if not found:
            return False
        label, name, rest = found
        within = index < self.last_story and (level > 2 or (rest and not level))
        homeless = label is Label.WHY_IT_MATTERS and not self.outline.in_story
        if homeless or (label is Label.BOTTOM_LINE and within):
            return False
        self.outline.open_section(label, name, self._lines(node), of_issue=level == 2)
        if rest:
            html = self.markdown.renderInline(rest, self.env).replace("\n", "")
            self._add(f"<p>{html}</p>", rest, self._lines(node), is_source=label is Label.SOURCES)
        return True

    def _sources(self, node: list[Token]) -> bool:
        if not self.outline.in_sources:
            return False
        if node[0].type in LISTS:
            for item in nodes_of(node[1:-1], level=1):
                self._add(self._html(item), self._source(item), self._lines(item), is_source=True)
            return True
        html, after_label = self._html(node), self.outline.parts[-1].role is Role.LABEL
        if "<a href=" in html and (after_label or self.outline.place is Role.ISSUE_SOURCE):
            self._add(html, self._source(node), self._lines(node), is_source=True)
            return True
        return False

    def _text(self, node: list[Token], known: bool = True) -> None:
        html = self._html(node) if known else ""
        self._add(html, self._source(node), self._lines(node), is_source=False)

    def _add(self, html: str, source: str, lines: tuple[int, int], *, is_source: bool) -> None:
        """Add a text or source, in its original form if the conversion lost words."""
        if not html or words_lost(source, html):
            self.outline.add(Role.UNKNOWN, source, lines, paragraph_html(source))
        elif is_source:
            self.outline.add(self.outline.place, plain_text_with_urls(html), lines, html)
        else:
            self.outline.add_paragraph(plain_text_with_urls(html), lines, html)

    def _add_unparsed(self, start: int, end: int) -> None:
        """Add lines that belong to no block: link reference definitions."""
        for number in range(start, end):
            line, lines = self.lines[number].strip(), (number + 1, number + 1)
            if line and self._defines_used_link(line):
                self.outline.add(Role.LABEL, line, lines)
            elif line:
                self.outline.add(Role.UNKNOWN, line, lines, paragraph_html(line))

    def _defines_used_link(self, line: str) -> bool:
        label = DEFINITION.match(line)
        references = self.env.get("references", {})
        reference = label and references.get(normalizeReference(label[1]))
        return bool(reference) and reference["href"] in self.used

    def _html(self, node: list[Token]) -> str:
        # The remaining line ends come from the renderer, between tags.
        html = self.markdown.renderer.render(node, self.markdown.options, self.env)
        return html.replace("\n", "")

    def _source(self, node: list[Token]) -> str:
        first, last = node[0].map
        return "\n".join(self.lines[first:last]).strip()

    def _lines(self, node: list[Token]) -> tuple[int, int]:
        first, last = node[0].map
        while last > first + 1 and not self.lines[last - 1].strip():
            last -= 1
        return first + 1, last
