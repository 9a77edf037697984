"""Test that required rules block publishing, and warnings do not."""

import logging
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from digest.models import IssuePage
from tests.admin.test_admin import form, headline, story_section
from tests.checklist.checking import good_story, issue_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(digest):
    """Make a digest that requires a bottom line, headline length and sources of stories."""
    rules = {"bottom_line": "required", "story_source": "required", "headline_length": "required"}
    digest.checklist = {"rules": rules}
    digest.save()
    return digest


def unsourced(digest, **fields):
    return issue_of(digest, good_story(), good_story("Bells are counted", sources=[]), **fields)


def test_required_rule_blocks_publishing_by_code(strict):
    issue = unsourced(strict, title="Short")
    with pytest.raises(ValidationError) as caught:
        issue.latest_revision.publish()
    assert caught.value.message_dict == {
        "title": ["The headline is short: 5 characters of at least 15."],
        "body": ["Story 2: Name a source."],
    }
    assert not IssuePage.objects.get(pk=issue.pk).live


def test_warning_does_not_block_publishing(digest):
    issue = unsourced(digest, title="Short")
    issue.latest_revision.publish()
    assert IssuePage.objects.get(pk=issue.pk).live


def test_valid_issue_is_published(strict):
    issue = issue_of(strict, publish=True)
    assert issue.live


def test_bulk_publishing_shows_the_errors(strict, admin_client):
    issue = unsourced(strict)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    response = admin_client.post(f"{url}?id={issue.pk}&next=/admin/", follow=True)
    assert "Story 2: Name a source." in response.content.decode()
    assert not IssuePage.objects.get(pk=issue.pk).live


def test_invalid_scheduled_issue_is_unscheduled(strict, caplog):
    issue = unsourced(strict, go_live_at=timezone.now() + timedelta(hours=1))
    revision, time = issue.latest_revision, timezone.now() - timedelta(minutes=1)
    revision.approved_go_live_at = time
    revision.content |= {"go_live_at": time.isoformat()}
    revision.save()
    with caplog.at_level(logging.ERROR, logger="digest.publishing.publish"):
        call_command("publish_scheduled")
    assert not IssuePage.objects.get(pk=issue.pk).live
    assert "Story 2: Name a source." in caplog.text


def test_repeated_story_blocks_publishing_if_required(digest):
    issue_of(digest, publish=True)
    issue = issue_of(digest, day=15)
    digest.checklist = {"rules": {"repeated_story": "required"}}
    digest.save()
    with pytest.raises(ValidationError, match=r"cited before \(Tue 14 Apr 2026\)"):
        issue.latest_revision.publish()


@pytest.fixture
def edit(admin_client, strict):
    """Return a function that submits the form of an issue whose second story has no source."""
    issue = unsourced(strict)
    url = reverse("wagtailadmin_pages:edit", args=[issue.pk])

    def edit(**action):
        blocks = (headline(), story_section(), story_section("Two"))
        data = form(*blocks, title="A title that is long enough", slug=issue.slug, number="1")
        return admin_client.post(url, data | action)

    return edit


@pytest.mark.parametrize("action", ["action-publish", "action-submit"])
def test_form_shows_errors_at_the_blocks(edit, action):
    response = edit(**{action: "1"})
    [error] = response.context["form"].errors.as_data()["body"]
    data = error.as_json_data()
    assert data["messages"] == ["Add a bottom line."]
    assert data["blockErrors"] == {
        1: {"blockErrors": {"sources": {"messages": ["Story 1: Name a source."]}}},
        2: {"blockErrors": {"sources": {"messages": ["Story 2: Name a source."]}}},
    }
    assert "Story 1: Name a source." in response.content.decode()


def test_draft_is_saved_despite_required_rules(edit):
    assert edit().status_code == 302
    assert edit(**{"action-publish": "1"}).status_code == 200


def test_new_issue_is_checked(admin_client, strict):
    url = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", strict.pk])
    data = form(headline(), story_section(), title="Short") | {"action-publish": "1"}
    response = admin_client.post(url, data)
    assert set(response.context["form"].errors) == {"title", "body"}
    assert not IssuePage.objects.exists()


def test_error_of_a_field_not_in_the_form_is_a_form_error(edit, monkeypatch):
    monkeypatch.setattr(IssuePage, "clean_checklist", reject_missing_field)
    form = edit(**{"action-publish": "1"}).context["form"]
    assert "missing" not in form.fields
    assert form.non_field_errors() == ["Describe it."]


def reject_missing_field(issue, in_form):
    raise ValidationError({"missing": ["Describe it."]})
