"""Test the import of a copied page shaped like a real issue."""

import datetime

import pytest

from digest.importing import Report, map_parts, open_document, read_parts
from digest.importing.parts import Role
from tests.importing.conftest import COPIED, texts

SAMPLE = COPIED.parents[4] / "shared" / "samples" / "issue-2026-04-14.txt"


def shape_of(draft) -> dict:
    """Return the counts of parts in an issue."""
    stories = [story.value() for story in draft.stories]
    return {
        "tags": len(draft.tags),
        "paragraphs": [story["body"].count("<p>") for story in stories],
        "why": sum(story["why_it_matters"].count("<p>") for story in stories),
        "bottom_line": len(draft.bottom_line),
        "sources": len(draft.sources) + sum(len(story["sources"]) for story in stories),
    }


EXPECTED = {"tags": 5, "paragraphs": [3, 2, 2, 2], "why": 4, "bottom_line": 1, "sources": 0}


def test_copied_page_becomes_the_issue():
    draft = map_parts(read_parts(open_document(COPIED)))
    assert shape_of(draft) == EXPECTED
    assert draft.date == datetime.date(2026, 3, 9)
    assert draft.tags == ["Storage", "Small Models", "Open Data", "Rail", "C#"]
    assert draft.title == "Night Trains Book Out as a Grid Learns to Store the Sun"
    assert draft.summary_text.startswith("Four small steps")
    assert draft.stories[1].heading == "A Phone Translates Without a Network"
    assert [block["type"] for block in draft.body()] == [
        "headline",
        *["story_section"] * 4,
        "bottom_line",
    ]


def test_boilerplate_of_a_copied_page_is_recognised():
    parts = read_parts(open_document(COPIED))
    assert texts(parts, Role.BOILERPLATE) == [
        "Back to feed",
        "Get signals in your inbox",
        "A weekly letter about quiet engineering. No spam.",
        "Discussion 💬",
        "Powered by Giscus. Requires GitHub account.",
    ]
    assert Report(open_document(COPIED), parts).not_understood == []


def test_url_in_copied_text_is_a_link():
    story = map_parts(read_parts(open_document(COPIED))).stories[1].value()
    assert '<a href="https://example.com/tests">https://example.com/tests</a> for' in story["body"]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the team's sample issue is not on this machine")
def test_real_issue_is_imported():
    draft = map_parts(read_parts(open_document(SAMPLE)))
    assert shape_of(draft) == EXPECTED
    assert draft.date == datetime.date(2026, 4, 14)
    assert draft.tags[0] == "LLMs"
    assert draft.title.startswith("AI's Power")
    assert draft.summary_text.startswith("The AI landscape")
