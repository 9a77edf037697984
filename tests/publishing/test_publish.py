"""Validation of publishing by schedule, workflow and code."""

import logging
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models.api import APIToken

from digest.models import IssuePage
from tests.admin.test_admin import form, headline, story_section
from tests.builders import body, make_digest, make_issue, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def outdated_issue(digest):
    """Create a live issue whose body does not pass the current validation."""
    issue = make_issue(digest)
    IssuePage.objects.filter(pk=issue.pk).update(body=body(story(heading="")))
    return IssuePage.objects.get(pk=issue.pk)


def scheduled(digest, day, minutes_ago, **content):
    """Create an issue that is due by schedule."""
    issue = make_issue(digest, day, go_live_at=timezone.now() + timedelta(hours=1))
    time = timezone.now() - timedelta(minutes=minutes_ago)
    revision = issue.latest_revision
    revision.approved_go_live_at = time
    revision.content |= {"go_live_at": time.isoformat(), **content}
    revision.save()
    return issue


def test_invalid_scheduled_issue_does_not_stop_the_others(digest, caplog):
    invalid, valid = scheduled(digest, 1, 20, body="[]"), scheduled(digest, 2, 10)
    with caplog.at_level(logging.ERROR, logger="digest.publishing.publish"):
        call_command("publish_scheduled")
    assert [IssuePage.objects.get(pk=issue.pk).live for issue in (invalid, valid)] == [False, True]
    assert not invalid.revisions.exclude(approved_go_live_at=None).exists()
    assert "The minimum number of items is 1" in caplog.text


@pytest.fixture
def submitted(admin_client, digest):
    """Return an issue in review, and the URLs of its editor and of its approval."""
    issue = make_issue(digest, publish=False)
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    valid = form(headline(), story_section(), slug=issue.slug, number="1")
    admin_client.post(edit, valid | {"action-submit": "1"})
    args = [issue.pk, "approve", issue.current_workflow_task_state.pk]
    return issue, edit, reverse("wagtailadmin_pages:workflow_action", args=args)


def test_incomplete_draft_in_a_workflow_is_not_approved(admin_client, submitted):
    issue, edit, approve = submitted
    admin_client.post(edit, form(headline(), slug=issue.slug, number="1"))
    response = admin_client.post(approve, follow=True)
    assert "Not approved: Story: The minimum number of items is 1" in response.content.decode()
    issue.refresh_from_db()
    assert (issue.live, issue.workflow_in_progress) == (False, True)
    admin_client.post(edit, form(headline(), story_section(), slug=issue.slug, number="1"))
    admin_client.post(approve)
    issue.refresh_from_db()
    assert issue.live


def test_number_taken_while_in_review_is_an_error_on_approval(admin_client, submitted, digest):
    issue, _, approve = submitted
    IssuePage.objects.filter(pk=issue.pk).update(number=None)
    make_issue(digest, 15, number=1)
    response = admin_client.post(approve, headers={"x-requested-with": "XMLHttpRequest"})
    assert response.json()["redirect"].endswith(f"/pages/{issue.pk}/edit/")
    assert "has the number 1" in admin_client.get(response.json()["redirect"]).content.decode()
    issue.refresh_from_db()
    assert (issue.live, issue.workflow_in_progress) == (False, True)


def test_outdated_live_issue_can_be_saved_unchanged(outdated_issue):
    outdated_issue.locked = True
    outdated_issue.save()
    assert IssuePage.objects.get(pk=outdated_issue.pk).locked


def test_outdated_live_issue_can_have_an_alias(outdated_issue, home_page):
    alias = outdated_issue.create_alias(parent=make_digest(home_page, "weekly"))
    assert alias.live


def test_outdated_live_issue_cannot_get_another_invalid_body(outdated_issue):
    outdated_issue.body = body(story(heading="", body=""))
    with pytest.raises(ValidationError):
        outdated_issue.save()
    outdated_issue.save(False)


def test_invalid_draft_does_not_go_live_by_saving_one_field(digest):
    draft = make_issue(digest, publish=False, body="[]")
    draft.live = True
    with pytest.raises(ValidationError):
        draft.save(update_fields=["live"])


def test_wagtails_api_rejects_publishing_an_invalid_draft(digest, client, admin_user, settings):
    settings.ROOT_URLCONF = "tests.api.urls_with_v3"
    issue = make_issue(digest, publish=False, body="[]")
    _, token = APIToken.create_token(user=admin_user, name="test")
    response = client.post(
        f"/api/v3/pages/{issue.pk}/actions/publish/", headers={"authorization": f"Bearer {token}"}
    )
    assert response.status_code == 422
    assert "The minimum number of items is 1" in response.content.decode()
    assert not IssuePage.objects.get(pk=issue.pk).live
