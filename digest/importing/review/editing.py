"""Edit the parts of an uploaded document: split, merge, move, and undo."""

from django.utils.translation import gettext as _

from digest.importing.parts import Part, Role
from digest.importing.review.edits import (
    AFTER_SPLIT,
    MAX_EDITS,
    is_text,
    neighbour,
    split_key,
)
from digest.importing.review.groups import NOT_IN_DRAFT, Group, group_parts
from digest.importing.review.mapping import MAX_PARTS, Mapping
from digest.importing.review.pieces import split_points


class EditRejected(Exception):
    """Raised when an edit does not fit the parts."""


def split_part(mapping: Mapping, key: str, point: int) -> str:
    """Split a part; return the key of the new one."""
    part = mapping.parsed_parts.get(key)
    if not part or not is_text(part) or point not in split_points(part.rich_text):
        raise EditRejected(_("This part cannot be split there."))
    if len(mapping.parsed_parts) >= MAX_PARTS:
        raise EditRejected(_("There are too many parts: at most %d.") % MAX_PARTS)
    role = mapping.roles[key]
    new_key = split_key(len(mapping.upload.edits) + 1)
    store(mapping, ["split", key, point], {new_key: AFTER_SPLIT.get(role, role)})
    return new_key


def merge_part(mapping: Mapping, key: str) -> str:
    """Append a part to the one before it; return the key of that one."""
    above = part_to_merge_with(mapping, key)
    if not above:
        raise EditRejected(_("This part cannot be merged with the one above."))
    store(mapping, ["merge", key])
    return above


def part_to_merge_with(mapping: Mapping, key: str) -> str:
    """Return the key of the part before another one, or an empty string if it takes no text."""
    parts, roles = mapping.parsed_parts, mapping.roles
    above = neighbour(parts, key, -1)
    return above if above and can_merge(parts[above], roles[above], parts[key]) else ""


def can_merge(above: Part, role: Role, part: Part) -> bool:
    """Return whether a part may be appended to one with this role.

    What is left out takes no text, which would be lost.
    """
    return is_text(above) and is_text(part) and role not in NOT_IN_DRAFT


def move_part(mapping: Mapping, key: str, step: int) -> None:
    """Move a part by one place, up (-1) or down (1)."""
    parts = mapping.parsed_parts
    if not neighbour(parts, key, step):
        raise EditRejected(_("This part cannot be moved further."))
    store(mapping, ["move", [key], neighbour(parts, key, -1 if step < 0 else 2)])


def move_story(mapping: Mapping, key: str, step: int) -> None:
    """Move the story with this heading by one place, with its parts."""
    groups = group_parts(mapping.roles)
    place = next((n for n, group in enumerate(groups) if group.story and key in group.keys), -1)
    other = place + step
    if place < 0 or not is_story(groups, other):
        raise EditRejected(_("This story cannot be moved further."))
    after = groups[place + 2 :]
    before = groups[other].keys[0] if step < 0 else after[0].keys[0] if after else ""
    store(mapping, ["move", groups[place].keys, before])


def is_story(groups: list[Group], place: int) -> bool:
    return 0 <= place < len(groups) and groups[place].story > 0


def undo(mapping: Mapping) -> None:
    """Take the last edit back."""
    if not mapping.upload.edits:
        raise EditRejected(_("There is nothing to undo."))
    mapping.edit(mapping.upload.edits[:-1])


def store(mapping: Mapping, edit: list, roles: dict | None = None) -> None:
    edits = [*mapping.upload.edits, edit]
    if len(edits) > MAX_EDITS:
        raise EditRejected(_("There are too many changes: at most %d.") % MAX_EDITS)
    mapping.edit(edits, roles)
