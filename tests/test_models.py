"""Digests and issues: slugs, numbers, validation, and Wagtail's actions on pages."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import Page

from digest.models import IssuePage
from digest.pages.listing import neighbours
from tests.builders import block, body, make_digest, make_image, make_issue, restrict, source, story

pytestmark = pytest.mark.django_db


def test_slug_is_proposed_from_the_date(digest):
    assert make_issue(digest, 14).slug == "2026-04-14"


def test_second_issue_of_a_day_gets_a_suffix(digest):
    make_issue(digest, 14)
    assert make_issue(digest, 14).slug == "2026-04-14-2"


def test_numbers_count_up_in_each_digest(digest, home_page):
    other = make_digest(home_page, "weekly")
    assert [make_issue(digest, day).number for day in (1, 2)] == [1, 2]
    assert make_issue(other, 1).number == 1


def test_number_follows_the_highest_one(digest):
    make_issue(digest, 1, number=104)
    assert make_issue(digest, 2).number == 105


def test_copy_gets_a_number_of_its_own(digest):
    issue = make_issue(digest, 1)
    copy = issue.copy(update_attrs={"slug": "copy"})
    assert copy.number == 2
    assert copy.latest_revision.as_object().number == 2


def test_number_of_another_issue_is_a_field_error(digest):
    make_issue(digest, 1)
    second = make_issue(digest, 2)
    second.number = 1
    with pytest.raises(ValidationError) as error:
        second.full_clean()
    assert list(error.value.message_dict) == ["number"]


def test_issues_can_only_be_created_below_digests(home_page, digest):
    assert IssuePage.can_create_at(digest)
    assert not IssuePage.can_create_at(home_page)
    assert digest.allowed_subpage_models() == [IssuePage]
    assert IssuePage.allowed_subpage_models() == []


def test_slug_of_another_digest_of_the_site_is_invalid(home_page, digest):
    section = home_page.add_child(instance=Page(title="Section", slug="section"))
    with pytest.raises(ValidationError, match="slug"):
        make_digest(section)


def test_incomplete_discussion_settings_are_field_errors(digest):
    digest.giscus_repo = "owner/name"
    with pytest.raises(ValidationError) as error:
        digest.full_clean()
    assert set(error.value.message_dict) == {
        "giscus_repo_id",
        "giscus_category",
        "giscus_category_id",
    }


def test_incomplete_draft_can_be_saved_but_not_published(digest):
    issue = IssuePage(title="Soon", date=date(2026, 4, 14), live=False, body="[]")
    digest.add_child(instance=issue)
    revision = issue.save_revision(clean=False)
    with pytest.raises(ValidationError) as error:
        revision.publish()
    assert list(error.value.message_dict) == ["body"]
    assert not IssuePage.objects.get(pk=issue.pk).live


def test_error_of_an_invalid_body_names_the_place(digest):
    draft = make_issue(
        digest,
        publish=False,
        body=body(story("One", body=""), story("", sources=[source(url="nonsense")])),
    )
    with pytest.raises(ValidationError) as error:
        draft.clean_for_publishing()
    assert error.value.message_dict["body"] == [
        "Story 2, Story: This field is required.",
        "Story 3, Heading: This field is required.",
        "Story 3, Sources, 1, URL: Enter a valid URL.",
    ]


def test_image_of_a_story_without_alt_text_is_named(digest):
    image = {"image": make_image().pk, "decorative": False, "alt_text": ""}
    draft = make_issue(digest, publish=False, body=body(story(image=image)))
    with pytest.raises(ValidationError) as error:
        draft.clean_for_publishing()
    [message] = error.value.message_dict["body"]
    assert message.startswith("Story 2, Image, Alt text: ")


def test_invalid_body_cannot_go_live_without_the_form(digest):
    issue = make_issue(digest, publish=False, body="[]")
    with pytest.raises(ValidationError):
        PublishPageRevisionAction(issue.latest_revision).execute()
    with pytest.raises(ValidationError):
        digest.add_child(instance=IssuePage(title="Live", date=date(2026, 4, 15), body="[]"))
    assert not IssuePage.objects.filter(live=True).exists()


def test_invalid_body_cannot_be_scheduled(digest):
    issue = make_issue(digest, publish=False, body="[]")
    issue.go_live_at = timezone.now() + timedelta(days=1)
    revision = issue.save_revision(clean=False)
    with pytest.raises(ValidationError):
        revision.publish()
    revision.refresh_from_db()
    assert revision.approved_go_live_at is None


def test_empty_draft_has_no_summary_and_no_stories(digest):
    issue = make_issue(digest, publish=False, body="[]")
    assert (issue.summary, issue.stories, issue.word_count) == ("", [], 0)
    assert issue.reading_time_minutes == 1


def test_words_are_counted_on_save(digest, settings):
    settings.DIGEST_WORDS_PER_MINUTE = 100
    words = " ".join(["word"] * 300)
    issue = make_issue(digest, body=body(story("One", body=f"<p>{words}</p>", why_it_matters="")))
    assert issue.word_count == 300 + 4
    assert issue.reading_time_minutes == 3


def test_neighbours_are_the_public_issues_of_the_digest_by_date(digest, home_page):
    late, early = make_issue(digest, 16), make_issue(digest, 14)
    middle = make_issue(digest, 15)
    restrict(make_issue(digest, date(2026, 4, 13)))
    make_issue(digest, 17, publish=False)
    make_issue(make_digest(home_page, "weekly"), 15)
    assert neighbours(middle) == {"previous": early, "next": late}
    assert neighbours(early) == {"previous": None, "next": middle}
    assert neighbours(late) == {"previous": middle, "next": None}


def test_neighbours_of_one_day_are_in_order_of_creation(digest):
    first, second = make_issue(digest, 14), make_issue(digest, 14)
    assert neighbours(first)["next"] == second
    assert neighbours(second)["previous"] == first


def test_digest_of_an_issue_is_none_if_hidden(digest):
    issue = make_issue(digest)
    digest.unpublish()
    assert IssuePage.objects.get(pk=issue.pk).digest is None


def test_revisions_compare_block_by_block(digest):
    issue = make_issue(digest)
    issue.body = body(story("A changed story"), block("bottom_line", text="<p>New</p>"))
    issue.save_revision()
    panel = IssuePage.get_edit_handler().get_bound_panel(instance=issue)
    comparisons = [
        compare(Page.objects.get(pk=issue.pk).specific, issue) for compare in panel.get_comparison()
    ]
    changed = next(c for c in comparisons if c.field_label() == "Body")
    html = str(changed.htmldiff())
    assert "A changed story" in html
    assert "comparison__child-object addition" in html
