"""An issue as the rules read it: its stories by number, and its fields by their content path."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any

from bs4 import BeautifulSoup
from wagtail.blocks import (
    Block,
    CharBlock,
    ListBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
    URLBlock,
)
from wagtail.images.blocks import ImageBlock

from digest.pages.forms import parent_of
from digest.pages.stories import plain_text

BETWEEN_LINES = re.compile(
    r"</?(?:p|li|ul|ol|h[1-6]|blockquote|pre|br|hr|table|tr|td)\b[^>]*>", re.IGNORECASE
)
TAG = re.compile(r"<[^>]*>")
# The address of a link in rich text as it is stored.
LINKED = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')


WRITTEN = (CharBlock, TextBlock, RichTextBlock, URLBlock)


@dataclass(frozen=True)
class Field:
    """One field of a block that somebody writes into, with its content path."""

    path: str
    block: Block
    value: Any

    @property
    def name(self) -> str:
        """What its block calls it."""
        return self.path.rpartition(".")[2]

    @property
    def source(self) -> str:
        """What is stored: HTML in a field of rich text, else plain text."""
        return str(getattr(self.value, "source", self.value) or "")

    @property
    def text(self) -> str:
        """What a reader reads, each paragraph in a line of its own."""
        if not isinstance(self.block, RichTextBlock):
            return self.source
        lines = TAG.sub("", BETWEEN_LINES.sub("\n", self.source)).split("\n")
        return "\n".join(unescape(line).strip() for line in lines if line.strip())

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        """The words and the address of each link in rich text; no address for one inside."""
        if isinstance(self.block, RichTextBlock) and "<a" in self.source.lower():
            for link in BeautifulSoup(self.source, "html.parser").find_all("a"):
                if not link.find(["img", "embed"]):
                    yield " ".join(link.get_text().split()), link.get("href", "")


def keyed(blocks: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Blocks with their part of the content path: the id or, where code posted none, the place."""
    for position, block in enumerate(blocks):
        # An item of a list that is stored without an id is given another one each time.
        yield str(getattr(block, "original_id", block.id) or position), block


def fields_of(block: Block, value: Any, path: str) -> Iterator[Field]:
    """The fields of a block and of the blocks in it, in their order; not those of an image."""
    if isinstance(block, ImageBlock) or value is None:
        return
    if isinstance(block, StructBlock):
        for name, child in block.child_blocks.items():
            yield from fields_of(child, value.get(name), f"{path}.{name}")
    elif isinstance(block, ListBlock):
        for key, item in keyed(value.bound_blocks):
            yield from fields_of(block.child_block, item.value, f"{path}.{key}")
    elif isinstance(block, StreamBlock):
        for key, child in keyed(value):
            yield from fields_of(child.block, child.value, f"{path}.{key}")
    elif isinstance(block, WRITTEN):
        yield Field(path, block, value)


class Part:
    """A block of the body. ``number`` is that of a story; None for another block."""

    def __init__(self, key: str, child: Any, number: int | None = None) -> None:
        self.kind, self.block, self.value = child.block_type, child.block, child.value
        self.path, self.number = f"body.{key}", number

    def has(self, name: str) -> bool:
        """Whether blocks of its kind have that field: a site may have blocks of its own."""
        return name in getattr(self.block, "child_blocks", {})

    def get(self, name: str) -> Any:
        """The value of one of its fields, or None."""
        return self.value.get(name) if self.has(name) else None

    def text_of(self, name: str) -> str:
        """What a reader reads in one of its fields."""
        return plain_text(self.block.child_blocks[name], self.get(name)) if self.has(name) else ""

    @cached_property
    def fields(self) -> list[Field]:
        """All that can be written into it."""
        return list(fields_of(self.block, self.value, self.path))

    @cached_property
    def word_count(self) -> int:
        """The words that a reader reads in it."""
        return len(plain_text(self.block, self.value).split())


class Reading:
    """What the rules are given: an issue, saved or only in the form, and the targets it has."""

    def __init__(self, issue: Any, targets: dict[str, int | None]) -> None:
        self.issue, self.targets = issue, targets
        self.parts = list(self._read_parts())
        self.stories = [part for part in self.parts if part.number]

    def _read_parts(self) -> Iterator[Part]:
        number = 0
        for key, child in keyed(self.issue.body):
            is_story = child.block_type == "story_section"
            number += is_story
            yield Part(key, child, number if is_story else None)

    def first(self, kind: str) -> Part | None:
        """The first block of a kind."""
        return next((part for part in self.parts if part.kind == kind), None)

    @cached_property
    def parent(self) -> Any:
        """The digest, also of an issue that is not saved yet; None where nobody knows it."""
        return parent_of(self.issue)
