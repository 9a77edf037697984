"""Test recognition of labels, dates, tags and boilerplate in single lines."""

import pytest

from digest.importing.parts import Label, Role
from digest.importing.recognition import is_boilerplate, match_label, read_metadata


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Why it matters: abc", "abc"),
        ("WHY IT MATTERS — abc", "abc"),
        ("Why this matters - abc", "abc"),
        ("**Why it matters:** abc **b**", "abc **b**"),
        ("**Why it matters**: abc", "abc"),
        ("**Why it matters** abc", "abc"),
        ("**Why it matters: abc**", "**abc**"),
        ("_Why it matters_ – abc", "abc"),
        ("Why it matters: **abc** d", "**abc** d"),
        ("💡 “Why it matters”: abc", "abc"),
        ("Why it matters:\nabc", "abc"),
        ("Why it matters 💡", ""),
        ("Why it matters?", ""),
    ],
)
def test_why_it_matters_in_many_spellings(text, rest):
    label, _, found = match_label(text)
    assert (label, found) == (Label.WHY_IT_MATTERS, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Why it matters is unclear.",
        "Why it mattersome: no",
        "Source-available licences: a list",
        "Sources - two of them - say so.",
        "Sources say: nothing",
        "The bottom line is thin",
        "Bottom line-up: red",
        "Resources",
        "",
    ],
)
def test_sentence_with_the_words_of_a_label(text):
    assert match_label(text) is None


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#One#Two words#C#", ["One", "Two words", "C#"]),
        ("#C# #F# #Go", ["C#", "F#", "Go"]),
        ("# One # Two", ["One", "Two"]),
        ("Tags: one, C#, one", ["one", "C#"]),
        ("Topics: #a #b", ["a", "b"]),
        ("2026-03-09 · #a", ["a"]),
        ("#1 is the number that won.", []),
        ("#" + "a" * 101, []),
        ("#" * 40, []),
    ],
)
def test_tags_from_hashes_and_lists(text, tags):
    parts, _ = read_metadata(text, (1, 1))
    assert [part.text for part in parts if part.role is Role.TAG] == tags


def test_rest_of_a_metadata_line_is_returned():
    parts, rest = read_metadata("2026-03-09 — A title", (1, 1))
    assert ([part.role for part in parts], rest) == ([Role.DATE], "A title")


@pytest.mark.parametrize(
    ("text", "around", "within"),
    [
        ("← Back to feed", True, False),
        ("Subscribe now!", True, False),
        ("Enter your e-mail address", True, False),
        ("© 2026 Anyone", True, False),
        ("12 comments", True, False),
        ("You are receiving this letter because you signed up.", True, False),
        ("Sent from my phone", True, False),
        ("You receive nothing.", False, False),
        ("6 min read", True, True),
        ("Advertisement", True, True),
        ("———", True, True),
        ("Privacy remains a concern.", False, False),
        ("There is no spamming here.", False, False),
        ("Discussion of a draft", False, False),
        ("no spam " * 30, False, False),
    ],
)
def test_boilerplate_is_a_whole_line_mostly_around_the_text(text, around, within):
    assert is_boilerplate(text, around=True) is around
    assert is_boilerplate(text, around=False) is within
