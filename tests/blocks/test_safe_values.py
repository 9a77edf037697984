"""Bounds of stored values: depth, ids and characters."""

import json

import pytest
from wagtail.images import get_image_model

from digest.blocks import IssueBodyBlock
from digest.blocks.safe_values import MAX_DEPTH, read_id, well_formed, without_surrogates
from digest.models import IssuePage
from tests.builders import nested, story


def test_depth_of_json_is_limited():
    assert well_formed(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    with pytest.raises(ValueError, match="nested"):
        well_formed(nested(MAX_DEPTH + 1))


def test_body_that_is_too_deep_is_read_as_empty(caplog):
    deep = [story(body=nested(MAX_DEPTH))]
    assert not IssueBodyBlock().to_python(deep)
    assert not IssueBodyBlock().to_python(json.dumps(deep))
    assert not IssueBodyBlock().to_python("[" * 5000 + "]" * 5000)
    assert caplog.text.count("nested") + caplog.text.count("recursion") == 3


@pytest.mark.django_db
def test_body_that_is_too_deep_is_not_stored():
    with pytest.raises(ValueError, match="nested"):
        IssuePage.objects.update(body=[{"type": "story_section", "value": nested(MAX_DEPTH)}])


@pytest.mark.parametrize("number", [0xD83D, 0xDE00, 0xD800, 0xDFFF])
def test_surrogates_are_dropped(number):
    half = chr(number)
    stored = [story(f"A{half}B", body=f"<p>\U0001f600{half}</p>")]
    [block] = IssueBodyBlock().to_python(stored)
    assert block.value["heading"] == "AB"
    assert block.value["body"].source == "<p>\U0001f600</p>"
    assert without_surrogates({"a": [half, 1, None]}) == {"a": ["", 1, None]}


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        *((7, 7), ("7", 7), (10**18 - 1, 10**18 - 1), (10**18, None), ("9" * 5000, None)),
        *((1e300, None), (float("inf"), None), ("", None), ("x", None), ([1], None), ({}, None)),
        (True, None),
    ],
)
def test_ids(stored, expected):
    assert read_id(get_image_model(), stored) == expected


@pytest.mark.parametrize("unusable", [None, "", {"a": 1}, [1], 7, True])
def test_id_that_is_no_text_is_made_from_the_position(unusable):
    def ids():
        stored = [story() | {"id": unusable}, story() | {"id": unusable}]
        return [block.id for block in IssueBodyBlock().to_python(stored)]

    assert ids() == ids()
    assert len(set(ids())) == 2
    assert all(isinstance(block_id, str) for block_id in ids())
