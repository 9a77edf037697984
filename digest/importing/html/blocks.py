"""The blocks of a cleaned page, and what is left out once all of them are known."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.utils.html import escape

from digest.importing.html.tags import CELLS, HEADINGS
from digest.importing.images import MAX_IMAGES, Figure
from digest.importing.mail_frame import FrameLine, find_frame, without_reader
from digest.importing.parts import Role
from digest.importing.recognition import parse_tags, read_metadata
from digest.importing.rich_text import CELL_SEPARATOR, LINK, bare_text, unescaped

AFTER_DAY = re.compile(r",?\s+\d{1,2}:\d\d|\s*→")
MAX_ABOVE = 3  # headings above a table of properties


@dataclass
class HtmlBlock:
    """A cleaned block; ``region`` is its part of the page, ``quote`` numbers its quotation.

    ``cell`` is the tag of the cell of a table that it is in, ``row`` the number of the row.
    ``group`` numbers the container that it is in.
    """

    tag: str
    html: str
    region: str
    quote: int = 0
    cell: str = ""
    row: int = 0
    group: int = 0
    figure: Figure | None = None

    @property
    def line(self) -> str:
        """Return the line of the block in the cleaned document."""
        return self.figure.html if self.figure else f"<{self.tag}>{self.html}</{self.tag}>"


def texts_of(blocks: list[HtmlBlock]) -> list[HtmlBlock]:
    """Return the blocks that are no images."""
    return [block for block in blocks if not block.figure]


@dataclass
class TableReader:
    """Notes the cells of the outermost table, and rewrites its blocks at its end."""

    first: int = 0
    depth: int = 0
    cell: str = ""
    row: int = 0
    in_value: bool = False
    is_above_text: bool = False
    is_nested: bool = False

    def start(self, tag: str, blocks: list[HtmlBlock]) -> None:
        """Note which cell starts."""
        if tag == "table":
            self.depth += 1
            self.is_nested = self.depth > 1
        if tag == "table" and not self.is_nested:
            self.first = len(blocks)
            above = texts_of(blocks[: MAX_ABOVE + MAX_IMAGES + 1])
            headings = all(block.tag[1:].isdecimal() for block in above)
            self.is_above_text = headings and len(above) <= MAX_ABOVE
        self.row += tag == "tr"
        self.in_value = self.is_above_text and self.cell == "th" and tag == "td"
        self.cell = tag if tag in CELLS else ""

    def end(self, blocks: list[HtmlBlock]) -> Counter[str]:
        """Rewrite the blocks of the table; return what was left out."""
        self.in_value, self.cell, self.depth = False, "", max(self.depth - 1, 0)
        if self.depth or self.is_nested:
            return Counter()
        left_out: Counter[str] = Counter()
        texts = found = texts_of(blocks[self.first :])
        if self.is_above_text:
            found, left_out = read_properties(texts)
        found = read_rows(found)
        if found is not texts:
            images = [block for block in blocks[self.first :] if block.figure]
            blocks[self.first :] = [*found, *images]
        return left_out


def read_rows(blocks: list[HtmlBlock]) -> list[HtmlBlock]:
    """Return a table with headings of rows or columns as a list of its rows.

    Other tables are for layout, and returned as they are.
    """
    rows: dict[int, list[HtmlBlock]] = defaultdict(list)
    for block in blocks:
        if block.cell != "caption":
            rows[block.row].append(block)
    are_cells = all(block.cell and block.tag == "p" for block in blocks)
    if len(rows) < 2 or not are_cells or all(block.cell != "th" for block in blocks):
        return blocks
    items = (CELL_SEPARATOR.join(block.html for block in row) for row in rows.values())
    captions = [block for block in blocks if block.cell == "caption"]
    html = "".join(f"<li>{item}</li>" for item in items)
    return [*captions, HtmlBlock("ul", html, blocks[0].region)]


def read_properties(blocks: list[HtmlBlock]) -> tuple[list[HtmlBlock], Counter[str]]:
    """Return the date and tags of a table of properties, and the number of its other rows.

    Such a table has a name and a value in each row, as a page exported by Notion has. Other tables
    are returned as they are.
    """
    rows: dict[int, list[HtmlBlock]] = defaultdict(list)
    for block in blocks:
        rows[block.row].append(block)
    if any([block.cell for block in row] not in (["th"], ["th", "td"]) for row in rows.values()):
        return blocks, Counter()
    found = []
    for row in rows.values():
        name, value = bare_text(row[0].html), bare_text(row[-1].html).removeprefix("@")
        day = AFTER_DAY.split(value)[0]
        dates = [part for part in read_metadata(day, (0, 0))[0] if part.role is Role.DATE]
        line = dates[0].text if dates else f"{name}: {value}"
        if dates or parse_tags(line):
            found.append(HtmlBlock("p", escape(line), row[0].region))
    left_out = Counter({"property": len(rows) - len(found)})
    return (found, left_out) if found else (blocks, Counter())


def without_frame(blocks: list[HtmlBlock]) -> tuple[list[HtmlBlock], Counter[str]]:
    """Return the blocks without the frame of a mail, and counts of what was left out."""
    lines = [
        FrameLine(
            bare_text(block.html),
            tuple((unescaped(url), bare_text(text)) for url, text in LINK.findall(block.html)),
            block.tag in HEADINGS,
            block.group,
        )
        for block in texts_of(blocks)
    ]
    frame, left_out = find_frame(lines), Counter()
    left_out["frame"] = len(frame.rows)

    def clean(link: re.Match[str]) -> str:
        cleaned = escape(without_reader(unescaped(link[1]), frame, left_out))
        text = link[2].replace(link[1], cleaned)  # a bare URL is its own text
        return f'<a href="{cleaned}">{text}</a>' if cleaned else text

    kept = outside_of_rows(blocks, frame.rows)
    for block in kept:
        block.html = LINK.sub(clean, block.html)
    return [block for block in kept if block.figure or block.html.strip()], left_out


def outside_of_rows(blocks: list[HtmlBlock], rows: set[int]) -> list[HtmlBlock]:
    """Return the blocks that are not in the rows of a frame, nor images between these."""
    kept, number, count = [], 0, len(texts_of(blocks))
    for block in blocks:
        if block.figure:
            inside = number - 1 in rows and (number in rows or number == count)
        else:
            inside, number = number in rows, number + 1
        kept += [] if inside else [block]
    return kept
