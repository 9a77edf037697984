"""The blocks of a cleaned page, and what is left out once all of them are known."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.utils.html import escape

from digest.importing.html.tags import CELLS, HEADINGS
from digest.importing.mail_frame import FrameLine, find_frame
from digest.importing.parts import Role
from digest.importing.recognition import parse_tags, read_metadata
from digest.importing.rich_text import LINK, bare_text, unescaped

AFTER_DAY = re.compile(r",?\s+\d{1,2}:\d\d|\s*→")
MAX_ABOVE = 3  # headings above a table of properties


@dataclass
class HtmlBlock:
    """A cleaned block; ``region`` is its part of the page, ``quote`` numbers its quotation.

    ``cell`` is the tag of the cell of a table that it is in, ``row`` the number of the row.
    """

    tag: str
    html: str
    region: str
    quote: int = 0
    cell: str = ""
    row: int = 0


@dataclass
class TableReader:
    """Finds a table of properties above the text, and replaces it by date and tags."""

    first: int | None = None
    depth: int = 0
    cell: str = ""
    row: int = 0
    in_value: bool = False

    def start(self, tag: str, blocks: list[HtmlBlock]) -> None:
        """Note which cell starts, if all before the table are headings."""
        if tag == "table":
            only_headings = all(block.tag[1:].isdecimal() for block in blocks[: MAX_ABOVE + 1])
            if self.first is None and len(blocks) <= MAX_ABOVE and only_headings:
                self.first = len(blocks)
            self.depth += 1
        self.row += tag == "tr"
        self.in_value = self.cell == "th" and tag == "td"
        self.cell = tag if tag in CELLS and self.first is not None else ""

    def end(self, blocks: list[HtmlBlock]) -> Counter[str]:
        """Replace the blocks of the table, if it has properties; return what was left out."""
        self.in_value = False
        self.cell, self.depth, first = "", max(self.depth - 1, 0), self.first
        if first is None or self.depth:
            return Counter()
        blocks[first:], left_out = read_properties(blocks[first:])
        self.first = None
        return left_out


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
