"""Test what is recognised only with the whole document in view, in every format."""

import datetime

import pytest

from digest.importing.parts import Role
from tests.importing.conftest import draft_of, parts_of, texts

BODY = "A summary that ends.\n\n## Story\n\nText."


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Harbour notes - Mon 7 Dec 2026", "Harbour notes"),
        ("Harbour notes, December 7th, 2026", "Harbour notes"),
        ("Harbour notes | 2026-12-07", "Harbour notes"),
        ("Harbour notes (7. Dezember 2026)", "Harbour notes"),
        ("7 December 2026: Harbour notes", "Harbour notes"),
        ("Lundi 7 décembre 2026 — Harbour notes", "Harbour notes"),
        ("Five links for 7 December 2026", "Five links for 7 December 2026"),
    ],
)
@pytest.mark.parametrize("name", ["a.md", "a.html"])
def test_date_at_an_end_of_the_title(name, title, kept):
    text = f"# {title}\n\n{BODY}" if name == "a.md" else f"<h1>{title}</h1><p>S.</p>"
    draft = draft_of(text, name)
    assert (draft.title, draft.date) == (kept, datetime.date(2026, 12, 7))


def test_title_keeps_its_date_beside_another_date():
    draft = draft_of(f"# Notes - 7 Dec 2026\n\n2026-12-08\n\n{BODY}", "a.md")
    assert (draft.title, draft.date) == ("Notes - 7 Dec 2026", datetime.date(2026, 12, 8))
    assert (
        draft_of(f"# Notes - 7 Dec 2026\n\n{BODY}", "2026-12-08.md").title == "Notes - 7 Dec 2026"
    )


@pytest.mark.parametrize(
    ("headings", "kept"),
    [
        (["1. One", "2. Two"], ["One", "Two"]),
        (["🚲 1) One", "🔥 2) Two", "3. Three"], ["One", "Two", "Three"]),
        (["#1: One", "#2: Two"], ["One", "Two"]),
        (["1️⃣ One", "2️⃣ Two"], ["One", "Two"]),
        (["1 – One", "2 – Two"], ["One", "Two"]),
        (["1. One", "3. Two"], ["1. One", "3. Two"]),
        (["2. One", "3. Two"], ["2. One", "3. Two"]),
        (["1. One", "Two"], ["1. One", "Two"]),
        (["🚲 One", "10 ways"], ["🚲 One", "10 ways"]),
    ],
)
def test_numbers_that_count_the_stories_are_not_in_their_headings(headings, kept):
    text = "".join(f"## {heading}\n\nx\n\n" for heading in headings)
    assert [story.heading for story in draft_of(text, "a.md").stories] == kept


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# T\n\n- [A](https://e.org/a) — P\n- [B](https://e.org/b)", "a.md"),
        ("T\n\nA — P https://e.org/a\nB https://e.org/b\nC https://e.org/c", "a.txt"),
        ("T\n\n- A: https://e.org/a\n- B: https://e.org/b", "a.txt"),
        (
            '<h1>T</h1><ul><li><a href="https://e.org/a">A</a><li><a href="https://e.org/b">B</a></ul>',
            "a.html",
        ),
    ],
)
def test_list_of_links_without_stories_is_the_sources(text, name):
    draft = draft_of(text, name)
    items = draft.body()[-1]["value"]["items"]
    assert [item["value"]["title"] for item in items][:2] == ["A", "B"]
    assert [item["value"]["url"] for item in items][:2] == ["https://e.org/a", "https://e.org/b"]
    assert draft.summary == []


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\n- [A](https://e.org/a)\n- B",
        "# T\n\n- [A](https://e.org/a)\n- [B](https://e.org/b)\n\n## S\n\nx",
        "# T\n\nSee [A](https://e.org/a) twice.",
    ],
)
def test_other_links_stay_in_the_summary(text):
    draft = draft_of(text, "a.md")
    assert "https://e.org/a" in draft.summary_text
    assert draft.sources == []


@pytest.mark.parametrize("label", ["## TL;DR\n\n", "**TL;DR:** ", "TLDR — ", "### tl;dr\n\n"])
def test_tldr_is_the_summary_or_the_bottom_line(label):
    before = draft_of(f"# T\n\n{label}short\n\n## A\n\nx\n\n## B\n\ny", "a.md")
    assert (before.summary_text, len(before.stories)) == ("short", 2)
    after = draft_of(f"# T\n\n## A\n\nx\n\n## B\n\ny\n\n{label}short", "a.md")
    assert after.body()[-1] == {"type": "bottom_line", "value": {"text": "<p>short</p>"}}


def test_greeting_is_no_heading():
    stories = "A ferry\n\nIt turns.\n\nA pier\n\nIt stays."
    draft = draft_of(f"Notes\n\nHello everyone! All of it\n\nA sentence.\n\n{stories}")
    assert draft.summary_text == "Hello everyone! All of it\n\nA sentence."
    assert [story.heading for story in draft.stories] == ["A ferry", "A pier"]


@pytest.mark.parametrize(
    "end", ["-- \nIda\nNotes desk", "-- Ida", "--\nIda, Notes desk\nSent from my phone"]
)
def test_signature_is_left_out(end):
    text = f"Notes\n\nA summary.\n\nA ferry\n\nIt turns.\n\n{end}\n"
    assert draft_of(text).stories[0].value()["body"] == "<p>It turns.</p>"
    assert "Ida" in " ".join(texts(parts_of(text), Role.BOILERPLATE))


def test_text_after_two_hyphens_is_no_signature():
    text = "Notes\n\nA summary.\n\nA ferry\n\nIt turns.\n\n--\n\nA pier\n\nIt stays open."
    assert [story.heading for story in draft_of(text).stories] == ["A ferry", "A pier"]
