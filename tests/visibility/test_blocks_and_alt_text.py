"""Leaks by the alt text of a private image in a search, and by a site's own blocks."""

import pytest
from wagtail import blocks
from wagtail.models import Collection, CollectionViewRestriction

from digest.blocks import IssueBodyBlock
from digest.models import IssuePage
from tests.builders import body, make_image, make_issue, story
from tests.optional_apps import served

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    served("/api/v1/stories/?q=unseen", "/api/v1/issues/?q=unseen", "/search/?q=unseen"),
)
def test_alt_text_of_a_private_image_is_not_searched(digest, client, path):
    closed = Collection.get_first_root_node().add_child(name="Closed")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type="login")
    image = {"image": make_image(collection=closed).pk, "alt_text": "Unseen", "decorative": False}
    make_issue(digest, title="Marker", body=body(story("Marker", image=image)))
    assert "Marker" not in client.get(path).content.decode()


class Advice(blocks.StructBlock):
    """A site's own block without a template."""

    text = blocks.RichTextBlock()
    page = blocks.PageChooserBlock()


class Chooser(blocks.PageChooserBlock):
    """A chooser that shows the title of a page in the API."""

    def get_api_representation(self, value, context=None):
        return {"title": value.title}


@pytest.fixture
def own_blocks(monkeypatch):
    """Add two blocks to the stream."""
    stream = type("Body", (IssueBodyBlock,), {"advice": Advice(), "chooser": Chooser()})()
    monkeypatch.setattr(IssuePage._meta.get_field("body"), "stream_block", stream)


@pytest.mark.parametrize(
    "endpoint", ["page", "/feeds/daily/rss.xml", "/api/v1/issues/?include=body"]
)
def test_block_without_a_template_shows_no_hidden_url(own_blocks, digest, client, endpoint):
    hidden = make_issue(digest, 13, title="Hidden title", slug="hidden-slug", publish=False)
    link = f'<p>Our advice <a linktype="page" id="{hidden.pk}">here</a></p>'
    advice = {"type": "advice", "id": "a", "value": {"text": link, "page": hidden.pk}}
    chosen = {"type": "chooser", "id": "b", "value": hidden.pk}
    issue = make_issue(digest, 14, body=body(story(), advice, chosen))
    text = client.get(issue.url if endpoint == "page" else endpoint).content.decode()
    assert "Our advice" in text
    assert "hidden-slug" not in text
    assert "Hidden title" not in text
