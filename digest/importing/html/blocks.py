"""The blocks of a cleaned page, and what is left out once all of them are known."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.utils.html import escape

from digest.importing.html.tags import CELLS, HEADINGS
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
            headings = all(block.tag[1:].isdecimal() for block in blocks[:MAX_ABOVE])
            self.is_above_text = headings and len(blocks) <= MAX_ABOVE
        self.row += tag == "tr"
        self.in_value = self.is_above_text and self.cell == "th" and tag == "td"
        self.cell = tag if tag in CELLS else ""

    def end(self, blocks: list[HtmlBlock]) -> Counter[str]:
        """Rewrite the blocks of the table; return what was left out."""
        self.in_value, self.cell, self.depth = False, "", max(self.depth - 1, 0)
        if self.depth or self.is_nested:
            return Counter()
        left_out: Counter[str] = Counter()
        if self.is_above_text:
            blocks[self.first :], left_out = read_properties(blocks[self.first :])
        blocks[self.first :] = read_rows(blocks[self.first :])
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
        for block in blocks
    ]
    frame, left_out = find_frame(lines), Counter()
    left_out["frame"] = len(frame.rows)

    def clean(link: re.Match[str]) -> str:
        cleaned = escape(without_reader(unescaped(link[1]), frame, left_out))
        text = link[2].replace(link[1], cleaned)  # a bare URL is its own text
        return f'<a href="{cleaned}">{text}</a>' if cleaned else text

    kept = [block for number, block in enumerate(blocks) if number not in frame.rows]
    for block in kept:
        block.html = LINK.sub(clean, block.html)
    return [block for block in kept if block.html.strip()], left_out
