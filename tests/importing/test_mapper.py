"""Test mapping of parts to blocks, also after corrections."""

from dataclasses import replace

import pytest

from digest.importing import map_parts, open_document, read_parts
from digest.importing.parts import Part, Role
from tests.importing.conftest import COPIED, draft_of, parts_of


def part(role: Role, text: str = "text", html: str = "") -> Part:
    return Part(role, text, 1, 1, html)


def with_role(parts: list[Part], text: str, role: Role) -> list[Part]:
    """Return the parts with the role of one corrected."""
    return [replace(p, role=role) if p.text.startswith(text) else p for p in parts]


def test_corrected_role_moves_a_part():
    parts = read_parts(open_document(COPIED))
    parts = with_role(parts, "The Night Train", Role.BODY)
    parts = with_role(parts, "Open data pays", Role.BOTTOM_LINE)
    draft = map_parts(parts)
    assert len(draft.stories) == 3
    assert "<p>The Night Train Is Full Again</p>" in draft.stories[2].value()["body"]
    assert draft.body()[-1]["value"]["text"].startswith("<p>Open data pays")


def test_paragraph_can_become_a_source():
    parts = with_role(parts_of("T\n\nA b.\n\nSee https://e.org"), "See", Role.ISSUE_SOURCE)
    (item,) = map_parts(parts).body()[-1]["value"]["items"]
    assert (item["value"]["title"], item["value"]["url"]) == ("See", "https://e.org")


def test_boilerplate_can_become_text():
    parts = with_role(read_parts(open_document(COPIED)), "A weekly letter", Role.BOTTOM_LINE)
    assert map_parts(parts).body()[-1]["value"]["text"].endswith("No spam.</p>")


def test_story_roles_before_any_story_go_to_the_summary():
    draft = map_parts(
        [part(Role.BODY, "a"), part(Role.WHY_IT_MATTERS, "b"), part(Role.UNKNOWN, "c")]
    )
    assert draft.summary_text == "a\n\nb\n\nc"


def test_unknown_part_stays_in_the_nearest_text():
    story = [part(Role.STORY, "S"), part(Role.BODY, "a"), part(Role.WHY_IT_MATTERS, "b")]
    draft = map_parts([*story, part(Role.STORY_SOURCE, "c"), part(Role.UNKNOWN, "d")])
    assert draft.stories[0].value()["why_it_matters"] == "<p>b</p><p>d</p>"


def test_title_in_two_parts_is_joined():
    assert map_parts([part(Role.TITLE, "One"), part(Role.TITLE, "two")]).title == "One two"


def test_page_fields_are_one_line_and_tags_are_unique():
    draft = map_parts([part(Role.TITLE, "One\n two"), part(Role.TAG, "a"), part(Role.TAG, "A")])
    assert (draft.title, draft.tags) == ("One two", ["a"])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[T](https://e.org)", ("T", "https://e.org", "", "", None)),
        ("[T](https://e.org) — P", ("T", "https://e.org", "P", "", None)),
        ("[T](https://e.org) – P, A", ("T", "https://e.org", "P", "A", None)),
        ("[T](https://e.org) (P, 2026-03-01)", ("T", "https://e.org", "P", "", "2026-03-01")),
        ("[T](https://e.org), March 1, 2026", ("T", "https://e.org", "", "", "2026-03-01")),
        ("P: [T](https://e.org)", ("T", "https://e.org", "P", "", None)),
        ("T — P https://e.org", ("T", "https://e.org", "P", "", None)),
        ("T: https://e.org, P", ("T", "https://e.org", "P", "", None)),
        ("T (https://e.org), P, March 1, 2026", ("T", "https://e.org", "P", "", "2026-03-01")),
        ("T [https://e.org/a] P", ("T", "https://e.org/a", "P", "", None)),
        ("T &lt;https://e.org&gt;; P, A", ("T", "https://e.org", "P", "A", None)),
        ("So said [P](https://e.org) twice.", ("So said P twice.", "https://e.org", "", "", None)),
        ("So said [P](https://e.org) — Q", ("So said P", "https://e.org", "Q", "", None)),
        ("📎 [T](https://e.org) — P", ("T", "https://e.org", "P", "", None)),
        ("T — a story — P", ("T — a story", "", "P", "", None)),
        ("T", ("T", "", "", "", None)),
        ("<https://e.org/a>", ("https://e.org/a", "https://e.org/a", "", "", None)),
        ("[T](mailto:a@e.org) — P", ("T (mailto:a@e.org)", "", "P", "", None)),
        ("[T](/here)", ("T (/here)", "", "", "", None)),
        ("**[T](https://e.org/a?b=1&c=2)**", ("T", "https://e.org/a?b=1&c=2", "", "", None)),
    ],
)
def test_source_is_parsed(line, expected):
    draft = draft_of(f"## S\n\nx\n\n## Sources\n\n- {line}\n", "a.md")
    (item,) = draft.body()[-1]["value"]["items"]
    assert tuple(item["value"].values()) == expected
