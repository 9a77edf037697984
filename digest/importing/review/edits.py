"""Split, merge and move parts as an editor has corrected them.

They are stored as lists, in the order of the editor's steps, and applied to the parts each time
these are read:

- ``["split", key, point]`` splits a part; the new one gets a key of its own
- ``["merge", key]`` appends a part to the one before it
- ``["move", [key, ...], before]`` moves parts before another one, or to the end
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from digest.importing.parts import Part, Role
from digest.importing.review.pieces import join_html, split_html, split_points
from digest.importing.rich_text import plain_text_with_urls

Parts = dict[str, Part]
MAX_EDITS = 500
# A heading of which text is split off stays the heading.
AFTER_SPLIT = {Role.TITLE: Role.SUMMARY, Role.HEADLINE: Role.SUMMARY, Role.STORY: Role.BODY}


def split_key(number: int) -> str:
    """Return the key of the part that the edit with this number, counted from 1, splits off."""
    return f"s{number}"


def number_parts(parts: Iterable[Part]) -> Parts:
    """Return the parts by key, with the tags of a line as one part."""
    numbered: Parts = {}
    last = ""
    for number, part in enumerate(parts):
        if last and is_same_tag_line(numbered[last], part):
            numbered[last] = replace(part, text=f"{numbered[last].text}\n{part.text}")
        else:
            last = str(number)
            numbered[last] = part
    return numbered


def is_same_tag_line(part: Part, other: Part) -> bool:
    lines = {(each.first_line, each.last_line) for each in (part, other)}
    return part.role is other.role is Role.TAG and len(lines) == 1


def is_text(part: Part) -> bool:
    """Return whether a part may be split or merged, unlike an image or a line of tags."""
    return not part.is_image and part.role is not Role.TAG


def apply_edits(parts: Parts, edits: Iterable[Sequence[Any]]) -> Parts:
    """Return the parts with the edits; one that does not fit the parts is ignored."""
    for number, (kind, *values) in enumerate(edits, 1):
        if kind == "split":
            parts = split(parts, *values, new_key=split_key(number))
        elif kind == "merge":
            parts = merge(parts, *values)
        elif kind == "move":
            parts = move(parts, *values)
    return parts


def split(parts: Parts, key: str, point: int, new_key: str) -> Parts:
    part = parts.get(key)
    if not part or not is_text(part) or point not in split_points(part.rich_text):
        return parts
    halves = [with_html(part, html) for html in split_html(part.rich_text, point)]
    edited: Parts = {}
    for each, value in parts.items():
        edited |= {key: halves[0], new_key: halves[1]} if each == key else {each: value}
    return edited


def merge(parts: Parts, key: str) -> Parts:
    above = neighbour(parts, key, -1)
    if not above or not is_text(parts[above]) or not is_text(parts[key]):
        return parts
    first, second = parts[above], parts[key]
    merged = with_html(first, join_html(first.rich_text, second.rich_text))
    lines = [n for n in (first.first_line, second.first_line) if n]
    merged = replace(
        merged,
        first_line=min(lines, default=0),
        last_line=max(first.last_line, second.last_line),
    )
    return {each: merged if each == above else part for each, part in parts.items() if each != key}


def with_html(part: Part, html: str) -> Part:
    return replace(part, text=plain_text_with_urls(html), html=html)


def move(parts: Parts, keys: Sequence[str], before: str) -> Parts:
    moved = {key: parts[key] for key in keys if key in parts}
    if before in moved:
        return parts
    edited: Parts = {}
    for key, part in parts.items():
        edited |= moved if key == before else {}
        edited |= {} if key in moved else {key: part}
    return edited if before in parts else edited | moved


def neighbour(keys: Iterable[str], key: str, step: int) -> str:
    """Return the key that is so many steps from another one, or an empty string."""
    keys = list(keys)
    place = keys.index(key) + step if key in keys else -1
    return keys[place] if 0 <= place < len(keys) else ""
