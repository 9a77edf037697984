"""Validation of published bodies and drafts, stored forms, anchors and reading text."""

import json

import pytest
from django.core.exceptions import ValidationError
from wagtail.blocks import StreamBlockValidationError

from digest.blocks import IssueBodyBlock, reading_text
from digest.blocks.anchors import story_anchors
from tests.builders import block, body, source, story

HEADLINE = block("headline", headline="", summary="Today")
STORY = story()
BOTTOM_LINE = block("bottom_line", text="<p>End</p>")
SOURCES = block("sources", items=[source()])


def stream(*blocks):
    return IssueBodyBlock().to_python(json.loads(json.dumps(blocks)))


@pytest.mark.parametrize(
    "blocks",
    [
        [HEADLINE, STORY],
        [HEADLINE, STORY, STORY, BOTTOM_LINE],
        [HEADLINE, STORY, BOTTOM_LINE, SOURCES],
        [HEADLINE, STORY, SOURCES, BOTTOM_LINE],
    ],
)
def test_body_in_order_is_valid(blocks):
    assert len(IssueBodyBlock().clean(stream(*blocks))) == len(blocks)


@pytest.mark.parametrize(
    "blocks",
    [
        [STORY],
        [HEADLINE],
        [HEADLINE, HEADLINE, STORY],
        [HEADLINE, STORY, BOTTOM_LINE, BOTTOM_LINE],
        [HEADLINE, STORY, SOURCES, SOURCES],
    ],
)
def test_body_with_wrong_counts_is_invalid(blocks):
    with pytest.raises(StreamBlockValidationError) as error:
        IssueBodyBlock().clean(stream(*blocks))
    assert error.value.non_block_errors


@pytest.mark.parametrize(
    ("blocks", "position"),
    [([STORY, HEADLINE], 1), ([HEADLINE, BOTTOM_LINE, STORY], 1), ([HEADLINE, SOURCES, STORY], 1)],
)
def test_block_in_the_wrong_place_is_invalid(blocks, position):
    with pytest.raises(StreamBlockValidationError) as error:
        IssueBodyBlock().clean(stream(*blocks))
    assert list(error.value.block_errors) == [position]


def test_draft_may_have_wrong_counts_and_order():
    stream_block = IssueBodyBlock()
    draft = stream(story(heading="", body=""), HEADLINE)
    assert len(stream_block.clean_deferred(draft)) == 2


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.com/x", "nonsense"])
def test_source_url_must_be_http(url):
    with pytest.raises(ValidationError):
        IssueBodyBlock().clean(stream(HEADLINE, story(sources=[source(url=url)])))


@pytest.mark.parametrize("name", IssueBodyBlock.base_blocks)
def test_every_block_has_an_icon_a_description_and_a_preview(name):
    child = IssueBodyBlock().child_blocks[name]
    assert child.meta.icon != "placeholder"
    assert child.meta.group
    assert child.get_description()
    assert child.is_previewable


@pytest.mark.django_db
def test_empty_image_may_be_stored_in_either_form():
    fields = {"image": None, "decorative": False, "alt_text": ""}
    value = stream(story(image=None), story(image=fields))
    assert [child.value["image"] for child in value] == [None, None]


def test_anchors_are_slugs_and_unique():
    value = stream(HEADLINE, story("Über 3 Grids!"), story("Über 3 grids"), story("…"))
    assert list(story_anchors(value).values()) == ["uber-3-grids", "uber-3-grids-2", "story"]


def test_anchors_keep_letters_that_unicode_does_not_decompose():
    value = stream(HEADLINE, story("Łódź lets"), story("Đại & Øre"), story("Æðey ẞ"))
    assert list(story_anchors(value).values()) == ["lodz-lets", "dai-ore", "aedey-ss"]


def test_anchors_differ_from_ids_in_the_template():
    value = stream(HEADLINE, story("Contents"), story("Discussion"), story("Content"))
    assert list(story_anchors(value).values()) == ["contents-2", "discussion-2", "content-2"]


def test_stored_blocks_without_ids_have_stable_anchors():
    blocks = [HEADLINE, story("One"), story("Two")]
    bare = [{"type": each["type"], "value": each["value"]} for each in blocks]
    value = IssueBodyBlock().to_python(json.dumps(bare))
    anchors = story_anchors(value)
    assert [anchors.get(child.id) for child in value] == [None, "one", "two"]
    assert story_anchors(IssueBodyBlock().to_python(json.dumps(bare))) == anchors


def test_reading_text_omits_sources():
    value = stream(HEADLINE, story(sources=[source(title="Secretive")]), SOURCES)
    text = " ".join(filter(None, reading_text(value.stream_block, value)))
    assert text == "Today A story It happened. It counts."


def test_builders_build_a_valid_body():
    assert IssueBodyBlock().clean(stream(*json.loads(body())))
