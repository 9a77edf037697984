"""Where each member of a draft comes from: the block and the field in which an editor wrote it.

By JSON pointer (RFC 6901): ``/body/1/value/why_it_matters``. The path is Wagtail's content path,
as its comments have it: ``body.<block id>.why_it_matters``.
"""

from collections.abc import Collection, Iterator
from typing import Any

from wagtail import blocks
from wagtail.images.blocks import ImageBlock

Entry = dict[str, str | None]

# Members that a field of the page is, or may be; a page class may lack the last two.
PAGE_FIELDS = {
    "/title": "title",
    "/slug": "slug",
    "/number": "number",
    "/date": "date",
    "/tags": "tags",
    "/image": "image",
    "/headline": "title",
    "/seo/title": "seo_title",
    "/seo/description": "search_description",
}


def field_map(issue: Any, members: Collection[str] | None = None) -> dict[str, Entry]:
    """The sources of the members that an answer has, or of all."""
    names = {field.name for field in issue._meta.get_fields()}
    found = {
        pointer: _entry(None, name, name)
        for pointer, name in PAGE_FIELDS.items()
        if name in names or hasattr(issue, name)
    }
    found |= _opening(issue)
    found |= dict(_of_stream("/body", "body", issue.body.stream_block, issue.body.raw_data))
    if members is None:
        return found
    return {pointer: entry for pointer, entry in found.items() if pointer.split("/")[1] in members}


def _entry(block: str | None, field: str, path: str) -> Entry:
    return {"block": block, "field": field, "path": path}


def _opening(issue: Any) -> dict[str, Entry]:
    """The headline and the summary, which stand in a block of the body."""
    raw = next((raw for raw in issue.body.raw_data if raw["type"] == "headline"), None)
    if raw is None:
        return {}
    value = raw["value"] if isinstance(raw["value"], dict) else {}
    names = ["headline", "summary"] if value.get("headline") else ["summary"]
    return {f"/{name}": _entry(raw["id"], name, f"body.{raw['id']}.{name}") for name in names}


def _of_stream(
    pointer: str, path: str, stream: blocks.StreamBlock, stored: Any
) -> Iterator[tuple[str, Entry]]:
    # Numbered as in the answer, which leaves out blocks of a type that is gone.
    known = [raw for raw in stored or [] if raw["type"] in stream.child_blocks]
    for number, raw in enumerate(known):
        here, child = f"{pointer}/{number}", stream.child_blocks[raw["type"]]
        block_path = f"{path}.{raw['id']}"
        yield here, _entry(raw["id"], raw["type"], block_path)
        yield from _of_value(f"{here}/value", block_path, raw["id"], child, raw["value"])


def _of_value(
    pointer: str, path: str, block_id: str, block: blocks.Block, stored: Any
) -> Iterator[tuple[str, Entry]]:
    """What a value is made of; nothing within one that shows itself, or is an image."""
    if isinstance(block, ImageBlock):
        return
    if isinstance(block, blocks.StreamBlock):
        yield from _of_stream(pointer, path, block, stored)
    elif isinstance(block, blocks.ListBlock):
        yield from _of_items(pointer, path, block_id, block, stored)
    elif isinstance(block, blocks.StructBlock) and isinstance(stored, dict):
        for name, child in block.child_blocks.items():
            here, field_path = f"{pointer}/{name}", f"{path}.{name}"
            yield here, _entry(block_id, name, field_path)
            yield from _of_value(here, field_path, block_id, child, stored.get(name))


def _of_items(
    pointer: str, path: str, block_id: str, block: blocks.ListBlock, stored: Any
) -> Iterator[tuple[str, Entry]]:
    field = path.rpartition(".")[2]
    for number, raw in enumerate(stored or []):
        here = f"{pointer}/{number}"
        item_id = raw.get("id") if isinstance(raw, dict) else None
        if item_id is None:  # stored bare, as before Wagtail 2.16
            yield here, _entry(block_id, field, path)
            continue
        item_path = f"{path}.{item_id}"
        yield here, _entry(block_id, field, item_path)
        yield from _of_value(here, item_path, block_id, block.child_block, raw["value"])
