"""Says what is wrong with the value of a block, in lines that name the place."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from wagtail.blocks import Block, ListBlock, StreamBlock, StreamValue


def clean_stream(name: str, value: StreamValue) -> None:
    """Validate a stream as the editor's form does; ValidationError names the field and places."""
    try:
        value.stream_block.clean(value)
    except ValidationError as error:
        raise ValidationError({name: error_messages(value.stream_block, error, value)}) from error


def error_messages(block: Block, error: ValidationError, value: Any = None) -> list[str]:
    """Flatten what a block's ``clean`` raised into lines that name the place.

    "Story 2, Heading: This field is required."
    """
    data = error.as_json_data() if hasattr(error, "as_json_data") else {"messages": error.messages}
    return list(_lines(data, block, value))


def _lines(data: dict[str, Any], block: Block, value: Any, place: str = "") -> Iterator[str]:
    for message in data.get("messages", []):
        yield f"{place}: {message}" if place else message
    for key, inner in data.get("blockErrors", {}).items():
        child, label, inner_value = _child(block, key, value)
        yield from _lines(inner, child, inner_value, f"{place}, {label}" if place else label)


def _child(block: Block, key: str | int, value: Any) -> tuple[Block, str, Any]:
    """The block, its label and its value at a key of an error: a name, or a position."""
    if isinstance(block, StreamBlock):
        child = value[int(key)]
        return child.block, f"{child.block.label} {int(key) + 1}", child.value
    if isinstance(block, ListBlock):
        return block.child_block, str(int(key) + 1), value[int(key)]
    child_block = block.child_blocks[key]
    return child_block, str(child_block.label), value.get(key) if value else None
