"""Findings as errors, where a digest requires a rule for publishing."""

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

from digest.checklist.findings import Finding
from digest.checklist.reading import keyed


def errors_by_field(found: list[Finding]) -> ValidationError:
    """For code: by the name of the page's field, in lines that say which story they are about."""
    errors: dict[str, list[str]] = defaultdict(list)
    for finding in found:
        errors[finding.path.partition(".")[0]].append(finding.long_message)
    return ValidationError(dict(errors))


class Place:
    """A field or block with errors of its own and of what is in it, by the parts of their paths."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.places: dict[str, Place] = defaultdict(Place)

    @classmethod
    def of(cls, found: list[Finding]) -> "Place":
        """The page, with an error at the path of each finding."""
        page = cls()
        for finding in found:
            place = page
            for part in finding.path.split("."):
                place = place.places[part]
            place.messages.append(finding.long_message)
        return page


def errors_in_form(found: list[Finding], body: Any) -> ValidationError:
    """For the editor's form: an error of the body is shown at its field of its block."""
    errors = {
        name: _error(body.stream_block, body, place)
        if name == "body"
        else ValidationError(place.messages)
        for name, place in Place.of(found).places.items()
    }
    return ValidationError(errors)


def _error(block: Block, value: Any, place: Place) -> ValidationError:
    if isinstance(block, StreamBlock):
        children = enumerate(keyed(value))
        inner = {key: (index, child.block, child.value) for index, (key, child) in children}
        return StreamBlockValidationError(_errors_within(inner, place), place.messages)
    if isinstance(block, ListBlock):
        items = enumerate(keyed(value.bound_blocks))
        inner = {key: (index, block.child_block, item.value) for index, (key, item) in items}
        return ListBlockValidationError(_errors_within(inner, place), place.messages)
    if isinstance(block, StructBlock) and place.places:
        inner = {
            name: (name, child, value.get(name) if isinstance(value, dict) else None)
            for name, child in block.child_blocks.items()
        }
        return StructBlockValidationError(_errors_within(inner, place), place.messages)
    return ValidationError(place.messages)


def _errors_within(inner: dict[str, tuple[Any, Block, Any]], place: Place) -> dict[Any, Any]:
    found = ((inner[part], below) for part, below in place.places.items() if part in inner)
    return {key: _error(block, value, below) for (key, block, value), below in found}
