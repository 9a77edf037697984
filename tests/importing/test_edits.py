"""Splits, merges and moves of parts, and their groups by story."""

import pytest

from digest.importing.parts import Part, Role
from digest.importing.review.edits import apply_edits, number_parts
from digest.importing.review.groups import group_parts


def parts(*texts: str, role: Role = Role.BODY) -> dict[str, Part]:
    """Return numbered parts with these texts."""
    lines = enumerate(texts, 1)
    return number_parts(Part(role, text, n, n, f"<p>{text}</p>") for n, text in lines)


def texts_of(edited: dict[str, Part]) -> list[str]:
    return [part.text for part in edited.values()]


def test_tags_of_a_line_are_one_part_and_keys_count_the_tags():
    tags = [Part(Role.TAG, name, line, line) for name, line in (("A", 1), ("B", 1), ("C", 2))]
    assert {k: part.text for k, part in number_parts(tags).items()} == {"0": "A\nB", "2": "C"}


def test_edits_are_applied_in_their_order():
    edits = [["split", "0", 5], ["move", ["s1"], "0"], ["merge", "1"], ["merge", "0"]]
    assert texts_of(apply_edits(parts("One. Two.", "Three."), edits[:1])) == [
        *("One.", "Two.", "Three."),
    ]
    edited = apply_edits(parts("One. Two.", "Three."), edits)
    assert {key: part.text for key, part in edited.items()} == {"s1": "Two. One. Three."}


def test_merged_part_has_the_lines_of_both():
    (part,) = apply_edits(parts("One.", "Two."), [["merge", "1"]]).values()
    assert (part.first_line, part.last_line, part.html) == (1, 2, "<p>One. Two.</p>")


@pytest.mark.parametrize(
    "edit",
    [
        ["split", "0", 3],
        ["split", "9", 5],
        ["split", "0", -1],
        ["merge", "0"],
        ["merge", "9"],
        ["move", ["9"], "0"],
        ["move", ["0"], "0"],
        ["twist", "0"],
    ],
)
def test_edit_that_does_not_fit_is_ignored(edit):
    whole = parts("One. Two.", "Three.")
    assert apply_edits(whole, [edit]) == whole


def test_part_is_moved_to_the_end():
    assert texts_of(apply_edits(parts("a", "b", "c"), [["move", ["0"], ""]])) == ["b", "c", "a"]


def test_parts_are_grouped_by_story_with_the_end_apart():
    roles = "TITLE LABEL STORY BODY LABEL STORY_SOURCE STORY BODY UNKNOWN LABEL BOTTOM_LINE"
    keyed = {str(n): Role[name] for n, name in enumerate(roles.split())}
    found = [(group.story, group.is_end, len(group.keys)) for group in group_parts(keyed)]
    assert found == [(0, False, 2), (1, False, 4), (2, False, 3), (0, True, 2)]


def test_document_without_stories_is_one_group():
    assert len(group_parts({"0": Role.TITLE, "1": Role.SUMMARY, "2": Role.ISSUE_SOURCE})) == 1
