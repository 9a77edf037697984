"""Whatever is done to pages, the table of stories has the stories of live issues only."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Locale, Page

from digest.importing.saving import save_issue
from digest.models import IssuePage
from digest.pages.stories import Story, story_table
from tests.builders import body, make_digest, make_issue, story
from tests.importing.conftest import draft_of

pytestmark = pytest.mark.django_db

TWO = (story("One"), story("Two"))


def expected_rows():
    """Return the stories in the stored bodies of live issues."""
    rows = []
    for issue in IssuePage.objects.filter(live=True):
        stories = [b for b in issue.body.raw_data if b["type"] == "story_section"]
        rows += [
            (issue.pk, position, b["id"], b["value"], issue.date)
            for position, b in enumerate(stories)
        ]
    return sorted(rows, key=lambda row: row[:2])


def actual_rows():
    """Return the rows of the table."""
    order = Story.objects.order_by("issue_id", "position")
    return list(order.values_list("issue_id", "position", "block_id", "value", "date"))


@pytest.fixture
def issue(digest):
    """A live issue with two stories, which have rows."""
    issue = make_issue(digest, body=body(*TWO))
    assert len(actual_rows()) == 2
    return issue


@pytest.fixture
def weekly(home_page):
    return make_digest(home_page, "weekly")


def edited(issue, *blocks):
    """Save a revision with these stories, and return it."""
    issue = issue.get_latest_revision_as_object()
    issue.body = body(*blocks)
    return issue.save_revision()


def publish_other_stories(issue, **others):
    edited(issue, story("New"), TWO[1], story("Three")).publish()


def publish_fewer_stories(issue, **others):
    edited(issue, TWO[1]).publish()


def save_a_draft(issue, **others):
    edited(issue, story("Draft"))


def revert_to_an_earlier_revision(issue, **others):
    first = issue.latest_revision
    edited(issue, story("New")).publish()
    first.as_object().save_revision().publish()


def unpublish(issue, **others):
    issue.unpublish()


def unpublish_as_a_plain_page(issue, **others):
    Page.objects.get(pk=issue.pk).unpublish()


def unpublish_with_the_digest(digest, admin_user, **others):
    UnpublishPageAction(digest, user=admin_user, include_descendants=True).execute()


def expire(issue, **others):
    Page.objects.filter(pk=issue.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    call_command("publish_scheduled")


def publish_on_schedule(digest, **others):
    later = make_issue(digest, 20, go_live_at=timezone.now() + timedelta(hours=1))
    assert not later.live
    past = timezone.now() - timedelta(minutes=1)
    revision = later.latest_revision
    revision.content |= {"go_live_at": past.isoformat()}
    revision.approved_go_live_at = past
    revision.save()
    call_command("publish_scheduled")
    assert Story.objects.filter(issue=later.pk).exists()


def make_and_update_an_alias(issue, weekly, **others):
    alias = issue.create_alias(parent=weekly)
    edited(issue, story("New")).publish()
    assert Story.objects.get(issue=alias.pk).heading == "New"


def unpublish_source_of_an_alias(issue, weekly, **others):
    issue.create_alias(parent=weekly)
    issue.unpublish()


def delete_source_of_an_alias(issue, weekly, **others):
    issue.create_alias(parent=weekly)
    issue.delete()


def convert_an_alias(client, issue, weekly, **others):
    alias = issue.create_alias(parent=weekly)
    client.post(reverse("wagtailadmin_pages:convert_alias", args=[alias.pk]))
    edited(IssuePage.objects.get(pk=alias.pk), story("Other")).publish()
    edited(issue, story("New")).publish()


def copy_live(issue, weekly, **others):
    issue.copy(to=weekly)


def copy_as_a_draft_and_publish(issue, weekly, **others):
    copy = issue.copy(to=weekly, keep_live=False)
    assert not Story.objects.filter(issue=copy.pk).exists()
    copy.get_latest_revision().publish()


def copy_a_digest(digest, home_page, **others):
    digest.copy(to=home_page, recursive=True, update_attrs={"slug": "copied"})


def translate_and_publish(issue, digest, home_page, **others):
    german = Locale.objects.create(language_code="de")
    for page in (home_page, digest):
        page.copy_for_translation(german)
    translation = issue.copy_for_translation(german)
    assert not Story.objects.filter(issue=translation.pk).exists()
    translation.get_latest_revision().publish()


def move(issue, weekly, **others):
    issue.move(weekly, "last-child")


def delete(issue, **others):
    issue.delete()


def delete_the_digest(digest, **others):
    Page.objects.get(pk=digest.pk).delete()


def save_one_field(issue, **others):
    issue.body, issue.date = body(story("Not saved")), date(2026, 4, 1)
    issue.save(update_fields=["date"])
    issue.live = False
    issue.save(update_fields=["live"])


def save_another_date(issue, **others):
    issue.date = date(2026, 4, 1)
    issue.save(update_fields=["date"])


def import_again(issue, digest, **others):
    document = f"---\ntitle: {issue.title}\ndate: {issue.date}\n---\nS.\n\n## Imported\n\nText.\n"
    save_issue(draft_of(document, "issue.md"), digest, publish=True, update=True)
    assert Story.objects.get().heading == "Imported"


def in_bulk(action, client, issue, **data):
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    assert client.post(f"{url}?id={issue.pk}", data).status_code == 302


def unpublish_in_bulk(client, issue, **others):
    in_bulk("unpublish", client, issue)


def publish_in_bulk(client, issue, **others):
    edited(issue, story("New"))
    in_bulk("publish", client, issue)


def unpublish_digests_in_bulk(client, digest, **others):
    in_bulk("unpublish", client, digest, include_descendants="on")


def delete_in_bulk(client, issue, **others):
    in_bulk("delete", client, issue)


TRANSITIONS = [
    *(publish_other_stories, publish_fewer_stories, save_a_draft, revert_to_an_earlier_revision),
    *(unpublish, unpublish_as_a_plain_page, unpublish_with_the_digest, expire, publish_on_schedule),
    *(make_and_update_an_alias, unpublish_source_of_an_alias, delete_source_of_an_alias),
    *(convert_an_alias, copy_live, copy_as_a_draft_and_publish, copy_a_digest),
    *(translate_and_publish, move, delete, delete_the_digest, save_one_field, save_another_date),
    *(import_again, unpublish_in_bulk, publish_in_bulk, unpublish_digests_in_bulk, delete_in_bulk),
]


@pytest.mark.parametrize("do", TRANSITIONS, ids=lambda do: do.__name__)
def test_table_has_the_stories_of_live_issues_only(
    do, issue, digest, weekly, home_page, admin_client, admin_user
):
    clients = {"client": admin_client, "admin_user": admin_user}
    do(issue=issue, digest=digest, weekly=weekly, home_page=home_page, **clients)
    assert actual_rows() == expected_rows()
    assert list(story_table.drifts()) == []
