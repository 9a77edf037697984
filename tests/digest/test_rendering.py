"""What leaves the house: rich text and images as an anonymous reader may see them."""

import pytest
from wagtail.models import Collection, CollectionViewRestriction

from digest.rendering import public_bodies, public_html, public_images
from tests.builders import body, make_digest, make_document, make_image, make_issue, source, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def digest(home_page):
    return make_digest(home_page)


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


@pytest.mark.parametrize("pk", ["999999", "", "x", "١"])
def test_link_to_nothing_keeps_its_text_alone(pk):
    assert public_html([link("page", pk), link("document", pk)]) == ["<a>text</a>"] * 2


def test_link_to_a_hidden_page_is_as_one_to_nothing(digest):
    hidden = make_issue(digest, publish=False)
    assert public_html([link("page", hidden.pk)]) == ["<a>text</a>"]


def test_link_to_a_document_of_a_private_collection_is_as_one_to_nothing(closed_collection):
    shown, hidden = make_document(), make_document(closed_collection)
    html = public_html([link("document", shown.pk), link("document", hidden.pk)], "http://s")
    assert html == [f'<a href="http://s{shown.url}">text</a>', "<a>text</a>"]


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
def test_what_could_run_does_not_leave(attack):
    [html] = public_html([attack])
    for danger in ("<script", "onerror", "javascript:", "data:", "<iframe", "style", "<svg"):
        assert danger not in html


def test_unclosed_text_does_not_reach_into_the_next():
    assert public_html(["<p><b>one", "two</b>", "a\0b"]) == ["<p><b>one</b></p>", "two", "ab"]


def test_embeds_need_no_request_to_a_third_party():
    [html] = public_html(['<embed embedtype="media" url="https://video.example/1"/>'])
    assert html == '<p><a href="https://video.example/1">https://video.example/1</a></p>'


def test_queries_do_not_grow_with_the_texts(digest, django_assert_num_queries):
    texts = [link("page", make_issue(digest, day).pk) for day in range(1, 9)]
    digest.get_full_url()  # Wagtail keeps the roots of the sites
    with django_assert_num_queries(3):  # restrictions, site roots, pages
        public_html(texts, "http://localhost")


def test_image_comes_in_the_listed_widths_and_formats():
    image = make_image()
    data = public_images([image], "http://s")[image]
    sizes = [(r["format"], r["width"]) for r in data["renditions"]]
    assert sizes == [(f, width) for f in ("webp", "jpeg") for width in (400, 800, 1600)]
    assert all(r["url"].startswith("http://s/media/") for r in data["renditions"])
    assert data["alt"] == "A picture"


def test_small_image_is_not_repeated(settings):
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


def test_body_has_the_shape_of_the_contract(digest):
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


def test_empty_address_is_null(digest):
    issue = make_issue(digest, body=body(story(sources=[source()])))
    [[_, section]] = public_bodies([issue.body])
    assert section["value"]["sources"][0]["url"] is None
