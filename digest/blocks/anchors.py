"""Anchors of stories: the HTML ids that links to a story within an issue's page use."""

from collections.abc import Iterable

from django.utils.text import slugify
from wagtail.blocks import StreamValue

from digest.blocks.folding import fold

# HTML ids that the template of an issue uses itself.
RESERVED_ANCHORS = {"content", "contents", "discussion"}


def story_anchors(value: StreamValue) -> dict[str, str]:
    """Map the id of each story to its anchor: the heading as a slug, unique within the issue."""
    stories = (child for child in value if child.block_type == "story_section")
    return anchors((child.id, child.value["heading"]) for child in stories)


def anchors(headings: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Map block ids to anchors, given pairs of block id and heading, which a draft may lack."""
    found: dict[str, str] = {}
    for block_id, heading in headings:
        base = slugify(fold(heading or ""))[:80].strip("-") or "story"
        anchor, suffix = base, 2
        while anchor in RESERVED_ANCHORS or anchor in found.values():
            anchor, suffix = f"{base}-{suffix}", suffix + 1
        found[block_id] = anchor
    return found
