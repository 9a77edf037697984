"""Who may see what: each state of a page against each way to reach it, all by one predicate."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction, Site

from digest import visibility
from digest.models import DigestPage, IssuePage
from tests.builders import expire, make_digest, make_image, make_issue, restrict

pytestmark = pytest.mark.django_db


@pytest.fixture
def digest(home_page):
    return make_digest(home_page)


def draft(home_page, digest):
    return make_issue(digest, publish=False)


def scheduled(home_page, digest):
    tomorrow = timezone.now() + timedelta(days=1)
    return make_issue(digest, go_live_at=tomorrow)


def unpublished(home_page, digest):
    issue = make_issue(digest)
    issue.unpublish()
    return issue


def expired(home_page, digest):
    issue = make_issue(digest)
    expire(issue)
    return issue


def private(home_page, digest):
    issue = make_issue(digest)
    restrict(issue)
    return issue


def in_a_private_digest(home_page, digest):
    issue = make_issue(digest)
    restrict(digest)
    return issue


def below_a_private_home(home_page, digest):
    issue = make_issue(digest)
    restrict(home_page, PageViewRestriction.PASSWORD)
    return issue


def alias_of_a_page_made_private_later(home_page, digest):
    source = make_issue(digest)
    alias = source.create_alias(parent=make_digest(home_page, "weekly"))
    restrict(source)
    return alias.specific


def alias_of_a_private_page(home_page, digest):
    source = make_issue(digest)
    restrict(source)
    return source.create_alias(parent=make_digest(home_page, "weekly")).specific


def below_an_alias_of_a_private_digest(home_page, digest):
    make_issue(digest)
    alias = digest.create_alias(recursive=True, update_slug="mirror")
    restrict(digest)
    return alias.get_children().get().specific


def under_no_site(home_page, digest):
    issue = make_issue(digest)
    digest.move(Page.get_first_root_node(), "last-child")
    return issue


HIDDEN = [
    draft,
    scheduled,
    unpublished,
    expired,
    private,
    in_a_private_digest,
    below_a_private_home,
    alias_of_a_page_made_private_later,
    alias_of_a_private_page,
    below_an_alias_of_a_private_digest,
    under_no_site,
]


def live(home_page, digest):
    return make_issue(digest)


def live_with_a_newer_draft(home_page, digest):
    issue = make_issue(digest)
    issue.title = "Draft title"
    issue.save_revision()
    return issue


def below_an_unpublished_digest(home_page, digest):
    issue = make_issue(digest)
    digest.unpublish()
    return issue


def with_an_open_restriction(home_page, digest):
    issue = make_issue(digest)
    restrict(issue, PageViewRestriction.NONE)
    return issue


def alias(home_page, digest):
    return make_issue(digest).create_alias(parent=make_digest(home_page, "weekly")).specific


def alias_of_a_page_no_longer_private(home_page, digest):
    source = make_issue(digest)
    restriction = restrict(source)
    copy = source.create_alias(parent=make_digest(home_page, "weekly")).specific
    restriction.delete()
    return copy


def alias_of_an_issue_in_a_private_digest(home_page, digest):
    source = make_issue(digest)
    restrict(digest)
    return source.create_alias(parent=make_digest(home_page, "weekly")).specific


PUBLIC = [
    live,
    live_with_a_newer_draft,
    below_an_unpublished_digest,
    with_an_open_restriction,
    alias,
    alias_of_a_page_no_longer_private,
    alias_of_an_issue_in_a_private_digest,
]


@pytest.mark.parametrize("state", HIDDEN, ids=lambda state: state.__name__)
def test_hidden(state, home_page, digest):
    assert not visibility.is_public(state(home_page, digest))


@pytest.mark.parametrize("state", PUBLIC, ids=lambda state: state.__name__)
def test_public(state, home_page, digest, site):
    assert visibility.is_public(state(home_page, digest), site)


def test_page_of_another_site_is_not_of_this_one(home_page, digest, site):
    other = Page.get_first_root_node().add_child(instance=DigestPage(title="Else", slug="else"))
    Site.objects.create(hostname="else.example", root_page=other)
    issue = make_issue(other)
    assert visibility.is_public(issue)
    assert not visibility.is_public(issue, site)


def test_translated_tree_belongs_to_the_site_with_i18n_on_alone(home_page, digest, site, settings):
    from wagtail.models import Locale

    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    french = Locale.objects.create(language_code="fr")
    page = digest.copy_for_translation(french, copy_parents=True)
    page.save_revision().publish()
    assert not visibility.is_public(page, site)
    settings.WAGTAIL_I18N_ENABLED = True
    assert visibility.is_public(page, site)


def test_many_restrictions_are_few_clauses(home_page, digest, django_assert_max_num_queries):
    issues = [make_issue(digest, day) for day in (1, 2, 3)]
    PageViewRestriction.objects.bulk_create(
        PageViewRestriction(page=issues[0], restriction_type=PageViewRestriction.LOGIN)
        for _ in range(2000)
    )
    with django_assert_max_num_queries(5):
        found = list(visibility.public(IssuePage.objects.order_by("date")))
    assert found == issues[1:]


def test_collection_is_private_with_its_ancestors():
    root = Collection.get_first_root_node()
    closed = root.add_child(name="Closed")
    inner = closed.add_child(name="Inner")
    CollectionViewRestriction.objects.create(
        collection=closed, restriction_type=CollectionViewRestriction.LOGIN
    )
    images = [make_image(collection=collection) for collection in (root, closed, inner)]
    assert visibility.in_public_collections(images) == images[:1]
