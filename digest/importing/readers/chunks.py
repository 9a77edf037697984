"""Split plain text into paragraphs and lists, by blank lines, bullets and line lengths.

Text copied from a page has one paragraph per line, with or without blank lines between them; text
from a mail program has paragraphs hard-wrapped at a common width. Both are supported.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

BULLET = re.compile(r"(?:(?P<dot>[•‣◦▪●∙·*–-])|(?P<number>\d{1,3})[.)])\s+(?=\S)")
MIN_WRAP_WIDTH, MAX_WRAP_WIDTH = 50, 100
MIN_WRAPPED_LINES = 3
WRAP_TOLERANCE = 6
P_TAG = re.compile(r"</?p>")


@dataclass
class ChunkItem:
    """A list item."""

    text: str
    first_line: int
    last_line: int
    html: str = ""


@dataclass
class Chunk:
    """A paragraph, or a list if it has items; ``gap`` means that a blank line precedes it.

    In an HTML document it has ``html``, and a heading has a ``level``. ``is_item`` is a paragraph
    that was an item of a list.
    """

    text: str
    first_line: int
    last_line: int
    gap: bool
    tag: str = ""
    items: list[ChunkItem] = field(default_factory=list)
    html: str = ""
    level: int = 0
    is_item: bool = False

    @property
    def lines(self) -> tuple[int, int]:
        return self.first_line, self.last_line

    def append(self, item: ChunkItem) -> None:
        self.items.append(item)
        self.last_line = item.last_line


def item_chunk(item: ChunkItem) -> Chunk:
    """Return an item of a list as a paragraph."""
    return Chunk(item.text, item.first_line, item.last_line, True, html=item.html, is_item=True)


def part_of_list(chunk: Chunk, items: list[ChunkItem]) -> Chunk:
    """Return a list with some items of another one, all at one level."""
    inner = "".join(f"<li>{P_TAG.sub('', item.html)}</li>" for item in items)
    return replace(
        chunk,
        text="\n".join(item.text for item in items),
        first_line=items[0].first_line,
        last_line=items[-1].last_line,
        items=items,
        html=f"<{chunk.tag}>{inner}</{chunk.tag}>" if chunk.html else "",
    )


def collapse_spaces(line: str) -> str:
    """Collapse whitespace, including no-break spaces."""
    return " ".join(line.split())


def wrap_width(lines: list[str]) -> int:
    """Return the width at which the text is hard-wrapped, or 0.

    A line was wrapped if the first word of the next one would not have fitted.
    """
    width = max(map(len, lines), default=0)
    pairs = [(one, two) for one, two in pairwise(lines) if one and two]
    full = sum(is_full(one, two, width) for one, two in pairs)
    wrapped = full >= max(MIN_WRAPPED_LINES, len(pairs) / 2)
    return width if wrapped and MIN_WRAP_WIDTH <= width <= MAX_WRAP_WIDTH else 0


def is_full(line: str, following: str, width: int) -> bool:
    """Return whether the first word of the next line would not fit into this one."""
    return len(line) + 1 + len(following.split(" ", 1)[0]) > width - WRAP_TOLERANCE


def split_chunks(text: str) -> list[Chunk]:
    """Split a text into chunks."""
    lines = [collapse_spaces(line) for line in text.split("\n")]
    width, chunks, before = wrap_width(lines), [], ""
    for number, line in enumerate(lines, 1):
        if line and before and width and is_full(before, line, width) and not BULLET.match(line):
            extend_chunk(chunks[-1], line, number)
        elif line:
            add_line(line, number, chunks, gap=not before)
        before = line
    return list(finish_lists(chunks))


def extend_chunk(chunk: Chunk, line: str, number: int) -> None:
    """Append a wrapped line to the paragraph or item it continues."""
    last = chunk.items[-1] if chunk.items else chunk
    last.text += f" {line}"
    last.last_line = chunk.last_line = number


def add_line(line: str, number: int, chunks: list[Chunk], *, gap: bool) -> None:
    """Add a line as a paragraph, as a new list, or to the list before it."""
    bullet = BULLET.match(line)
    if not bullet:
        chunks.append(Chunk(line, number, number, gap))
        return
    tag, item = "ul" if bullet["dot"] else "ol", ChunkItem(line[bullet.end() :], number, number)
    follows = bool(chunks) and chunks[-1].tag == tag
    due = len(chunks[-1].items) + 1 if follows else 1
    if bullet["number"] and int(bullet["number"]) != due:
        chunks.append(Chunk(line, number, number, gap))
    elif follows:
        chunks[-1].append(item)
    else:
        chunks.append(Chunk(line, number, number, gap, tag, [item]))


def finish_lists(chunks: list[Chunk]) -> Iterator[Chunk]:
    """Turn a lone "1." back into a paragraph (a numbered heading), and set the text of lists."""
    for chunk in chunks:
        if chunk.tag == "ol" and len(chunk.items) == 1:
            chunk.tag, chunk.items = "", []
        elif chunk.items:
            chunk.text = "\n".join(item.text for item in chunk.items)
        yield chunk
