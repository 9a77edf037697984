"""Carry out the buttons with which an editor splits, merges and moves the parts of a document."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from digest.importing.review import editing
from digest.importing.review.mapping import Mapping

MAX_DIGITS = 9  # Python raises for thousands of them


@dataclass
class Edited:
    """The message about an edit, the part to show, and the elements of which one gets the focus."""

    message: str
    key: str = ""
    focus: tuple[str, ...] = ()
    splitting: str = ""


def perform(mapping: Mapping, action: str) -> Edited | None:
    """Carry out a button such as ``up:4`` or ``split:4:120``; None for one that edits no part.

    Raises EditRejected.
    """
    name, _colon, rest = action.partition(":")
    key, _colon, point = rest.partition(":")
    if name == "split" and point:
        is_number = point.isdecimal() and len(point) <= MAX_DIGITS
        return split(mapping, key, int(point) if is_number else 0)
    found: Callable[[Mapping, str], Edited] | None = ACTIONS.get(name)
    return found(mapping, key) if found else None


def open_split(mapping: Mapping, key: str) -> Edited:
    message = _("Choose where the part is split.")
    return Edited(message, key, (f"cut-{key}", f"keep-{key}"), splitting=key)


def keep_whole(mapping: Mapping, key: str) -> Edited:
    return Edited(_("Not split."), key, (f"split-{key}",))


def split(mapping: Mapping, key: str, point: int) -> Edited:
    new_key = editing.split_part(mapping, key, point)
    return Edited(_("Split in two."), new_key, (f"id_role-{new_key}",))


def merge(mapping: Mapping, key: str) -> Edited:
    above = editing.merge_part(mapping, key)
    return Edited(_("Merged with the part above."), above, (f"id_role-{above}",))


def up(mapping: Mapping, key: str) -> Edited:
    return move(mapping, key, -1)


def down(mapping: Mapping, key: str) -> Edited:
    return move(mapping, key, 1)


def move(mapping: Mapping, key: str, step: int) -> Edited:
    editing.move_part(mapping, key, step)
    keys = list(mapping.parsed_parts)
    place = {"number": keys.index(key) + 1, "total": len(keys)}
    message = _("Moved: now part %(number)d of %(total)d.") % place
    same, other = ("up", "down") if step < 0 else ("down", "up")
    return Edited(message, key, (f"{same}-{key}", f"{other}-{key}"))


def story_up(mapping: Mapping, key: str) -> Edited:
    return move_story(mapping, key, -1)


def story_down(mapping: Mapping, key: str) -> Edited:
    return move_story(mapping, key, 1)


def move_story(mapping: Mapping, key: str, step: int) -> Edited:
    editing.move_story(mapping, key, step)
    place = mapping.story_keys.index(key) + 1
    same, other = ("up", "down") if step < 0 else ("down", "up")
    message = _("Moved: now story %(number)d.") % {"number": place}
    return Edited(message, key, (f"story-{same}-{key}", f"story-{other}-{key}"))


def undo(mapping: Mapping, key: str) -> Edited:
    editing.undo(mapping)
    return Edited(_("The last change of the parts is undone."), focus=("undo", "parts"))


ACTIONS = {
    "split": open_split,
    "whole": keep_whole,
    "merge": merge,
    "up": up,
    "down": down,
    "story-up": story_up,
    "story-down": story_down,
    "undo": undo,
}
