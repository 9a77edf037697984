"""Find every ``SourceBlock`` in a body, also inside custom blocks."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from wagtail.blocks import Block, ListBlock, StreamBlock, StructBlock

from digest.blocks import SourceBlock


class Cited(NamedTuple):
    """A source as a body cites it, with the content path of its URL in the editor."""

    content_path: str
    title: str
    publisher: str
    url: str


def cited_in(body: Any) -> Iterator[Cited]:
    """Yield the sources that the body of an issue cites, in document order."""
    for child in body:
        yield from _cited(child.block, child.value, f"body.{child.id}")


def _cited(block: Block, value: Any, path: str) -> Iterator[Cited]:
    if value is None:
        return
    if isinstance(block, SourceBlock):
        title, publisher, url = (_text(value.get(name)) for name in ("title", "publisher", "url"))
        yield Cited(f"{path}.url", title[:300], publisher[:200], url)
    elif isinstance(block, StreamBlock):
        for child in value:
            yield from _cited(child.block, child.value, f"{path}.{child.id}")
    elif isinstance(block, ListBlock):
        for position, item in enumerate(value.bound_blocks):
            # An item that is stored without an id gets a new one each time.
            key = item.original_id or position
            yield from _cited(block.child_block, item.value, f"{path}.{key}")
    elif isinstance(block, StructBlock) and isinstance(value, dict):  # not an image
        for name, child in block.child_blocks.items():
            yield from _cited(child, value.get(name), f"{path}.{name}")


def _text(value: Any) -> str:
    """Remove characters that databases reject."""
    return str(value or "").replace("\0", "").encode(errors="replace").decode().strip()
