"""Numbers of aliases, moved issues and cleared fields, and the highest number."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.models import Locale

from digest.models import IssuePage
from digest.pages.numbering import MAX_NUMBER
from tests.admin.test_admin import form, headline, story_section
from tests.builders import make_digest, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def weekly(home_page):
    return make_digest(home_page, "weekly")


def reloaded(issue):
    return IssuePage.objects.get(pk=issue.pk)


def post(client, view, *args, **data):
    return client.post(reverse(f"wagtailadmin_pages:{view}", args=args), data)


def test_alias_is_created_in_the_admin(admin_client, digest):
    issue = make_issue(digest)
    data = {"new_title": "Alias", "new_slug": "alias", "new_parent_page": digest.pk, "alias": "on"}
    assert post(admin_client, "copy", issue.pk, **data).status_code == 302
    alias = IssuePage.objects.get(slug="alias")
    assert (alias.alias_of_id, alias.number) == (issue.pk, issue.number)


def test_alias_for_another_language_keeps_the_number(digest, home_page):
    german = Locale.objects.create(language_code="de")
    for page in (home_page, digest):
        page.copy_for_translation(german)
    alias = make_issue(digest, number=7).copy_for_translation(german, alias=True)
    assert alias.specific.number == 7


def test_aliases_are_not_counted(digest, weekly):
    make_issue(digest, 1, number=104).create_alias(parent=weekly)
    assert make_issue(weekly, 2).number == 1


def test_moved_issue_whose_number_is_taken_gets_the_next_one(admin_client, digest, weekly):
    issue, other = make_issue(digest, 1), make_issue(weekly, 2)
    assert issue.number == other.number == 1
    assert post(admin_client, "move_confirm", issue.pk, weekly.pk).status_code == 302
    moved = reloaded(issue)
    assert (moved.number, moved.get_latest_revision_as_object().number) == (2, 2)
    moved.save_revision().publish()
    assert reloaded(issue).live


def test_draft_of_a_moved_issue_is_renumbered_too(digest, weekly):
    issue = make_issue(digest, 1, number=5)
    make_issue(weekly, 2, number=9)
    issue.number = 9
    issue.save_revision()
    issue.move(weekly, "last-child")
    assert reloaded(issue).number == 5
    assert reloaded(issue).get_latest_revision_as_object().number == 5


def test_moved_issue_keeps_a_number_that_is_free(digest, weekly):
    issue = make_issue(digest, 1, number=5)
    make_issue(weekly, 2)
    issue.move(weekly, "last-child")
    assert reloaded(issue).number == 5


def test_cleared_number_becomes_the_next_one_and_stays(admin_client, digest):
    issue = make_issue(digest, 1)
    make_issue(digest, 2)
    data = form(headline(), story_section(), slug=issue.slug, number="")
    post(admin_client, "edit", issue.pk, **data, **{"action-publish": "1"})
    assert reloaded(issue).number == 3
    assert reloaded(issue).latest_revision.content["number"] == 3


def test_highest_possible_number_is_not_counted_from(digest):
    make_issue(digest, 1, number=MAX_NUMBER)
    assert make_issue(digest, 2).number == 1


def test_number_above_the_highest_is_a_field_error(digest):
    issue = make_issue(digest)
    issue.number = MAX_NUMBER + 1
    with pytest.raises(ValidationError) as error:
        issue.full_clean()
    assert list(error.value.message_dict) == ["number"]
