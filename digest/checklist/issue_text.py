"""Parse an issue for the rules: stories by number, fields by content path."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any

from bs4 import BeautifulSoup
from wagtail.blocks import Block, CharBlock, RichTextBlock, TextBlock, URLBlock
from wagtail.images.blocks import ImageBlock

from digest.blocks.walk import keyed, walk
from digest.pages.page_models import parent_of
from digest.pages.stories import reading_line

BETWEEN_LINES = re.compile(
    r"</?(?:p|li|ul|ol|h[1-6]|blockquote|pre|br|hr|table|tr|td)\b[^>]*>", re.IGNORECASE
)
TAG = re.compile(r"<[^>]*>")
# The URL of a link in stored rich text.
LINK_URL = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')


TEXT_BLOCKS = (CharBlock, TextBlock, RichTextBlock, URLBlock)


@dataclass(frozen=True)
class Field:
    """A text field of a block, with its content path."""

    path: str
    block: Block
    value: Any

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def source(self) -> str:
        """Return the stored value: HTML of a rich text field, else plain text."""
        return str(getattr(self.value, "source", self.value) or "")

    @property
    def text(self) -> str:
        """Return the visible text, one line per paragraph."""
        if not isinstance(self.block, RichTextBlock):
            return self.source
        lines = TAG.sub("", BETWEEN_LINES.sub("\n", self.source)).split("\n")
        return "\n".join(unescape(line).strip() for line in lines if line.strip())

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        """Yield text and URL of each link in rich text; the URL of an internal link is empty."""
        if isinstance(self.block, RichTextBlock) and "<a" in self.source.lower():
            for link in BeautifulSoup(self.source, "html.parser").find_all("a"):
                if not link.find(["img", "embed"]):
                    yield " ".join(link.get_text().split()), link.get("href", "")


def fields_of(block: Block, value: Any, path: str) -> Iterator[Field]:
    """Yield the text fields of a block and its child blocks in order, except those of images."""
    for node in walk(block, value, path, stop=ImageBlock):
        if isinstance(node.block, TEXT_BLOCKS):
            yield Field(*node)


class IssuePart:
    """A block of the body; ``number`` is that of a story, None for other blocks."""

    def __init__(self, key: str, child: Any, number: int | None = None) -> None:
        self.kind, self.block, self.value = child.block_type, child.block, child.value
        self.path, self.number = f"body.{key}", number

    def has(self, name: str) -> bool:
        """Return whether the block has this field, since a site may have its own blocks."""
        return name in getattr(self.block, "child_blocks", {})

    def get(self, name: str) -> Any:
        """Return the value of a field, or None."""
        return self.value.get(name) if self.has(name) else None

    def text_of(self, name: str) -> str:
        """Return the visible text of a field."""
        return reading_line(self.block.child_blocks[name], self.get(name)) if self.has(name) else ""

    @cached_property
    def fields(self) -> list[Field]:
        return list(fields_of(self.block, self.value, self.path))

    @cached_property
    def word_count(self) -> int:
        return len(reading_line(self.block, self.value).split())


class IssueText:
    """A parsed issue, saved or not, with the targets of its digest."""

    def __init__(self, issue: Any, targets: dict[str, int | None]) -> None:
        self.issue, self.targets = issue, targets
        self.parts = list(self._read_parts())
        self.stories = [part for part in self.parts if part.number]
        # What the rules of an app have read, by the name of the app.
        self.shared: dict[str, Any] = {}

    def _read_parts(self) -> Iterator[IssuePart]:
        number = 0
        for key, child in keyed(self.issue.body):
            is_story = child.block_type == "story_section"
            number += is_story
            yield IssuePart(key, child, number if is_story else None)

    def first(self, kind: str) -> IssuePart | None:
        """Return the first block of a type, or None."""
        return next((part for part in self.parts if part.kind == kind), None)

    @cached_property
    def parent(self) -> Any:
        """Return the digest, also for an unsaved issue; None if it is unknown."""
        return parent_of(self.issue)
