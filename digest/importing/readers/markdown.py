"""Read Markdown with front matter.

``## heading`` opens a story; "Why it matters:" (a paragraph, heading, item or quote), ``## The
bottom line`` and ``## Sources`` (or "Sources:" within a story) are labels; everything else is text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from digest.importing.errors import DocumentError
from digest.importing.parts import Label, Outline, Part, Role
from digest.importing.readers.front_matter import read_front_matter
from digest.importing.readers.markdown_hidden import take_unseen
from digest.importing.readers.markdown_html import markdown_converter, words_lost
from digest.importing.readers.markdown_outline import (
    Node,
    children_of,
    heading_level,
    lead_of,
    nodes_of,
    rows_of,
    story_nodes,
)
from digest.importing.recognition import match_label, read_metadata
from digest.importing.rich_text import (
    CONTINUED,
    bare_text,
    heading_sources,
    lines_html,
    paragraph_html,
    plain_text_with_urls,
    without_relative_links,
)

LABELLED = ("paragraph_open", "heading_open")
LISTS = ("bullet_list_open", "ordered_list_open")
TEXT_BLOCKS = ("paragraph_open", "blockquote_open", "table_open", "fence", "code_block", *LISTS)
MAX_BRACKETS = 50_000  # the parser takes 20 µs for each that opens no link
Lines = tuple[int, int]
MARKER = re.compile(r"^(?:[-*+]|\d{1,9}[.)])\s+")
DEFINITION = re.compile(r"\[([^\]]+)\]:")


def read_markdown(text: str) -> list[Part]:
    """Return the parts of a Markdown document."""
    front_matter, body = read_front_matter(text)
    if body.count("[") > MAX_BRACKETS:
        raise DocumentError(f"It is too large: more than {MAX_BRACKETS:,} links or brackets.")
    body, unseen = take_unseen(body)
    parts = with_summary(MarkdownReader(body, front_matter).read())
    return sorted([*parts, *unseen], key=lambda part: part.first_line)


def with_summary(parts: list[Part]) -> list[Part]:
    """Return the parts with the description of the front matter as summary, if they have none."""
    described = next((part for part in parts if part.role is Role.LEFT_OUT and part.html), None)
    if described is None or any(part.role is Role.SUMMARY for part in parts):
        return parts
    summary = replace(described, role=Role.SUMMARY, text=bare_text(described.html))
    return [summary if part is described else part for part in parts]


def inline_tokens(node: Sequence[Token]) -> Iterator[Token]:
    """Yield the inline tokens of a block, or of a part of one."""
    for token in node:
        yield from token.children or [] if token.type == "inline" else [token]


def left_out_of(node: Sequence[Token]) -> list[str]:
    """Return what is not part of the text: pages of wikis, and URLs that cannot be kept."""
    return [text for token in inline_tokens(node) if (text := token.meta.get("left_out"))]


def notes_in(node: Sequence[Token]) -> list[str]:
    """Return the notes that are written within the text."""
    return [note for token in inline_tokens(node) if (note := token.meta.get("note"))]


def words_elsewhere(node: Sequence[Token]) -> str:
    """Return what a block has besides its text."""
    return " ".join([*left_out_of(node), *notes_in(node)])


def list_attribute(node: Node, first: Node) -> str:
    """Return the attribute of a list that has the items of another from ``first`` on."""
    start, position = int(node[0].attrs.get("start", 1)), first[0].meta["position"]
    if start != 1:
        return f' start="{start + position}"'
    return CONTINUED if position else ""


class MarkdownReader:
    """Reads the blocks of a document in one pass."""

    def __init__(self, body: str, front_matter: list[Part]) -> None:
        self.lines = body.split("\n")
        self.markdown: MarkdownIt = markdown_converter()
        self.env: dict = {}
        self.nodes = list(nodes_of(self.markdown.parse(body, self.env)))
        self.outline = Outline(list(front_matter), found={part.role for part in front_matter})
        self.title = next((p.text for p in front_matter if p.role is Role.TITLE), "")
        self.stories = frozenset(story_nodes(self.nodes, self.title))
        self.last_story = max(self.stories, default=-1)
        self.story_level = heading_level(self.nodes[self.last_story]) if self.stories else 0
        inline = [child for node in self.nodes for token in node for child in token.children or []]
        self.used = {child.attrs["href"] for child in inline if child.type == "link_open"}

    def read(self) -> list[Part]:
        """Return the parts in document order."""
        end = 0
        for index, node in enumerate(self.nodes):
            first, last = node[0].map
            self._add_unparsed(end, first)
            self._read(index, node)
            self._add_besides(node)
            end = last
        self._add_unparsed(end, len(self.lines))
        return self.outline.parts

    def _read(self, index: int, node: Node) -> None:
        kind = node[0].type
        if index in self.stories:
            self._story(node)
        elif kind == "footnote_open":
            self._add_note(self._html(node), self._lines(node))
        elif kind == "heading_open":
            self._heading(index, node)
        elif index == 0 and self._is_bold_title(node):
            self._title(node)
        elif kind == "hr":
            self.outline.add(Role.BOILERPLATE, self._source(node), self._lines(node))
        elif self._metadata(node) or self._label(index, node) or self._sources(node):
            pass
        elif not self._labels_within(index, node):
            self._text(node, known=kind in TEXT_BLOCKS)

    def _is_bold_title(self, node: Node) -> bool:
        """Return whether a line in bold type is the title above others that are stories."""
        lead = lead_of(node) if self.stories and not self.story_level else None
        return bool(lead) and not lead[1] and not self.title

    def _story(self, node: Node) -> None:
        lead = lead_of(node)
        heading = self._inline(lead[0]) if lead else self._html(node)
        self.outline.start_story(bare_text(heading).rstrip(".:" * bool(lead)), self._lines(node))
        self._links_of_heading(node, heading)
        if lead and (html := self._inline(lead[1]).removeprefix("<br/>").strip()):
            self._add(f"<p>{html}</p>", "", self._lines(node), lead[1], is_source=False)

    def _heading(self, index: int, node: Node) -> None:
        level = int(node[0].tag[1])
        if self._label(index, node, level):
            pass
        elif level == 1:
            self._title(node)
        else:
            self.outline.end_why_it_matters()
            self._text(node)

    def _title(self, node: Node) -> None:
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

    def _links_of_heading(self, node: Node, heading: str) -> None:
        html, relative = without_relative_links(heading)
        for source in heading_sources(html):
            text = plain_text_with_urls(source)
            self.outline.add(Role.STORY_SOURCE, text, self._lines(node), source)
        for url in relative:
            self.outline.add(Role.LEFT_OUT, url, self._lines(node))

    def _metadata(self, node: Node) -> bool:
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

    def _label(self, index: int, node: Node, level: int = 0) -> bool:
        found = match_label(node[1].content) if node[0].type in LABELLED else None
        if not found or not self._label_fits(index, found, level):
            return False
        label, name, rest = found
        of_issue = 0 < level <= (self.story_level or 2)
        self.outline.open_section(label, name, self._lines(node), of_issue=of_issue)
        if rest:
            html, is_source = f"<p>{self._rendered(rest)}</p>", label is Label.SOURCES
            self._add(html, rest, self._lines(node), node, is_source=is_source)
        return True

    def _label_fits(self, index: int, found: tuple[Label, str, str], level: int) -> bool:
        label, _, rest = found
        below_stories = level > (self.story_level or 2)
        within = index < self.last_story and (below_stories or (rest and not level))
        homeless = label is Label.WHY_IT_MATTERS and not self.outline.in_story
        # A document whose title is "Sources" has a title.
        is_title = level == 1 and not self.title and not self.outline.in_story
        closes = label is Label.BOTTOM_LINE or (label is Label.TLDR and self.outline.in_story)
        return not (homeless or is_title or (closes and within))

    def _labels_within(self, index: int, node: Node) -> bool:
        """Read a list or quotation of a story that has a label at its start or in an item."""
        is_list = node[0].type in LISTS
        blocks = children_of(node) if is_list else [node] * (node[0].type == "blockquote_open")
        labelled = [self._begins_with_label(index, block) for block in blocks]
        if not self.outline.in_story or not any(labelled):
            return False
        pairs = zip(labelled, blocks, strict=True)
        for has_label, run in groupby(pairs, key=itemgetter(0)):
            if has_label:
                for _, block in run:
                    self._labelled_blocks(index, children_of(block))
            else:
                self._items(node, [block for _, block in run])
        return True

    def _begins_with_label(self, index: int, node: Node) -> bool:
        first = next(iter(children_of(node)), None)
        found = first and first[0].type == "paragraph_open" and match_label(first[1].content)
        return bool(found) and self._label_fits(index, found, 0)

    def _labelled_blocks(self, index: int, blocks: list[Node]) -> None:
        """Read the blocks of an item or quotation; its section ends with it."""
        for block in blocks:
            if not (self._label(index, block) or self._sources(block)):
                self._text(block, known=block[0].type in TEXT_BLOCKS)
        if self.outline.in_story:
            self.outline.place = Role.BODY

    def _sources(self, node: Node) -> bool:
        if not self.outline.in_sources:
            return False
        if node[0].type in LISTS:
            for item in children_of(node):
                self._add(self._html(item), self._source(item), self._lines(item), is_source=True)
            return True
        if node[0].type == "table_open":
            heading, *rows = rows_of(node)
            self.outline.add(Role.LABEL, bare_text(self._html(heading)), self._lines(heading))
            for row in rows:
                self._add(self._html(row), self._source(row), self._lines(row), is_source=True)
            return True
        html, after_label = self._html(node), self.outline.parts[-1].role is Role.LABEL
        if "<a href=" in html and (after_label or self.outline.place is Role.ISSUE_SOURCE):
            self._add(html, self._source(node), self._lines(node), is_source=True)
            return True
        return False

    def _text(self, node: Node, known: bool = True) -> None:
        html, left_out = self._html(node) if known else "", left_out_of(node)
        if not html.strip() and not left_out and not words_lost(self._source(node), ""):
            return  # nothing but attributes
        if node[0].type in LISTS and self._loses_words(node):
            self._items(node, children_of(node))
        else:
            self._add(html, self._source(node), self._lines(node), node, is_source=False)

    def _items(self, node: Node, items: list[Node]) -> None:
        """Add items of a list; those that lost words are shown as written, the others are not."""
        for lost, run in groupby(items, key=self._loses_words):
            run = list(run)
            sources = [self._source(item) for item in run]
            htmls = [self._html(item) for item in run]
            if lost:
                htmls = [f"<li>{lines_html(MARKER.sub('', text))}</li>" for text in sources]
            tag, lines = node[0].tag, (self._lines(run[0])[0], self._lines(run[-1])[1])
            html = f"<{tag}{list_attribute(node, run[0])}>{''.join(htmls)}</{tag}>"
            if lost:
                self.outline.add(Role.UNKNOWN, "\n".join(sources), lines, html)
            else:
                self._add_text(html, lines)

    def _loses_words(self, item: Node) -> bool:
        return bool(words_lost(self._source(item), self._html(item), words_elsewhere(item)))

    def _add(
        self, html: str, source: str, lines: Lines, node: Sequence[Token] = (), *, is_source: bool
    ) -> None:
        """Add a text or source, in its original form if the conversion lost words."""
        if not html or words_lost(source, html, words_elsewhere(node)):
            self.outline.add(Role.UNKNOWN, source, lines, paragraph_html(source))
        elif is_source:
            self.outline.add(self.outline.place, plain_text_with_urls(html), lines, html)
        else:
            self._add_text(html, lines)

    def _add_text(self, html: str, lines: Lines) -> None:
        html, relative = without_relative_links(html)
        if bare_text(html):
            self.outline.add_paragraph(plain_text_with_urls(html), lines, html)
        for url in relative:
            self.outline.add(Role.LEFT_OUT, url, lines)

    def _add_besides(self, node: Node) -> None:
        """Add the notes that are written within a block, and what is left out of it."""
        for text in left_out_of(node):
            self.outline.add(Role.LEFT_OUT, text, self._lines(node))
        for note in notes_in(node):
            self._add_note(f"<p>{self._rendered(note)}</p>", self._lines(node))

    def _add_note(self, html: str, lines: Lines) -> None:
        """Add a footnote as a source of the issue, as those of Word files are."""
        self.outline.add(Role.ISSUE_SOURCE, plain_text_with_urls(html), lines, html)

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

    def _rendered(self, text: str) -> str:
        return self.markdown.renderInline(text, self.env).replace("\n", "")

    def _inline(self, tokens: list[Token]) -> str:
        return self.markdown.renderer.renderInline(tokens, self.markdown.options, self.env)

    def _html(self, node: Node) -> str:
        # The remaining line ends come from the renderer, between tags.
        html = self.markdown.renderer.render(node, self.markdown.options, self.env)
        return html.replace("\n", "")

    def _source(self, node: Node) -> str:
        first, last = node[0].map
        return "\n".join(self.lines[first:last]).strip()

    def _lines(self, node: Node) -> tuple[int, int]:
        first, last = node[0].map
        while last > first + 1 and not self.lines[last - 1].strip():
            last -= 1
        return first + 1, last
