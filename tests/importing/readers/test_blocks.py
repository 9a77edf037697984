"""Issues of fields and blocks become parts, whatever their texts are."""

import time

import pytest

from digest.importing import Format, Role, map_parts
from digest.importing.readers.blocks import as_stored, read_blocks

IMAGE = {"id": 5, "alt": "A lamp"}


def issue_of(**value):
    """Return an issue with one story."""
    story = {"heading": "Lamps", "body": "", "why_it_matters": "", "image": None, "sources": []}
    blocks = [{"type": "story_section", "value": story | value}]
    return {"title": "Light", "date": "2026-11-30", "tags": [], "body": blocks}


@pytest.mark.parametrize("heading", ["", " ", "\u200b", "\ufeff\xad"])
def test_block_of_a_story_is_a_story(heading):
    issue = issue_of(heading=heading, body="They glow.", image=IMAGE)
    parts, _ = read_blocks(issue, Format.MARKDOWN)
    [story] = map_parts(parts).stories
    assert (story.heading, story.stored_image["image"]) == ("", 5)
    assert story.body[0].text == "They glow."


def test_image_of_no_story_is_left_out():
    parts, _ = read_blocks(issue_of(image=IMAGE), Format.MARKDOWN)
    assert map_parts([part for part in parts if part.role is not Role.STORY]).stories == []


def test_line_ends_of_stored_html_are_spaces():
    assert as_stored("<p>a \t\n\n b\nc  d</p>") == "<p>a b c  d</p>"


RUN = 50_000


@pytest.mark.parametrize(
    ("rich_text", "text"),
    [
        (Format.HTML, "<p>a" + "\t" * RUN + "b</p>"),
        (Format.HTML, "<pre>a" + " " * RUN + "\n</pre>"),
        (Format.MARKDOWN, "```\na" + " " * RUN + "\n```"),
        (Format.MARKDOWN, "`a" + " " * RUN + "`"),
    ],
)
def test_long_run_of_spaces_is_read_once(rich_text, text):
    start = time.process_time()
    read_blocks(issue_of(body=text), rich_text)
    assert time.process_time() - start < 1  # s; when each space began a match, 4 to 14 s
