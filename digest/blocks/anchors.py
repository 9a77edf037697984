"""Anchors of stories: the ids by which links lead to a story within the page of its issue."""

from collections.abc import Iterable

from django.utils.text import slugify
from wagtail.blocks import StreamValue

# Ids that the page of an issue has itself; no story's anchor may be one.
RESERVED_ANCHORS = {"content", "contents", "discussion"}


def story_anchors(value: StreamValue) -> dict[str, str]:
    """Map the id of each story to its anchor: the heading as a slug, unique within the issue."""
    stories = (child for child in value if child.block_type == "story_section")
    return anchors((child.id, child.value["heading"]) for child in stories)


def anchors(headings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The same for pairs of id and heading."""
    found: dict[str, str] = {}
    for block_id, heading in headings:
        base = slugify(heading)[:80].strip("-") or "story"
        anchor, suffix = base, 2
        while anchor in RESERVED_ANCHORS or anchor in found.values():
            anchor, suffix = f"{base}-{suffix}", suffix + 1
        found[block_id] = anchor
    return found
