"""Read an issue that is sent as fields and blocks, in the form that the API returns.

The blocks say what each text is, so nothing is recognised and no heading is tidied. Each part has
the JSON pointer of its value instead of lines.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from django.utils.html import escape

from digest.http.canonical import without_tracking
from digest.importing.documents import Format, strip_unprintable
from digest.importing.editor_html import BLOCK_TAG, parse_blocks
from digest.importing.errors import DocumentError
from digest.importing.html.cleaner import clean_html
from digest.importing.html.left_out import NOTES
from digest.importing.parts import Part, Role
from digest.importing.readers.markdown import (
    MAX_BRACKETS,
    TEXT_BLOCKS,
    MarkdownReader,
    inline_tokens,
    take_unseen,
)
from digest.importing.readers.markdown_outline import Node
from digest.importing.rich_text import plain_text_with_urls, without_relative_links
from digest.importing.trackers import without_trackers
from digest.rendering.rich_text import public_html

ROOT = "/issue"
FIELDS = {"title": Role.TITLE, "date": Role.DATE, "slug": Role.SLUG, "byline": Role.BYLINE}
FIELD_BLOCKS = (*TEXT_BLOCKS, "heading_open")
BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
# What the API returns as it is stored, and other names of the same.
STORED_TAGS = {"p", "br", "h3", "blockquote", "ul", "ol", "li"}
STORED_TAGS |= {"a", "b", "i", "s", "code", "sup", "sub"}
SYNONYMS = {"strong": "b", "em": "i", "del": "s", **dict.fromkeys(("h2", "h4", "h5", "h6"), "h3")}
TAG_NAME = re.compile(r"(?<=<)(/?)([a-z][a-z0-9]*)")
HEADING_TAG = re.compile(r"(?<=<)(/?)h[0-6](?=>)")
# It begins with the first of several spaces, so that long runs are read only once.
LINE_END = re.compile(r"(?<![ \t])[ \t]*\n\s*")
REFERENCES = ("linktype=", "embedtype=")


def read_blocks(issue: Mapping[str, Any], rich_text: Format) -> tuple[list[Part], tuple[str, ...]]:
    """Return the parts of an issue, and notes on what was left out; may raise DocumentError.

    ``issue`` has the names and types of the API (``title``, ``date``, ``tags``, ``body``); an image
    has the ``id`` and the ``alt`` text of one in the library, or none is set.
    """
    reader = BlocksReader(rich_text)
    for name, role in FIELDS.items():
        if name in issue:
            reader.line(role, str(issue[name]), f"{ROOT}/{name}")
    for number, tag in enumerate(issue["tags"]):
        reader.line(Role.TAG, tag, f"{ROOT}/tags/{number}")
    for number, block in enumerate(issue["body"]):
        reader.block(block, f"{ROOT}/body/{number}")
    return reader.parts, tuple(reader.notes)


@dataclass
class BlocksReader:
    """Collects the parts of fields and blocks."""

    rich_text: Format
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    brackets: int = 0

    def block(self, block: Mapping[str, Any], pointer: str) -> None:
        kind, value = block["type"], block["value"]
        block_id, below = block.get("id") or "", f"{pointer}/value"
        if kind == "story_section":
            heading = self._printable(value["heading"], pointer).strip()
            self.add(Part(Role.STORY, heading, 0, 0, pointer=pointer, block_id=block_id))
            self.text(Role.BODY, value["body"], f"{below}/body")
            self.text(Role.WHY_IT_MATTERS, value["why_it_matters"], f"{below}/why_it_matters")
            self.image(value["image"], f"{below}/image")
            self.sources(Role.STORY_SOURCE, value["sources"], f"{below}/sources")
            return
        self.add(Part(Role.LABEL, kind, 0, 0, pointer=pointer, block_id=block_id))
        if kind == "headline":
            self.line(Role.HEADLINE, value["headline"] or "", f"{below}/headline")
            self.summary(value["summary"], f"{below}/summary")
        elif kind == "bottom_line":
            self.text(Role.BOTTOM_LINE, value["text"], f"{below}/text")
        else:
            self.sources(Role.ISSUE_SOURCE, value["items"], f"{below}/items")

    def line(self, role: Role, text: str, pointer: str) -> None:
        """Add a text without formatting; a blank one only as a byline, which removes the old."""
        text = self._printable(text, pointer).strip()
        if text or role is Role.BYLINE:
            self.add(Part(role, text, 0, 0, pointer=pointer))

    def summary(self, text: str, pointer: str) -> None:
        """Add each paragraph of the summary, with its line ends."""
        lines = self._printable("\n".join(text.splitlines()), pointer).strip()
        for paragraph in BLANK_LINES.split(lines) if lines else ():
            html = "<br/>".join(map(escape, paragraph.split("\n")))
            self.add(Part(Role.SUMMARY, paragraph, 0, 0, f"<p>{html}</p>", pointer))

    def text(self, role: Role, text: str, pointer: str) -> None:
        """Add a formatted text; parts of it may be left out, or not understood."""
        text = self._printable("\n".join(text.splitlines()), pointer)
        if self.rich_text is Format.HTML:
            self._html(role, text, pointer)
            return
        self.brackets += text.count("[")
        if self.brackets > MAX_BRACKETS:
            detail = f"The texts have more than {MAX_BRACKETS:,} links or brackets."
            raise DocumentError(detail, pointer)
        for part in markdown_parts(text, role, pointer):
            self.add(replace(part, first_line=0, last_line=0, pointer=pointer))

    def image(self, image: Mapping[str, Any] | None, pointer: str) -> None:
        if image and "id" in image:
            alt = self._printable(image["alt"], pointer)
            value = {"image": image["id"], "alt_text": alt, "decorative": not alt}
            self.add(Part(Role.STORY_IMAGE, alt, 0, 0, pointer=pointer, value=value))
        elif image:
            text = image.get("url") or image.get("alt") or ""
            self.add(Part(Role.IMAGE, self._printable(text, pointer), 0, 0, pointer=pointer))

    def sources(self, role: Role, items: list[Mapping[str, Any]], pointer: str) -> None:
        """Add sources with all their fields."""
        for number, item in enumerate(items):
            place = f"{pointer}/{number}"
            value = {
                name: self._printable(str(item[name] or ""), place).strip()
                for name in ("title", "url", "publisher", "author", "published_on")
            }
            value["url"] = without_tracking(value["url"])
            text = ", ".join(filter(None, value.values()))
            value["published_on"] = value["published_on"] or None
            self.parts.append(Part(role, text, 0, 0, pointer=place, value=value))

    def add(self, part: Part) -> None:
        self.parts.append(without_trackers(part))

    def _html(self, role: Role, html: str, pointer: str) -> None:
        stored = as_stored(html)
        if stored is None:
            cleaned, left_out = clean_html(html)
            self.notes += [f"{pointer}: {note}" for note in left_out]
            if any(note.endswith(NOTES["image"]) for note in left_out):
                self.add(Part(Role.IMAGE, "in the text", 0, 0, pointer=pointer))
            stored = HEADING_TAG.sub(r"\1h3", cleaned.replace("\n", ""))
        stored, relative = without_relative_links(stored)
        if text := plain_text_with_urls(stored):
            self.add(Part(role, text, 0, 0, stored, pointer))
        for url in relative:
            self.add(Part(Role.LEFT_OUT, url, 0, 0, pointer=pointer))

    def _printable(self, text: str, pointer: str) -> str:
        text, removed = strip_unprintable(text)
        self.notes += [f"{pointer}: {note}" for note in removed]
        return text


class MarkdownTextReader(MarkdownReader):
    """Reads a text of one field, in which headings and labels open nothing."""

    def __init__(self, text: str, role: Role) -> None:
        super().__init__(text, [])
        self.outline.place, self.outline.story_has_text = role, True

    def image_urls(self) -> list[str]:
        tokens = (token for node in self.nodes for token in inline_tokens(node))
        return [str(token.attrs["src"]) for token in tokens if token.type == "image"]

    def _read(self, index: int, node: Node) -> None:
        kind = node[0].type
        if kind == "footnote_open":
            self._add_note(self._html(node), self._lines(node))
        elif kind == "hr":
            self.outline.add(Role.BOILERPLATE, self._source(node), self._lines(node))
        else:
            self._text(node, known=kind in FIELD_BLOCKS)


def markdown_parts(text: str, role: Role, pointer: str = "") -> Iterator[Part]:
    """Yield the parts of a text of one field, consecutive ones with one role as one.

    Its images, which became links, are one part at the end.
    """
    try:
        text, unseen = take_unseen(text)
    except DocumentError as error:
        raise DocumentError(str(error), pointer) from None
    reader = MarkdownTextReader(text, role)
    parts = [*reader.read(), *unseen]
    parts.sort(key=lambda part: part.first_line)
    for kind, run in groupby(parts, key=lambda part: part.role):
        first, *others = run
        if kind in (role, Role.UNKNOWN):
            first = replace(
                first,
                text="\n\n".join(part.text for part in (first, *others)),
                html="".join(part.rich_text for part in (first, *others)),
                within=role if kind is Role.UNKNOWN else None,
            )
            others = []
        yield from (first, *others)
    if urls := reader.image_urls():
        yield Part(Role.IMAGE, ", ".join(urls), 0, 0)


def as_stored(html: str) -> str | None:
    """Return HTML as rich text is stored, if the API could have returned it; else None."""
    if any(name in html for name in REFERENCES) or public_html([html]) != [html]:
        return None
    html = TAG_NAME.sub(lambda tag: tag[1] + SYNONYMS.get(tag[2], tag[2]), html)
    html = LINE_END.sub(" ", html)
    if not {name for _, name in TAG_NAME.findall(html)} <= STORED_TAGS:
        return None
    outside = [child for child in parse_blocks(html).children if isinstance(child, str)]
    if "".join(outside).strip():
        return None
    return "".join(piece for piece in BLOCK_TAG.split(html) if piece != " ")
