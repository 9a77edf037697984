"""Story ids and numbers of copies, aliases and translations of an issue."""

import json

import pytest
from django.urls import reverse
from wagtail.models import Locale, Page

from digest.models import IssuePage
from digest.pages.stories import Story
from tests.builders import body, make_digest, make_issue, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    """A live issue with two stories, and a draft with three."""
    one, two, three = story("One"), story("Two"), story("Three")
    issue = make_issue(digest, body=body(one, two))
    issue.body = body(one, two, three)
    issue.save_revision()
    return reloaded(issue)


@pytest.fixture
def weekly(home_page):
    return make_digest(home_page, "weekly")


@pytest.fixture
def german(digest, home_page):
    """The locale of a translation of the digest."""
    german = Locale.objects.create(language_code="de")
    home_page.copy_for_translation(german)
    digest.copy_for_translation(german)
    return german


def reloaded(issue):
    return IssuePage.objects.get(pk=issue.pk)


def ids(issue):
    """Map the heading of each story to its id."""
    return {child.value["heading"]: child.id for child in issue.body if "heading" in child.value}


def all_ids(issue):
    """Return the ids in the live issue and in each of its revisions, oldest first."""
    revisions = issue.revisions.order_by("created_at", "pk")
    return [ids(reloaded(issue)), *(ids(revision.as_object()) for revision in revisions)]


def block_ids(issue):
    return {child.id for child in issue.body}


def test_copy_has_ids_of_its_own_and_its_revisions_have_them_too(issue, weekly):
    before = all_ids(issue)
    copy = issue.copy(to=weekly)
    live, *revisions = all_ids(copy)
    assert [set(found) for found in (live, *revisions)] == [
        {"One", "Two"},
        {"One", "Two"},
        {"One", "Two", "Three"},
        {"One", "Two", "Three"},
    ]
    whole = revisions[-1]
    assert all(whole[heading] == i for found in (live, *revisions) for heading, i in found.items())
    assert not set(whole.values()) & {i for found in before for i in found.values()}
    assert not block_ids(reloaded(copy)) & block_ids(issue)
    assert all_ids(issue) == before
    assert [child.id for child in issue.body] == [child.id for child in reloaded(issue).body]


def test_copy_published_later_keeps_its_ids(issue, weekly):
    copy = issue.copy(to=weekly, keep_live=False)
    in_draft = ids(copy.get_latest_revision_as_object())
    copy.get_latest_revision().publish()
    assert ids(reloaded(copy)) == in_draft
    rows = Story.objects.filter(block_id__in=[*in_draft.values(), *ids(issue).values()])
    assert {row.block_id: row.issue_id for row in rows} == {
        **dict.fromkeys(in_draft.values(), copy.pk),
        **dict.fromkeys(ids(issue).values(), issue.pk),
    }


def test_earlier_revision_of_a_copy_can_be_published_again(issue, weekly):
    copy = issue.copy(to=weekly)
    live = ids(reloaded(copy))
    copy.revisions.earliest("created_at", "pk").as_object().save_revision().publish()
    assert ids(reloaded(copy)) == live


def test_alias_of_a_copy_follows_its_ids(issue, weekly, digest):
    copy = issue.copy(to=weekly)
    alias = copy.create_alias(parent=digest, update_slug="alias")
    copy.revisions.earliest("created_at", "pk").publish()
    assert ids(reloaded(alias)) == ids(reloaded(copy))


def test_copy_of_a_copy_has_ids_of_its_own(issue, weekly, digest):
    copy = issue.copy(to=weekly)
    second = copy.copy(update_attrs={"slug": "second"})
    assert not set(ids(reloaded(second)).values()) & set(ids(reloaded(copy)).values())
    live, *revisions = all_ids(second)
    assert all(found["One"] == live["One"] for found in revisions)


def test_copy_made_in_the_admin_has_ids_of_its_own(admin_client, issue, weekly):
    data = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": weekly.pk}
    url = reverse("wagtailadmin_pages:copy", args=[issue.pk])
    admin_client.post(url, data | {"publish_copies": "on"})
    copy = IssuePage.objects.get(slug="copy")
    assert copy.live
    assert not block_ids(copy) & block_ids(issue)


def test_issues_of_a_copied_digest_have_ids_of_their_own(issue, digest, home_page):
    page = Page.objects.get(pk=digest.pk)
    copied = page.copy(to=home_page, recursive=True, update_attrs={"slug": "copied"})
    [copy] = IssuePage.objects.child_of(copied)
    assert not block_ids(copy) & block_ids(issue)
    assert not set(all_ids(copy)[-1].values()) & set(all_ids(issue)[-1].values())


def test_alias_has_the_same_stories(issue, weekly):
    alias = issue.create_alias(parent=weekly)
    assert ids(reloaded(alias)) == ids(issue)
    issue.get_latest_revision().publish()
    assert ids(reloaded(alias)) == ids(reloaded(issue))


def test_copy_of_an_alias_is_a_copy(issue, weekly):
    alias = reloaded(issue.create_alias(parent=weekly))
    copy = alias.copy(update_attrs={"slug": "copy"})
    assert not block_ids(reloaded(copy)) & block_ids(issue)
    assert reloaded(copy).alias_of_id is None


def test_translation_has_the_same_stories(issue, german):
    translation = issue.copy_for_translation(german)
    assert ids(translation.get_latest_revision_as_object()) == ids(issue)


def test_revisions_of_another_copied_page_are_unchanged(home_page, digest):
    digest.save_revision()
    copy = digest.copy(update_attrs={"slug": "copy"})
    contents = [revision.content["tagline"] for revision in copy.revisions.all()]
    assert contents == [digest.tagline] * len(contents)


def test_translation_has_the_number_of_its_source(digest, german):
    make_issue(digest, 1)
    translation = make_issue(digest, 2, number=7).copy_for_translation(german)
    assert translation.number == 7
    assert translation.get_latest_revision_as_object().number == 7


def test_translation_of_a_draft_has_the_number_of_its_source(digest, german):
    assert make_issue(digest, 2, publish=False, number=7).copy_for_translation(german).number == 7


def test_translation_gets_the_next_number_if_that_of_its_source_is_taken(digest, german):
    translated = digest.get_translation(german)
    make_issue(translated, 1, number=7)
    translation = make_issue(digest, 2, number=7).copy_for_translation(german)
    assert translation.number == 8


def test_translation_of_an_issue_without_a_number_has_none(digest, german):
    source = make_issue(digest, 2)
    IssuePage.objects.filter(pk=source.pk).update(number=None)
    translation = reloaded(source).copy_for_translation(german)
    translation.save_revision().publish()
    assert reloaded(translation).number is None


def test_copy_of_an_issue_without_a_number_has_the_next_one(digest, weekly):
    source = make_issue(digest, 2)
    make_issue(weekly, 3, number=9)
    IssuePage.objects.filter(pk=source.pk).update(number=None)
    assert reloaded(source).copy(to=weekly).number == 10


def test_cleared_number_of_a_translation_is_the_next_one(digest, german):
    source = make_issue(digest, 2, number=7)
    translation = source.copy_for_translation(german)
    make_issue(digest.get_translation(german), 3, number=9)
    translation.number = None
    translation.save_revision().publish()
    assert reloaded(translation).number == 10


def test_blocks_without_ids_get_unique_ones(digest):
    written = [{"type": "headline", "value": {"headline": "", "summary": "x"}}]
    written += [{"type": "story_section", "value": story()["value"]}]
    first, second = (make_issue(digest, day, body=json.dumps(written)) for day in (1, 2))
    ids = [story.id for issue in (first, second) for story in reloaded(issue).stories]
    assert len(set(ids)) == 2
    assert set(ids) == set(Story.objects.values_list("block_id", flat=True))
    again = reloaded(first)
    again.save_revision().publish()
    assert [story.id for story in reloaded(first).stories] == ids[:1]
