"""Test the public output of bodies, rich text and images."""

import logging
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.images import get_image_model
from wagtail.models import Collection, CollectionViewRestriction

from digest.blocks import IssueBodyBlock
from digest.rendering.bodies import public_bodies
from digest.rendering.images import largest_jpeg, public_images
from digest.rendering.rich_text import public_html
from tests.builders import body, make_document, make_image, make_issue, source, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed_collection():
    collection = Collection.get_first_root_node().add_child(name="Closed")
    CollectionViewRestriction.objects.create(
        collection=collection, restriction_type=CollectionViewRestriction.LOGIN
    )
    return collection


def link(kind, pk):
    return f'<a linktype="{kind}" id="{pk}">text</a>'


def test_link_to_a_public_page_becomes_absolute_for_other_hosts(digest):
    text = link("page", digest.pk)
    assert public_html([text], "http://localhost") == ['<a href="http://localhost/daily/">text</a>']
    assert public_html([text]) == ['<a href="/daily/">text</a>']


@pytest.mark.parametrize("pk", ["999999", "", "x", "١", "9" * 25])
def test_broken_link_keeps_only_its_text(pk):
    assert public_html([link("page", pk), link("document", pk)]) == ["<a>text</a>"] * 2


def test_link_to_a_hidden_page_keeps_only_its_text(digest):
    hidden = make_issue(digest, publish=False)
    assert public_html([link("page", hidden.pk)]) == ["<a>text</a>"]


def test_link_to_a_private_document_keeps_only_its_text(closed_collection):
    shown, hidden = make_document(), make_document(closed_collection)
    html = public_html([link("document", shown.pk), link("document", hidden.pk)], "http://s")
    assert html == [f'<a href="http://s{shown.url}">text</a>', "<a>text</a>"]


def test_reference_of_an_unknown_type_keeps_its_text():
    text = '<p><a linktype="x" id="1">one</a> <embed embedtype="x" id="1"/>two</p>'
    assert public_html([text]) == ["<p><a>one</a> two</p>"]


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java\tscript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        '<iframe src="https://example.com"></iframe>',
        '<a linktype="page" id="1"><img src=x onerror=alert(1)>',
        '<p style="position:fixed">x</p>',
    ],
)
def test_scripts_are_removed(attack):
    [html] = public_html([attack])
    for danger in ("<script", "onerror", "javascript:", "data:", "<iframe", "style", "<svg"):
        assert danger not in html


def test_unclosed_tag_does_not_affect_the_next_text():
    assert public_html(["<p><b>one", "two</b>", "a\0b"]) == ["<p><b>one</b></p>", "two", "ab"]
    for unfinished in (
        'one <a linktype="page" id="1"',
        'one <embed embedtype="media"',
        "one <a <a ",
    ):
        assert public_html([unfinished, "<p>two</p>"]) == ["one ", "<p>two</p>"]


@pytest.mark.parametrize("kind", ["media", "image", "other"])
def test_broken_embed_is_removed(kind):
    assert public_html([f'<embed embedtype="{kind}"/>']) == [""]


def test_embeds_send_no_request_to_third_parties():
    [html] = public_html(['<embed embedtype="media" url="https://video.example/1"/>'])
    assert html == '<p><a href="https://video.example/1">https://video.example/1</a></p>'


def test_number_of_queries_does_not_grow_with_texts(digest, django_assert_num_queries):
    texts = [link("page", make_issue(digest, day).pk) for day in range(1, 9)]
    digest.get_full_url()  # fills the cache of site roots
    with django_assert_num_queries(3):  # restrictions, site roots, pages
        public_html(texts, "http://localhost")


def test_image_has_renditions_of_configured_widths_and_formats():
    image = make_image()
    data = public_images([image], "http://s")[image]
    sizes = [(r["format"], r["width"]) for r in data["renditions"]]
    assert sizes == [(f, width) for f in ("webp", "jpeg") for width in (400, 800, 1600)]
    assert all(r["url"].startswith("http://s/media/") for r in data["renditions"])
    assert data["alt"] == "An image"


def test_small_image_has_no_duplicate_renditions(settings):
    settings.DIGEST_IMAGE_WIDTHS = [400, 2000, 3000]
    [data] = public_images([make_image()]).values()
    assert [r["width"] for r in data["renditions"]] == [400, 1640, 400, 1640]


def test_focal_point_is_a_fraction():
    image = make_image()
    image.focal_point_x, image.focal_point_y = 410, 450
    image.focal_point_width = image.focal_point_height = 10
    [data] = public_images([image]).values()
    assert data["focal_point"] == {"x": 0.25, "y": 0.5}


def test_image_of_a_private_collection_is_left_out(closed_collection):
    assert public_images([make_image(collection=closed_collection)]) == {}


def test_body_matches_the_api(digest):
    image = make_image()
    chosen = {"image": image.pk, "decorative": False, "alt_text": "Chosen words"}
    sources = [source(title="S", url="https://example.com/", published_on="2026-04-01")]
    issue = make_issue(digest, body=body(story("One", image=chosen, sources=sources)))
    [[headline, section]] = public_bodies([issue.body], "http://localhost")
    assert headline["type"] == "headline"
    assert headline["value"] == {"headline": "", "summary": "What happened today."}
    value = section["value"]
    assert list(value) == ["anchor", "heading", "body", "why_it_matters", "image", "sources"]
    assert (value["anchor"], value["body"]) == ("one", "<p>It happened.</p>")
    assert value["image"]["alt"] == "Chosen words"
    assert value["sources"][0]["title"] == "S"
    assert str(value["sources"][0]["published_on"]) == "2026-04-01"


def test_empty_url_is_null(digest):
    issue = make_issue(digest, body=body(story(sources=[source()])))
    [[_, section]] = public_bodies([issue.body])
    assert section["value"]["sources"][0]["url"] is None


# Broken data does not affect the rest


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'


def make_svg():
    return get_image_model().objects.create(title="Drawn", file=ContentFile(SVG, name="a.svg"))


def make_missing():
    image = make_image()
    Path(image.file.path).unlink()
    return image


def make_damaged():
    image = make_image()
    Path(image.file.path).write_bytes(b"nonsense")
    return image


@pytest.mark.parametrize("make", [make_missing, make_damaged, make_svg])
def test_image_without_renditions_is_left_out_and_logged(make, caplog):
    whole, broken = make_image(), make()
    with caplog.at_level(logging.WARNING, "digest.rendering.images"):
        assert list(public_images([whole, broken])) == [whole]
    assert [f"Image {broken.pk} " in record.getMessage() for record in caplog.records] == [True]


def test_broken_body_is_empty_and_others_are_complete(digest, caplog):
    stream = make_issue(digest).body.stream_block
    broken = {"type": "sources", "value": {"items": 5}}
    whole = {"type": "story_section", "value": {"heading": "5", "body": "6"}}
    [nothing, [section]] = public_bodies([stream.to_python([broken]), stream.to_python([whole])])
    assert nothing == []
    assert section["value"]["body"] == "6"
    assert "broken" in caplog.text


def test_largest_jpeg_in_any_order(settings):
    settings.DIGEST_IMAGE_WIDTHS = [1600, 400]
    [data] = public_images([make_image()]).values()
    assert (largest_jpeg(data)["width"], largest_jpeg(data)["format"]) == (1600, "jpeg")


def test_image_used_twice_has_the_alt_text_of_each_use(digest):
    chosen = {"image": make_image().pk, "decorative": False}
    stories = [story(image=chosen | {"alt_text": words}) for words in ("One", "Two")]
    [[_, *sections]] = public_bodies([make_issue(digest, body=body(*stories)).body])
    assert [section["value"]["image"]["alt"] for section in sections] == ["One", "Two"]


def test_number_of_queries_does_not_grow_with_bodies(digest, django_assert_num_queries):
    def stored(number):
        chosen = {"image": make_image().pk, "decorative": False, "alt_text": "x"}
        text = link("page", digest.pk)
        issues = [make_issue(digest, d, body=body(story(image=chosen, body=text))) for d in number]
        public_bodies([issue.body for issue in issues])  # generates the renditions
        return [type(issue).objects.get(pk=issue.pk).body for issue in issues]

    for bodies in (stored(range(1, 3)), stored(range(3, 11))):
        # images, closed collections, renditions; restrictions, site roots, pages
        with django_assert_num_queries(6):
            public_bodies(bodies)


# Block types of a site


class Quotation(blocks.StructBlock):
    text = blocks.RichTextBlock()

    def get_api_representation(self, value, context=None):
        return {"by": "us"} | super().get_api_representation(value, context)


def form_of(block, value):
    """Return the form of a block of the site."""
    stream = type("Body", (IssueBodyBlock,), {"own": block})()
    [[own]] = public_bodies([stream.to_python([{"type": "own", "value": value}])])
    return own["value"]


def test_embed_is_its_url():
    assert form_of(EmbedBlock(), "https://video.example/1") == "https://video.example/1"
    assert form_of(EmbedBlock(required=False), "") is None


@pytest.mark.parametrize("setting", ["db_html", "html"])
def test_rich_text_in_a_custom_representation_is_resolved(settings, setting):
    settings.WAGTAILAPI_RICH_TEXT_FORMAT = setting
    value = form_of(Quotation(), {"text": link("page", 999) + "<script>1</script>"})
    assert value == {"by": "us", "text": "<a>text</a>"}


def test_rich_text_of_a_typed_table_is_resolved():
    from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

    rows = [{"values": [link("page", 999)]}]
    table = {"columns": [{"type": "rich", "heading": "h"}], "rows": rows, "caption": ""}
    value = form_of(TypedTableBlock([("rich", blocks.RichTextBlock())]), table)
    assert value["rows"] == [{"values": ["<a>text</a>"]}]


def test_chosen_page_is_null_unless_it_is_public(digest):
    hidden = make_issue(digest, publish=False)
    assert form_of(blocks.PageChooserBlock(), digest.pk) == digest.pk
    assert form_of(blocks.PageChooserBlock(), hidden.pk) is None


def test_chosen_document_is_null_unless_it_is_public(closed_collection):
    shown, hidden = make_document(), make_document(closed_collection)
    assert form_of(DocumentChooserBlock(), shown.pk) == shown.pk
    assert form_of(DocumentChooserBlock(), hidden.pk) is None
