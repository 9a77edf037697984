"""The walk over the blocks of a body: what it visits, in which order, and under which paths."""

import pytest
from wagtail.blocks import CharBlock, ListBlock, StreamBlock, StructBlock
from wagtail.images.blocks import ImageBlock

from digest.blocks.walk import walk


class Quote(StructBlock):
    text = CharBlock()
    by = CharBlock(required=False)


class Body(StreamBlock):
    quote = Quote()
    names = ListBlock(CharBlock())


@pytest.fixture
def value():
    return Body().to_python(
        [
            {"type": "quote", "id": "q", "value": {"text": "Said", "by": None}},
            {"type": "names", "id": "n", "value": [{"type": "item", "id": "i", "value": "Ann"}]},
        ]
    )


def paths(*args, **kwargs):
    return [node.path for node in walk(*args, **kwargs)]


def test_blocks_are_visited_in_order_and_those_without_a_value_are_not(value):
    found = paths(value.stream_block, value, "body")
    assert found == ["body", "body.q", "body.q.text", "body.n", "body.n.i"]


def test_nothing_within_a_block_that_stops_is_visited(value):
    found = paths(value.stream_block, value, "body", stop=Quote)
    assert found == ["body", "body.q", "body.n", "body.n.i"]


def test_leaves_have_no_blocks_in_them(value):
    leaves = [node.value for node in walk(value.stream_block, value) if node.is_leaf]
    assert leaves == ["Said", "Ann"]


def test_without_an_id_the_position_is_in_the_path():
    names = ListBlock(CharBlock())
    assert paths(names, names.to_python(["Ann", "Bob"]), "x") == ["x", "x.0", "x.1"]


def test_an_image_is_a_leaf_though_its_block_is_a_struct():
    [node] = walk(ImageBlock(), object())
    assert node.is_leaf
