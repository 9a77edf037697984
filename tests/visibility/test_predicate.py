"""``visibility.is_public`` in each state of a page."""

import pytest
from wagtail.models import Collection, CollectionViewRestriction, Page, Site

from digest import visibility
from digest.models import DigestPage
from tests.builders import make_image, make_issue
from tests.visibility.states import HIDDEN, PUBLIC

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", HIDDEN, ids=lambda state: state.__name__)
def test_hidden(state, home_page, digest):
    assert not visibility.is_public(state(home_page, digest))


@pytest.mark.parametrize("state", PUBLIC, ids=lambda state: state.__name__)
def test_public(state, home_page, digest, site):
    assert visibility.is_public(state(home_page, digest), site)


def test_page_of_another_site_is_not_public_on_this_one(home_page, digest, site):
    other = Page.get_first_root_node().add_child(instance=DigestPage(title="Else", slug="else"))
    Site.objects.create(hostname="else.example", root_page=other)
    issue = make_issue(other)
    assert visibility.is_public(issue)
    assert not visibility.is_public(issue, site)


def test_translated_tree_belongs_to_the_site_with_i18n_only(home_page, digest, site, settings):
    from wagtail.models import Locale

    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    french = Locale.objects.create(language_code="fr")
    page = digest.copy_for_translation(french, copy_parents=True)
    page.save_revision().publish()
    assert not visibility.is_public(page, site)
    settings.WAGTAIL_I18N_ENABLED = True
    assert visibility.is_public(page, site)


def test_collection_is_private_with_its_ancestors():
    root = Collection.get_first_root_node()
    closed = root.add_child(name="Closed")
    inner = closed.add_child(name="Inner")
    CollectionViewRestriction.objects.create(
        collection=closed, restriction_type=CollectionViewRestriction.LOGIN
    )
    images = [make_image(collection=collection) for collection in (root, closed, inner)]
    assert visibility.in_public_collections(images) == images[:1]
