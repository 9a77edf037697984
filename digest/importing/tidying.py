"""Tidy the parts of a document of any format: what newsletters write into titles and lists.

A date at an end of the title is the date of the issue, numbers of stories are not part of their
headings, and in an issue without stories a list of links is its sources.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from digest.importing.dates import date_at_end, date_at_start
from digest.importing.editor_html import parse_blocks
from digest.importing.parts import Part, Role
from digest.importing.rich_text import LINK, bare_text, plain_text_with_urls, split_words

SEPARATOR = r"[-–—|·•:,/(\[]"
BEFORE_DATE = re.compile(rf"\s*{SEPARATOR}\s*$")
AFTER_DATE = re.compile(rf"\s*{SEPARATOR}\s*")
NUMBERED = re.compile(r"(?:[^\w\s]+\s*)?(\d{1,2})(?:[.):]\s+|\s+[-–—|/]\s+|\ufe0f?\u20e3\s*)(?=\S)")
MIN_NUMBERED = 2
MIN_LINKS = 3
MAX_LINK_LINE = 300


def tidied(parts: list[Part]) -> list[Part]:
    """Return the parts with the roles that only the whole document shows."""
    parts = without_numbers(with_date_of_title(parts))
    if any(part.role is Role.STORY for part in parts):
        return parts
    return links_as_sources(parts)


def with_date_of_title(parts: list[Part]) -> list[Part]:
    """Return the parts with the date at an end of the title, if there is no other.

    A separator shows that the date is not part of the title, as it is in "What became of May 1".
    """
    title = next((part for part in parts if part.role is Role.TITLE), None)
    if title is None or any(part.role is Role.DATE for part in parts):
        return parts
    text, date = split_date(" ".join(title.text.split()))
    if not date:
        return parts
    found = [replace(title, text=text), replace(title, role=Role.DATE, text=date, html="")]
    return [new for part in parts for new in (found if part is title else [part])]


def split_date(text: str) -> tuple[str, str]:
    """Return a title without the date at one of its ends, and the date."""
    closed = text.rstrip(" .)]")
    if (at_end := date_at_end(closed)) and at_end[1]:
        before, date = text[: at_end[1]], closed[at_end[1] :]
        separator = BEFORE_DATE.search(before)
        return (before[: separator.start()] if separator else text), date
    if (at_start := date_at_start(text)) and (after := AFTER_DATE.match(text, at_start[1])):
        return text[after.end() :] or text, text[: at_start[1]]
    return text, ""


def without_numbers(parts: list[Part]) -> list[Part]:
    """Return the parts with headings without numbers, if these count all stories from 1."""
    found = [NUMBERED.match(part.text) for part in parts if part.role is Role.STORY]
    numbers = [int(match[1]) if match else 0 for match in found]
    if len(numbers) < MIN_NUMBERED or numbers != list(range(1, len(numbers) + 1)):
        return parts
    return [
        replace(part, text=NUMBERED.sub("", part.text, count=1))
        if part.role is Role.STORY
        else part
        for part in parts
    ]


def links_as_sources(parts: list[Part]) -> list[Part]:
    """Return the parts with lists of links as sources of the issue."""
    tidy: list[Part] = []
    for is_line, run in groupby(parts, key=is_link_line):
        lines = list(run)
        if is_line and len(lines) >= MIN_LINKS:
            tidy += [replace(line, role=Role.ISSUE_SOURCE) for line in lines]
        else:
            tidy += [source for line in lines for source in list_as_sources(line)]
    return tidy


def is_link_line(part: Part) -> bool:
    """Return whether a paragraph of the summary is a link with its publisher or a few words."""
    if part.role is not Role.SUMMARY or len(part.text) > MAX_LINK_LINE or "<li>" in part.html:
        return False
    before, *links = LINK.split(part.html)
    if len(links) != len(("url", "text", "after")):
        return False
    return not split_words(bare_text(before)) or not split_words(bare_text(links[2]))


def list_as_sources(part: Part) -> Iterable[Part]:
    """Return a source for each item of a list in which each has a link, else the part itself."""
    items = [
        item for block in parse_blocks(part.html).items if block.tag != "p" for item in block.items
    ]
    htmls = [inner_html(item.children) for item in items]
    only_links = len(htmls) > 1 and all(map(LINK.search, htmls))
    if part.role is not Role.SUMMARY or not only_links:
        return [part]
    return [
        replace(part, role=Role.ISSUE_SOURCE, text=plain_text_with_urls(html), html=html)
        for html in htmls
    ]


def inner_html(children: Iterable) -> str:
    """Return the HTML within an item as one paragraph."""
    pieces = (c if isinstance(c, str) else inner_html(c.children) for c in children)
    return " ".join(pieces)
