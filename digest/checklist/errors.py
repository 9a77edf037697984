"""Convert findings of required rules to validation errors."""

from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from wagtail.blocks import (
    Block,
    ListBlock,
    ListBlockValidationError,
    StreamBlock,
    StreamBlockValidationError,
    StructBlock,
    StructBlockValidationError,
)

from digest.blocks.walk import keyed
from digest.checklist.findings import Finding


def errors_by_field(found: list[Finding]) -> ValidationError:
    """Return errors by page field, for code; each message names its story."""
    errors: dict[str, list[str]] = defaultdict(list)
    for finding in found:
        errors[finding.path.partition(".")[0]].append(finding.long_message)
    return ValidationError(dict(errors))


class ErrorNode:
    """The errors of a field or block, and of its children by path segment."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.children: dict[str, ErrorNode] = defaultdict(ErrorNode)

    @classmethod
    def of(cls, found: list[Finding]) -> "ErrorNode":
        """Build the error tree of a page from the content paths of findings."""
        page = cls()
        for finding in found:
            node = page
            for part in finding.path.split("."):
                node = node.children[part]
            node.messages.append(finding.long_message)
        return page


def errors_in_form(found: list[Finding], body: Any) -> ValidationError:
    """Return errors for the editor's form, where those of the body appear at their blocks."""
    errors = {
        name: _error(body.stream_block, body, node)
        if name == "body"
        else ValidationError(node.messages)
        for name, node in ErrorNode.of(found).children.items()
    }
    return ValidationError(errors)


def _error(block: Block, value: Any, node: ErrorNode) -> ValidationError:
    if isinstance(block, StreamBlock):
        children = enumerate(keyed(value))
        inner = {key: (index, child.block, child.value) for index, (key, child) in children}
        return StreamBlockValidationError(_errors_within(inner, node), node.messages)
    if isinstance(block, ListBlock):
        items = enumerate(keyed(value.bound_blocks))
        inner = {key: (index, block.child_block, item.value) for index, (key, item) in items}
        return ListBlockValidationError(_errors_within(inner, node), node.messages)
    if isinstance(block, StructBlock) and node.children:
        inner = {
            name: (name, child, value.get(name) if isinstance(value, dict) else None)
            for name, child in block.child_blocks.items()
        }
        return StructBlockValidationError(_errors_within(inner, node), node.messages)
    return ValidationError(node.messages)


def _errors_within(inner: dict[str, tuple[Any, Block, Any]], node: ErrorNode) -> dict[Any, Any]:
    found = ((inner[part], below) for part, below in node.children.items() if part in inner)
    return {key: _error(block, value, below) for (key, block, value), below in found}
