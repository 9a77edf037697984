"""Read HTML: saved pages, word processor clipboards, Word files.

The input is that of ``html.cleaner``, one block per line. Headings start stories; a document
without headings is read by the rules for plain text.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from digest.importing.images import Figure
from digest.importing.parts import Label, Part, Role
from digest.importing.readers.chunks import Chunk, ChunkItem
from digest.importing.readers.text import MAX_SOURCE_LENGTH, TextReader
from digest.importing.recognition import match_label
from digest.importing.rich_text import bare_text, heading_sources, html_after, plain_text_with_urls

BLOCK = re.compile(r"<(?P<tag>h[1-6]|p|ul|ol|blockquote)>(?P<inner>.*)</(?P=tag)>")
LIST_TAG = re.compile(r"</?(?:ul|ol|li)>")
BOLD_START = re.compile(r"<(?:p|blockquote)>(?:<[ai]\b[^>]*>)*<b>(.*?)</b>")


def read_html(text: str) -> list[Part]:
    """Return the parts of a cleaned HTML document."""
    lines = list(enumerate(text.split("\n"), 1))
    figures = {number: figure for number, line in lines if (figure := Figure.parse(line))}
    chunks = [chunk_of(line, number) for number, line in lines if number not in figures]
    images = [Part(Role.IMAGE, f.text, n, n, f.html) for n, f in figures.items()]
    return with_images(HtmlReader(chunks).read(), images)


def with_images(parts: list[Part], images: Iterable[Part]) -> list[Part]:
    """Return the parts with the images at their places; the first of a story is its image.

    The first one before all stories is that of the issue. Others stay without a place, and so do
    those after the stories.
    """
    parts = below_headings(sorted([*parts, *images], key=lambda part: part.first_line))
    story, taken = 0, set[int]()
    for index, part in enumerate(parts):
        story += part.role is Role.STORY
        if part.role in (Role.BOTTOM_LINE, Role.ISSUE_SOURCE):
            taken.add(story)
        if part.is_image and story not in taken:
            taken.add(story)
            parts[index] = replace(part, role=Role.STORY_IMAGE if story else Role.ISSUE_IMAGE)
    return parts


def below_headings(parts: list[Part]) -> list[Part]:
    """Return the parts with images below headings, if all of several ones are directly above.

    One above the first story shows that they are not images of the stories that end there.
    """
    images = [index for index, part in enumerate(parts) if part.is_image]
    roles = [part.role for part in parts]
    above = len(images) > 1 and all(
        roles[index + 1 : index + 2] == [Role.STORY] for index in images
    )
    if above and Role.STORY not in roles[: images[0]]:
        for index in images:
            parts[index : index + 2] = parts[index + 1], parts[index]
    return parts


def chunk_of(line: str, number: int) -> Chunk:
    """Return the chunk for a line."""
    found = BLOCK.fullmatch(line)
    tag, inner = found["tag"], found["inner"]
    if tag.startswith("h"):
        level = int(tag[1])
        return Chunk(bare_text(inner), number, number, True, html=f"<h3>{inner}</h3>", level=level)
    if tag not in ("ul", "ol"):
        return Chunk(bare_text(inner), number, number, True, html=line)
    texts = [html for html in LIST_TAG.split(inner) if html]
    items = [ChunkItem(bare_text(html), number, number, f"<p>{html}</p>") for html in texts]
    text = "\n".join(item.text for item in items)
    return Chunk(text, number, number, True, tag, items, line)


class HtmlReader(TextReader):
    """Reads text like ``TextReader``, but trusts headings where there are any."""

    def __init__(self, chunks: list[Chunk]) -> None:
        super().__init__(chunks)
        self.below_heading = False
        chunks = self.chunks[:-1]
        marked = [i for i, c in enumerate(chunks) if c.level and not self._label_of(c)]
        self.title_index = self._index_of_title(chunks, marked)
        levels = [chunks[i].level for i in marked if i != self.title_index]
        self.story_level = min(levels, default=0)

    @staticmethod
    def _index_of_title(chunks: list[Chunk], marked: list[int]) -> int:
        """Return the index of the title, or -1.

        That is the first heading, if it is an ``<h1>`` or the only one of the highest level.
        """
        if not marked:
            return -1
        level = chunks[marked[0]].level
        alone = len(marked) > 1 and all(chunks[i].level > level for i in marked[1:])
        return marked[0] if level == 1 or alone else -1

    def _boilerplate(self, index: int, chunk: Chunk) -> bool:
        is_story = bool(chunk.level) and chunk.level == self.story_level
        return not (is_story and chunk.text == self.title) and super()._boilerplate(index, chunk)

    def _title(self, index: int, chunk: Chunk) -> bool:
        if self.title_index < 0:
            return super()._title(index, chunk)
        if index == self.title_index:
            self.title = chunk.text
            self.outline.add(Role.TITLE, chunk.text, chunk.lines)
        elif index < self.title_index:
            self.outline.add(Role.BOILERPLATE, chunk.text, chunk.lines, self._html(chunk))
        return index <= self.title_index

    def _heading(self, index: int, chunk: Chunk) -> bool:
        if not self.story_level:
            return super()._heading(index, chunk)
        if chunk.level != self.story_level:
            return False
        self.outline.start_story(chunk.text, chunk.lines)
        for html in heading_sources(chunk.html):
            self.outline.add(Role.STORY_SOURCE, plain_text_with_urls(html), chunk.lines, html)
        return True

    def _is_heading(self, index: int) -> bool:
        if self.story_level:
            return self.chunks[index].level == self.story_level
        return super()._is_heading(index)

    def _is_list_of_issue(self, index: int) -> bool:
        level = self.chunks[index].level
        if level and self.story_level:
            return level <= self.story_level
        return super()._is_list_of_issue(index)

    def _label_of(self, chunk: Chunk) -> tuple[Label, str, str] | None:
        """Match a label, also where only bold type separates it from its text."""
        bold = BOLD_START.match(chunk.html)
        if not bold or chunk.items:
            return super()._label_of(chunk)
        text = bare_text(bold[1])
        return match_label(f"**{text}**{chunk.text.removeprefix(text)}")

    def _after_label(self, rest: str, chunk: Chunk, *, is_source: bool) -> None:
        rest = rest.removeprefix("**").replace("**", "", 1) if rest.startswith("**") else rest
        html = html_after(chunk.html, len(chunk.text) - len(rest))
        add = self._add_source if is_source else self.outline.add_paragraph
        add(plain_text_with_urls(html), chunk.lines, html)

    def _label(self, index: int, chunk: Chunk) -> bool:
        found = super()._label(index, chunk)
        if found or chunk.level or chunk.items:
            self.below_heading = found and bool(chunk.level)
        return found

    def _sources(self, index: int, chunk: Chunk) -> bool:
        if super()._sources(index, chunk):
            return True
        # Below a heading, paragraphs up to the first list are sources, with a URL or without.
        cites = self.outline.in_sources and not chunk.level
        cites = cites and ("<a href=" in chunk.html or self._is_source_below_heading(chunk))
        if cites:
            self._add_source(chunk.text, chunk.lines, chunk.html)
        return cites

    def _is_source_below_heading(self, chunk: Chunk) -> bool:
        return self.below_heading and len(chunk.text) <= MAX_SOURCE_LENGTH

    def _add_source(self, text: str, lines: tuple[int, int], html: str) -> None:
        super()._add_source(plain_text_with_urls(html), lines, html)

    def _html(self, chunk: Chunk) -> str:
        return chunk.html

    def _plain_text(self, chunk: Chunk) -> str:
        return plain_text_with_urls(chunk.html)

    def _paragraph(self, index: int, chunk: Chunk) -> bool:
        if not self.story_level:
            return super()._paragraph(index, chunk)
        if chunk.level:
            self.outline.end_why_it_matters()
        self.outline.add_paragraph(self._plain_text(chunk), chunk.lines, chunk.html)
        return True
