"""Plain text cut into chunks: paragraphs and lists, by blank lines, bullets and line lengths.

In text copied from a page every line is a paragraph, with or without blank lines between; in text
from a mail program a paragraph is several lines of nearly equal length. Both are understood.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

BULLET = re.compile(r"(?:(?P<dot>[•‣◦▪●∙·*–-])|(?P<number>\d{1,3})[.)])\s+(?=\S)")
MIN_WRAP_WIDTH, MAX_WRAP_WIDTH = 50, 100
MIN_WRAPPED_LINES = 3
RAGGED = 6


@dataclass
class Item:
    """One item of a list."""

    text: str
    first_line: int
    last_line: int
    html: str = ""


@dataclass
class Chunk:
    """A paragraph, or a list when it has items. ``gap``: a blank line stands before it.

    Of an HTML document it has its ``html``, and as a heading its ``level``.
    """

    text: str
    first_line: int
    last_line: int
    gap: bool
    tag: str = ""
    items: list[Item] = field(default_factory=list)
    html: str = ""
    level: int = 0

    @property
    def lines(self) -> tuple[int, int]:
        """First and last line."""
        return self.first_line, self.last_line

    def append(self, item: Item) -> None:
        """Add an item to the list."""
        self.items.append(item)
        self.last_line = item.last_line


def squeeze(line: str) -> str:
    """A line without the spaces that are not seen, no-break spaces among them."""
    return " ".join(line.split())


def wrap_width(lines: list[str]) -> int:
    """The width at which the lines of paragraphs were wrapped, 0 when they were not.

    A line was wrapped when the first word of the next would not have fitted any more.
    """
    width = max(map(len, lines), default=0)
    pairs = [(one, two) for one, two in pairwise(lines) if one and two]
    full = sum(is_full(one, two, width) for one, two in pairs)
    wrapped = full >= max(MIN_WRAPPED_LINES, len(pairs) / 2)
    return width if wrapped and MIN_WRAP_WIDTH <= width <= MAX_WRAP_WIDTH else 0


def is_full(line: str, following: str, width: int) -> bool:
    """Whether the first word of the following line had no room in this one, or hardly any."""
    return len(line) + 1 + len(following.split(" ", 1)[0]) > width - RAGGED


def cut(text: str) -> list[Chunk]:
    """Cut a text into its chunks."""
    lines = [squeeze(line) for line in text.split("\n")]
    width, chunks, before = wrap_width(lines), [], ""
    for number, line in enumerate(lines, 1):
        if line and before and width and is_full(before, line, width) and not BULLET.match(line):
            extend(chunks[-1], line, number)
        elif line:
            place(line, number, chunks, gap=not before)
        before = line
    return list(settle(chunks))


def extend(chunk: Chunk, line: str, number: int) -> None:
    """Add a wrapped line to the paragraph or the item that it goes on."""
    last = chunk.items[-1] if chunk.items else chunk
    last.text += f" {line}"
    last.last_line = chunk.last_line = number


def place(line: str, number: int, chunks: list[Chunk], *, gap: bool) -> None:
    """Add a line as a paragraph, as a list, or to the list before it."""
    bullet = BULLET.match(line)
    if not bullet:
        chunks.append(Chunk(line, number, number, gap))
        return
    tag, item = "ul" if bullet["dot"] else "ol", Item(line[bullet.end() :], number, number)
    follows = bool(chunks) and chunks[-1].tag == tag
    due = len(chunks[-1].items) + 1 if follows else 1
    if bullet["number"] and int(bullet["number"]) != due:
        chunks.append(Chunk(line, number, number, gap))
    elif follows:
        chunks[-1].append(item)
    else:
        chunks.append(Chunk(line, number, number, gap, tag, [item]))


def settle(chunks: list[Chunk]) -> Iterator[Chunk]:
    """Make a lone "1." a paragraph again (a numbered heading), and give lists their text."""
    for chunk in chunks:
        if chunk.tag == "ol" and len(chunk.items) == 1:
            chunk.tag, chunk.items = "", []
        elif chunk.items:
            chunk.text = "\n".join(item.text for item in chunk.items)
        yield chunk
