"""Filter out the stored blocks of a body that cannot be read.

Other code may have written a body, or a block may have changed since. An unreadable block would
make every list, feed and page with its issue fail; so it is logged and left out, as Wagtail leaves
out blocks of an unknown type.
"""

import json
import logging
from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks import Block, StreamValue
from wagtail.images.blocks import ImageBlock

from digest.blocks.safe_values import read_id, well_formed

logger = logging.getLogger(__name__)


def readable(stream: blocks.StreamBlock, stored: Any) -> Any:
    """Return the stored blocks of a stream that can be read; leave native values unchanged."""
    try:
        stored = _parsed_json(stored)
    except (ValueError, RecursionError) as error:
        logger.error("A body cannot be read, and is taken for empty: %s", error)
        return []
    if not stored or isinstance(stored, (str, StreamValue)) or _is_pairs(stored):
        return stored
    found = stored if isinstance(stored, list) else [stored]
    kept = [block for block in found if _is_readable(stream, block)]
    if len(kept) < len(found):
        logger.error("Blocks whose stored data is broken are left out: %d", len(found) - len(kept))
    return kept


def _parsed_json(stored: Any) -> Any:
    """Parse text that is JSON; RecursionError or ValueError if it is nested too deeply."""
    if isinstance(stored, str):
        try:
            stored = json.loads(stored)
        except json.JSONDecodeError:
            return stored
    return well_formed(stored)


def _is_pairs(stored: Any) -> bool:
    """Return whether a value consists of pairs of block type and native value, as code assigns."""
    return isinstance(stored, (list, tuple)) and all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in stored
    )


def _is_readable(stream: blocks.StreamBlock, block: Any) -> bool:
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        return False
    child = stream.child_blocks.get(block["type"])
    return child is None or ("value" in block and fits(child, block["value"]))


def fits(block: Block, stored: Any) -> bool:
    """Return whether stored data has the shape that a block can read."""
    return shape(type(block))(block, stored)


Shape = Callable[[Any, Any], bool]


def _struct(block: blocks.StructBlock, stored: Any) -> bool:
    if not isinstance(stored, dict):
        return False
    children = block.child_blocks
    for name, value in stored.items():
        if name in children and not fits(children[name], value):
            return False
    return True


def _list(block: blocks.ListBlock, stored: Any) -> bool:
    if not isinstance(stored, list):
        return False
    child = block.child_block
    for item in stored:
        is_item = isinstance(item, dict) and item.get("type") == "item" and "value" in item
        if not fits(child, item["value"] if is_item else item):
            return False
    return True


def _stream(block: blocks.StreamBlock, stored: Any) -> bool:
    return isinstance(stored, list) and all(_is_readable(block, child) for child in stored)


def _image(block: ImageBlock, stored: Any) -> bool:
    if isinstance(stored, dict):
        stored = stored.get("image")
    # A block that reads images in its own way has none where no image can have the id.
    is_own = type(block).bulk_to_python is not ImageBlock.bulk_to_python
    return (_is_id if is_own else _chosen)(block.child_blocks["image"], stored)


def _chosen(block: blocks.ChooserBlock, stored: Any) -> bool:
    return not stored or read_id(block.model_class, stored) is not None


def _is_id(block: blocks.ChooserBlock, stored: Any) -> bool:
    try:
        block.model_class._meta.pk.to_python(stored)
    except (ValidationError, OverflowError):
        return False
    return True


def _of(*types: type) -> Shape:
    return lambda block, stored: stored is None or isinstance(stored, types)


def _parsed(block: Block, stored: Any) -> bool:
    try:
        block.to_python(stored)
    except (TypeError, ValueError, ArithmeticError, ValidationError):
        return False
    return True


SHAPES: list[tuple[type[Block], Shape]] = [
    (ImageBlock, _image),
    (blocks.StructBlock, _struct),
    (blocks.ListBlock, _list),
    (blocks.StreamBlock, _stream),
    (blocks.ChooserBlock, _chosen),
    (blocks.RichTextBlock, _of(str)),
    (blocks.CharBlock, _of(str)),
    (blocks.TextBlock, _of(str)),
    (blocks.URLBlock, _of(str)),
    (blocks.EmailBlock, _of(str)),
    (blocks.RegexBlock, _of(str)),
    (blocks.IntegerBlock, _of(int)),
    (blocks.FloatBlock, _of(int, float)),
    (blocks.BooleanBlock, _of(bool)),
    (blocks.DateTimeBlock, _parsed),
    (blocks.DateBlock, _parsed),
    (blocks.TimeBlock, _parsed),
    (blocks.DecimalBlock, _parsed),
]


@cache
def shape(kind: type[Block]) -> Shape:
    """Return the check of a block class's stored data; a custom ``to_python`` may read any."""
    for base, found in SHAPES:
        if issubclass(kind, base):
            same = kind.to_python is base.to_python
            return found if same else lambda block, stored: True
    return lambda block, stored: True


def positional_id(position: int) -> str:
    """Return the id of a block that is stored without one: constant, but not unique."""
    return str(uuid5(NAMESPACE_OID, f"block {position}"))


def give_ids(body: StreamValue) -> None:
    """Give each block without an id a unique one, before it is stored.

    It identifies a story, so ids derived from the position, which issues share, are replaced.
    """
    for position, raw in enumerate(body.raw_data):
        if raw.get("id") in (None, positional_id(position)):
            raw["id"] = str(uuid4())
            if block := body._bound_blocks[position]:  # already built, with its own copy of the id
                block.id = raw["id"]
