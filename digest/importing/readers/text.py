"""Read text copied from a published page.

Such text has no markup: a short line without final punctuation, followed by paragraphs, is a
heading; lines with bullets are a list; boilerplate of the page surrounds the rest.
"""

import re
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from digest.importing.parts import Label, Outline, Part, Role
from digest.importing.readers.chunks import Chunk, ChunkItem, item_chunk, part_of_list, split_chunks
from digest.importing.recognition import (
    GREETING,
    SIGNATURE,
    URL,
    is_boilerplate,
    match_label,
    read_metadata,
)
from digest.importing.rich_text import list_html, paragraph_html

MAX_HEADING_LENGTH = 160
MAX_TITLE_LENGTH = 255
MAX_QUESTION_LENGTH = 100
MAX_SOURCE_LENGTH = 300
MAX_SIGNATURE_LINES = 5
CLOSERS = "\"'”’»)]"
QUESTION = re.compile(r"(?:[^.!?]|[.!?](?!\s))*[?!]")
BYLINE = re.compile(r"[Bb]y(?: (?!The )[A-Z]\S*){1,5}")
ABBREVIATION = re.compile(r"(?:\b\w\.){2,}$|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|etc|al)\.$")


def read_text(text: str) -> list[Part]:
    """Return the parts of a copied text."""
    return TextReader(split_chunks(text)).read()


def ends_sentence(text: str) -> bool:
    """Return whether a line ends like a sentence or the lead-in of a list."""
    end = text[-20:].rstrip(CLOSERS + " ")
    return end.endswith((".", ",", ";", ":", "…", "?", "!")) and not ABBREVIATION.search(end)


def looks_like_heading(chunk: Chunk, longest: int = MAX_HEADING_LENGTH) -> bool:
    """Return whether a chunk is short and has no final punctuation, or is a short question."""
    text = chunk.text
    if chunk.items or len(text) > longest or URL.search(text) or BYLINE.fullmatch(text):
        return False
    asks = len(text) <= MAX_QUESTION_LENGTH and QUESTION.fullmatch(text)
    return bool(re.search(r"[^\W_]", text)) and bool(asks or not ends_sentence(text))


class TextReader:
    """Reads chunks in one pass; the first step that recognises a chunk consumes it."""

    def __init__(self, chunks: list[Chunk]) -> None:
        chunks = [piece for chunk in chunks for piece in self._split_at_labels(chunk)]
        self.chunks = [*chunks, Chunk("", 0, 0, True)]  # every chunk has a next one
        self.outline = Outline()
        self.title, self.signed = "", False
        labels = {i: found[0] for i, c in enumerate(chunks) if (found := self._label_of(c))}
        long = [i for i, chunk in enumerate(chunks) if len(chunk.text) > MAX_HEADING_LENGTH]
        self.last_label = max(labels, default=-1)
        self.last_why = max((i for i in labels if labels[i] is Label.WHY_IT_MATTERS), default=-1)
        self.last_content = max([self.last_label, *long])
        self.one_source_list = list(labels.values()).count(Label.SOURCES) == 1

    def read(self) -> list[Part]:
        """Return the parts in document order."""
        for index, chunk in enumerate(self.chunks[:-1]):
            self._read(index, chunk)
        return self.outline.parts

    def _read(self, index: int, chunk: Chunk) -> None:
        steps = (
            self._signature,
            self._boilerplate,
            self._metadata,
            self._label,
            self._title,
            self._heading,
            self._sources,
            self._paragraph,
        )
        any(step(index, chunk) for step in steps)

    def _signature(self, index: int, chunk: Chunk) -> bool:
        """Leave out a signature: two hyphens, and a few short lines up to the end."""
        self.signed = self.signed or (
            index > self.last_content
            and len(self.chunks) - index - 2 <= MAX_SIGNATURE_LINES
            and bool(SIGNATURE.fullmatch(chunk.text))
            and not any(ends_sentence(line.text) for line in self.chunks[index + 1 : -1])
        )
        if self.signed:
            self.outline.add(Role.BOILERPLATE, chunk.text, chunk.lines, self._html(chunk))
        return self.signed

    def _boilerplate(self, index: int, chunk: Chunk) -> bool:
        around = not self.title or index > self.last_content
        found = not chunk.items and is_boilerplate(chunk.text, around=around)
        if found or chunk.text == self.title:
            self.outline.add(Role.BOILERPLATE, chunk.text, chunk.lines)
        return found or chunk.text == self.title

    def _metadata(self, index: int, chunk: Chunk) -> bool:
        if self.outline.place is not Role.SUMMARY or chunk.items:
            return False
        parts, rest = read_metadata(chunk.text, chunk.lines)
        if not parts or self.outline.found & {part.role for part in parts}:
            return False
        for part in parts:
            self.outline.add(part.role, part.text, chunk.lines)
        if rest:
            self._read(index, replace(chunk, text=rest))
        return True

    def _label(self, index: int, chunk: Chunk) -> bool:
        found = self._label_of(chunk)
        if not found or not self._label_fits(index, *found):
            return False
        label, words, rest = found
        of_issue = label is Label.SOURCES and self._is_list_of_issue(index)
        self.outline.open_section(label, words, chunk.lines, of_issue=of_issue)
        if rest:
            self._after_label(rest, chunk, is_source=label is Label.SOURCES)
        if chunk.is_item and label is Label.WHY_IT_MATTERS:
            self.outline.place = Role.BODY  # the items below it are of the story
        return True

    def _split_at_labels(self, chunk: Chunk) -> list[Chunk]:
        """Split a list at items that are labelled text, such as "Why it matters: ..."."""
        labels = map(self._label_of_item, chunk.items)
        labelled = [found is not None and bool(found[2]) for found in labels]
        if not any(labelled):
            return [chunk]
        pieces: list[Chunk] = []
        for is_labelled, group in groupby(zip(labelled, chunk.items, strict=True), itemgetter(0)):
            items = [item for _, item in group]
            pieces += map(item_chunk, items) if is_labelled else [part_of_list(chunk, items)]
        return pieces

    def _label_of_item(self, item: ChunkItem) -> tuple[Label, str, str] | None:
        return self._label_of(item_chunk(item))

    def _is_list_of_issue(self, index: int) -> bool:
        return self.one_source_list and not self._stories_follow(index)

    def _after_label(self, rest: str, chunk: Chunk, *, is_source: bool) -> None:
        add = self._add_source if is_source else self.outline.add_paragraph
        add(rest, chunk.lines, paragraph_html(rest))

    def _label_fits(self, index: int, label: Label, words: str, rest: str) -> bool:
        if label is Label.WHY_IT_MATTERS:
            return self.outline.in_story
        # "The bottom line: ..." within a story belongs to that story.
        closing = label is Label.BOTTOM_LINE or (label is Label.TLDR and self.outline.in_story)
        return not (closing and rest and index < self.last_why)

    def _title(self, index: int, chunk: Chunk) -> bool:
        begun = self.outline.place is not Role.SUMMARY or Role.SUMMARY in self.outline.found
        if self.title or begun or chunk.items:
            return False
        short = len(chunk.text) <= MAX_HEADING_LENGTH < len(self.chunks[index + 1].text)
        if short or looks_like_heading(chunk, MAX_TITLE_LENGTH):
            self.title = chunk.text
            self.outline.add(Role.TITLE, chunk.text, chunk.lines)
        return bool(self.title)

    def _heading(self, index: int, chunk: Chunk) -> bool:
        closed = self.outline.place in (Role.BOTTOM_LINE, Role.ISSUE_SOURCE)
        if (closed and index > self.last_why) or not self._is_heading(index):
            return False
        self.outline.start_story(chunk.text, chunk.lines)
        return True

    def _is_heading(self, index: int) -> bool:
        if self.outline.place is Role.SUMMARY and GREETING.fullmatch(self.chunks[index].text):
            return False
        following = self.chunks[index + 1]
        if label := self._label_of(following):
            followed = label[0] is Label.WHY_IT_MATTERS
        else:
            long = bool(following.items) or len(following.text) > MAX_HEADING_LENGTH
            followed = long or ends_sentence(following.text)
        return followed and looks_like_heading(self.chunks[index])

    def _stories_follow(self, index: int) -> bool:
        if self.last_why >= 0:
            return index < self.last_label
        after = range(index + 1, len(self.chunks) - 1)
        return any(
            self._is_heading(i) and not is_boilerplate(self.chunks[i].text, around=True)
            for i in after
        )

    def _sources(self, index: int, chunk: Chunk) -> bool:
        if not self.outline.in_sources:
            return False
        if chunk.items:
            for item in chunk.items:
                html = item.html or paragraph_html(item.text)
                self._add_source(item.text, (item.first_line, item.last_line), html)
        elif URL.fullmatch(chunk.text) and self._complete_source(chunk):
            pass
        elif URL.search(chunk.text) or self._is_listed(index, chunk):
            self._add_source(chunk.text, chunk.lines, self._html(chunk))
        else:
            return False
        return True

    def _is_listed(self, index: int, chunk: Chunk) -> bool:
        beside = not chunk.gap or not self.chunks[index + 1].gap
        return beside and len(chunk.text) <= MAX_SOURCE_LENGTH and not ends_sentence(chunk.text)

    def _complete_source(self, chunk: Chunk) -> bool:
        """Join a URL on its own line with the source in the previous line."""
        last = self.outline.parts[-1]
        if last.role is not self.outline.place or URL.search(last.text) or chunk.gap:
            return False
        self.outline.parts.pop()
        text = f"{last.text} {chunk.text}"
        self._add_source(text, (last.first_line, chunk.last_line), paragraph_html(text))
        return True

    def _add_source(self, text: str, lines: tuple[int, int], html: str) -> None:
        self.outline.add(self.outline.place, text, lines, html)

    def _html(self, chunk: Chunk) -> str:
        if chunk.items:
            return list_html(chunk.tag, [item.text for item in chunk.items])
        return paragraph_html(chunk.text)

    def _plain_text(self, chunk: Chunk) -> str:
        return chunk.text

    def _paragraph(self, index: int, chunk: Chunk) -> bool:
        html = self._html(chunk)
        greets = self.outline.place is Role.SUMMARY and GREETING.fullmatch(chunk.text)
        if (looks_like_heading(chunk) and not greets) or BYLINE.fullmatch(chunk.text):
            self.outline.add(Role.UNKNOWN, self._plain_text(chunk), chunk.lines, html)
        else:
            self.outline.add_paragraph(self._plain_text(chunk), chunk.lines, html)
        return True

    def _label_of(self, chunk: Chunk) -> tuple[Label, str, str] | None:
        return None if chunk.items else match_label(chunk.text)
