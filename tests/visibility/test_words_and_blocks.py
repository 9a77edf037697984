"""Two quiet ways out: words that a search finds, and blocks that show themselves."""

import pytest
from wagtail import blocks
from wagtail.models import Collection, CollectionViewRestriction

from digest.blocks import IssueBodyBlock
from digest.models import IssuePage
from tests.builders import body, make_image, make_issue, story

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    ["/api/v1/stories/?q=unseen", "/api/v1/issues/?q=unseen", "/search/?q=unseen"],
)
def test_words_of_an_image_that_is_not_shown_find_nothing(digest, client, path):
    closed = Collection.get_first_root_node().add_child(name="Closed")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type="login")
    image = {"image": make_image(collection=closed).pk, "alt_text": "Unseen", "decorative": False}
    make_issue(digest, title="Marker", body=body(story("Marker", image=image)))
    assert "Marker" not in client.get(path).content.decode()


class Advice(blocks.StructBlock):
    """A block of a site's own, which has no template."""

    text = blocks.RichTextBlock()
    page = blocks.PageChooserBlock()


class Chooser(blocks.PageChooserBlock):
    """One that tells the title of a page in the API."""

    def get_api_representation(self, value, context=None):
        return {"title": value.title}


@pytest.fixture
def own_blocks(monkeypatch):
    """The stream with two blocks more."""
    stream = type("Body", (IssueBodyBlock,), {"advice": Advice(), "chooser": Chooser()})()
    monkeypatch.setattr(IssuePage._meta.get_field("body"), "stream_block", stream)


@pytest.mark.parametrize("door", ["page", "/feeds/daily/rss.xml", "/api/v1/issues/?include=body"])
def test_block_without_a_template_tells_no_hidden_address(own_blocks, digest, client, door):
    hidden = make_issue(digest, 13, title="Hidden title", slug="hidden-slug", publish=False)
    link = f'<p>Our advice <a linktype="page" id="{hidden.pk}">here</a></p>'
    advice = {"type": "advice", "id": "a", "value": {"text": link, "page": hidden.pk}}
    chosen = {"type": "chooser", "id": "b", "value": hidden.pk}
    issue = make_issue(digest, 14, body=body(story(), advice, chosen))
    text = client.get(issue.url if door == "page" else door).content.decode()
    assert "Our advice" in text
    assert "hidden-slug" not in text
    assert "Hidden title" not in text
