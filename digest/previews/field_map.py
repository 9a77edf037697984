"""Map the properties of an issue's JSON to the form fields they come from.

Keys are JSON pointers (RFC 6901) such as ``/body/1/value/why_it_matters``. Paths are content paths
as in Wagtail's commenting, such as ``body.<block id>.why_it_matters``.
"""

from collections.abc import Collection, Iterator
from typing import Any

from wagtail import blocks
from wagtail.images.blocks import ImageBlock

Entry = dict[str, str | None]

# A site's page class may lack some of these fields.
PAGE_FIELDS = {
    "/title": "title",
    "/slug": "slug",
    "/number": "number",
    "/date": "date",
    "/tags": "tags",
    "/image": "image",
    "/headline": "title",
    "/byline": "byline",
    "/correction": "correction",
    "/seo/title": "seo_title",
    "/seo/description": "search_description",
}


def field_map(issue: Any, properties: Collection[str] | None = None) -> dict[str, Entry]:
    """Return the fields by JSON pointer, for the given top-level properties or for all."""
    names = {field.name for field in issue._meta.get_fields()}
    found = {
        pointer: _entry(None, name, name)
        for pointer, name in PAGE_FIELDS.items()
        if name in names or hasattr(issue, name)
    }
    found |= _headline_entries(issue)
    found |= dict(_stream_entries("/body", "body", issue.body.stream_block, issue.body.raw_data))
    if properties is None:
        return found
    return {
        pointer: entry for pointer, entry in found.items() if pointer.split("/")[1] in properties
    }


def _entry(block: str | None, field: str, path: str) -> Entry:
    return {"block": block, "field": field, "path": path}


def _headline_entries(issue: Any) -> dict[str, Entry]:
    """Return the entries of headline and summary, which are fields of a block in the body."""
    raw = next((raw for raw in issue.body.raw_data if raw["type"] == "headline"), None)
    if raw is None:
        return {}
    value = raw["value"] if isinstance(raw["value"], dict) else {}
    names = ["headline", "summary"] if value.get("headline") else ["summary"]
    return {f"/{name}": _entry(raw["id"], name, f"body.{raw['id']}.{name}") for name in names}


def _stream_entries(
    pointer: str, path: str, stream: blocks.StreamBlock, stored: Any
) -> Iterator[tuple[str, Entry]]:
    # Indexes must match the JSON, which omits blocks of unknown types.
    known = [raw for raw in stored or [] if raw["type"] in stream.child_blocks]
    for number, raw in enumerate(known):
        here, child = f"{pointer}/{number}", stream.child_blocks[raw["type"]]
        block_path = f"{path}.{raw['id']}"
        yield here, _entry(raw["id"], raw["type"], block_path)
        yield from _value_entries(f"{here}/value", block_path, raw["id"], child, raw["value"])


def _value_entries(
    pointer: str, path: str, block_id: str, block: blocks.Block, stored: Any
) -> Iterator[tuple[str, Entry]]:
    # The JSON of an image does not mirror its stored fields.
    if isinstance(block, ImageBlock):
        return
    if isinstance(block, blocks.StreamBlock):
        yield from _stream_entries(pointer, path, block, stored)
    elif isinstance(block, blocks.ListBlock):
        yield from _item_entries(pointer, path, block_id, block, stored)
    elif isinstance(block, blocks.StructBlock) and isinstance(stored, dict):
        for name, child in block.child_blocks.items():
            here, field_path = f"{pointer}/{name}", f"{path}.{name}"
            yield here, _entry(block_id, name, field_path)
            yield from _value_entries(here, field_path, block_id, child, stored.get(name))


def _item_entries(
    pointer: str, path: str, block_id: str, block: blocks.ListBlock, stored: Any
) -> Iterator[tuple[str, Entry]]:
    field = path.rpartition(".")[2]
    for number, raw in enumerate(stored or []):
        here = f"{pointer}/{number}"
        item_id = raw.get("id") if isinstance(raw, dict) else None
        if item_id is None:  # list items had no IDs before Wagtail 2.16
            yield here, _entry(block_id, field, path)
            continue
        item_path = f"{path}.{item_id}"
        yield here, _entry(block_id, field, item_path)
        yield from _value_entries(here, item_path, block_id, block.child_block, raw["value"])
