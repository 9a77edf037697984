"""A state that comes and goes between two passes of the relay stays in no copy."""

import pytest
from wagtail.models import Locale, Page, PageViewRestriction

from digest.contrib.changes.models import PublicState
from digest.models import IssuePage
from tests.builders import body, expire, make_digest, make_issue, restrict, story
from tests.contrib.changes.feed import Copy, fetch, listed_issues, relay

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    """Return an issue that the feed has."""
    issue = make_issue(digest)
    relay()
    return issue


def assert_equal(copy):
    """Nothing has changed for the relay, and the copy is right."""
    assert relay() == []
    copy.update()
    assert copy.issues == listed_issues()


def test_restriction_that_is_lifted(issue):
    restriction = restrict(issue)
    copy = Copy()
    copy.update()
    assert copy.issues == {}
    restriction.delete()
    assert_equal(copy)


def test_restriction_above_that_is_lifted(digest, home_page):
    section = home_page.add_child(instance=Page(title="Section", slug="section"))
    make_issue(make_digest(section, "weekly"))
    relay()
    # Without signals, no table that is derived from the issues changes, and nothing marks them.
    PageViewRestriction.objects.bulk_create(
        [PageViewRestriction(page_id=section.pk, restriction_type="login")]
    )
    copy = Copy()
    copy.update()
    assert copy.issues == {}
    PageViewRestriction.objects.all()._raw_delete(PageViewRestriction.objects.db)
    assert_equal(copy)


def test_restriction_that_is_lifted_while_a_client_fetches(issue):
    other = make_issue(issue.get_parent().specific, 15)
    relay()
    copy = Copy(limit=1)
    copy.fetch_page()
    restriction = restrict(other)
    copy.fetch_page()
    restriction.delete()
    assert_equal(copy)


def test_first_copy_goes_on_behind_a_page_that_was_just_hidden(issue):
    other = make_issue(issue.get_parent().specific, 15)
    relay()
    restrict(issue)
    copy = Copy(limit=1)
    copy.update()
    assert set(copy.issues) == {other.pk}


def test_text_that_is_changed_back(issue):
    title = issue.title
    Page.objects.filter(pk=issue.pk).update(title="Wrong")
    copy = Copy()
    copy.update()
    Page.objects.filter(pk=issue.pk).update(title=title)
    assert_equal(copy)
    assert fetch(since=copy.since)["results"] == []


def test_expiry_that_is_put_off(issue):
    expire(issue)
    copy = Copy()
    copy.update()
    IssuePage.objects.filter(pk=issue.pk).update(expire_at=None)
    assert_equal(copy)


def test_restriction_of_a_linked_page_that_is_lifted(digest, home_page):
    about = home_page.add_child(instance=Page(title="About", slug="about"))
    text = f'<p><a linktype="page" id="{about.pk}">About</a></p>'
    make_issue(digest, body=body(story(body=text)))
    relay()
    restriction = restrict(about)
    copy = Copy()
    copy.update()
    restriction.delete()
    assert_equal(copy)


def test_restriction_of_a_translation_that_is_lifted(digest, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    french = Locale.objects.create(language_code="fr")
    issue = make_issue(digest)
    translation = issue.copy_for_translation(french, copy_parents=True)
    translation.save_revision().publish()
    relay()
    restriction = restrict(translation)
    copy = Copy()
    copy.update()
    restriction.delete()
    assert_equal(copy)


def test_all_pages_that_are_compared_are_not_repeated(issue):
    from digest.contrib.changes.relay import mark_everything

    since = fetch()["next_since"]
    mark_everything()
    relay()
    assert fetch(since=since)["results"] == []
    assert not PublicState.objects.filter(is_marked=True).exists()
