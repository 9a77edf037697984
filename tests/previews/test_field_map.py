"""Field map: the form field of each property in an issue's JSON."""

import json

import pytest
from wagtail import blocks as wagtail_blocks

from digest.previews.field_map import _stream_entries, field_map
from tests.builders import block, body, make_issue, source, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    everything = body(
        story("One", sources=[source(title="S"), source(title="T")]),
        block("bottom_line", text="<p>End</p>"),
        block("sources", items=[source()]),
    )
    return make_issue(digest, publish=False, body=everything)


def test_properties_of_the_page_map_to_its_fields(issue):
    found = field_map(issue)
    assert found["/title"] == {"block": None, "field": "title", "path": "title"}
    assert found["/tags"]["path"] == "tags"
    assert found["/seo/description"]["path"] == "search_description"


def test_properties_of_blocks_map_to_their_fields(issue):
    opening, first, line, last = issue.body.raw_data
    found = field_map(issue)
    assert found["/summary"]["path"] == f"body.{opening['id']}.summary"
    assert found["/body/1"] == {
        "block": first["id"],
        "field": "story_section",
        "path": f"body.{first['id']}",
    }
    why = found["/body/1/value/why_it_matters"]
    assert why == {
        "block": first["id"],
        "field": "why_it_matters",
        "path": f"body.{first['id']}.why_it_matters",
    }
    item = first["value"]["sources"][1]["id"]
    url = found["/body/1/value/sources/1/url"]
    assert url["path"] == f"body.{first['id']}.sources.{item}.url"
    assert found["/body/2/value/text"]["path"] == f"body.{line['id']}.text"
    assert found["/body/3/value/items/0"]["block"] == last["id"]


def test_headline_maps_to_the_title_if_the_block_has_none(digest, issue):
    assert field_map(issue)["/headline"]["path"] == "title"
    blocks = json.dumps([block("headline", headline="H", summary="S")])
    own = make_issue(digest, 15, publish=False, body=blocks)
    assert field_map(own)["/headline"]["path"] == f"body.{own.body[0].id}.headline"


def test_pointers_resolve_in_the_response(digest, client, issue):
    from tests.previews.helpers import token_of

    data = client.get(f"/api/v1/preview/{token_of(issue)}/?field_map=true").json()
    pointers = data["field_map"]
    assert len(pointers) > 20
    for pointer in pointers:
        found = data
        for part in pointer.split("/")[1:]:
            found = found[int(part) if isinstance(found, list) else part]


def test_indexes_skip_blocks_of_unknown_types():
    class Inner(wagtail_blocks.StreamBlock):
        text = wagtail_blocks.CharBlock()

    class Outer(wagtail_blocks.StreamBlock):
        inner = Inner()
        plain = wagtail_blocks.ListBlock(wagtail_blocks.CharBlock())

    stored = [
        {"type": "gone", "id": "a", "value": 1},
        {"type": "inner", "id": "b", "value": [{"type": "text", "id": "c", "value": "x"}]},
        {"type": "plain", "id": "d", "value": ["bare", {"type": "item", "id": "e", "value": "y"}]},
    ]
    found = {key: entry["path"] for key, entry in _stream_entries("/body", "body", Outer(), stored)}
    assert found == {
        "/body/0": "body.b",
        "/body/0/value/0": "body.b.c",
        "/body/1": "body.d",
        "/body/1/value/0": "body.d",
        "/body/1/value/1": "body.d.e",
    }
