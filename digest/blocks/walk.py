"""Walk over the native values of blocks, with the content path of each."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from wagtail.blocks import Block, ListBlock, StreamBlock, StructBlock


class Node(NamedTuple):
    """A block, its value, and its content path as in Wagtail's comments: ``body.<id>.heading``."""

    path: str
    block: Block
    value: Any

    @property
    def is_leaf(self) -> bool:
        return _children(self.block, self.value) is None


def walk(
    block: Block, value: Any, path: str = "", stop: type[Block] | tuple[type[Block], ...] = ()
) -> Iterator[Node]:
    """Yield a block and its descendants that have a value, in document order.

    Blocks of the classes in ``stop`` are yielded, their children are not.
    """
    if value is None:
        return
    yield Node(path, block, value)
    if not isinstance(block, stop):
        for part, child, inner in _children(block, value) or ():
            yield from walk(child, inner, f"{path}.{part}", stop)


def keyed(blocks: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Yield bound blocks with their part of the content path: the id, or else the position."""
    for position, block in enumerate(blocks):
        # Wagtail generates a new id each time for list items that are stored without one.
        yield str(getattr(block, "original_id", block.id) or position), block


def _children(block: Block, value: Any) -> Iterator[tuple[str, Block, Any]] | None:
    if isinstance(block, StreamBlock):
        return ((part, child.block, child.value) for part, child in keyed(value))
    if isinstance(block, ListBlock):
        return ((part, block.child_block, item.value) for part, item in keyed(value.bound_blocks))
    if isinstance(block, StructBlock) and isinstance(value, dict):  # not an image
        return ((name, child, value.get(name)) for name, child in block.child_blocks.items())
    return None
