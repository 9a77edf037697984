"""A required rule holds publishing, whichever way it is tried; a warning never does."""

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
    """A digest that requires a bottom line, a source of every story, and nothing else."""
    rules = {"bottom_line": "required", "story_source": "required", "headline_length": "required"}
    digest.checklist = {"rules": rules}
    digest.save()
    return digest


def unsourced(digest, **fields):
    return issue_of(digest, good_story(), good_story("Bells are counted", sources=[]), **fields)


def test_code_cannot_publish_what_breaks_a_required_rule(strict):
    issue = unsourced(strict, title="Short")
    with pytest.raises(ValidationError) as refusal:
        issue.latest_revision.publish()
    assert refusal.value.message_dict == {
        "title": ["The headline is short: 5 characters of at least 15."],
        "body": ["Story 2: Name a source."],
    }
    assert not IssuePage.objects.get(pk=issue.pk).live


def test_warning_does_not_hold(digest):
    issue = unsourced(digest, title="Short")
    issue.latest_revision.publish()
    assert IssuePage.objects.get(pk=issue.pk).live


def test_issue_that_keeps_the_rules_is_published(strict):
    issue = issue_of(strict, publish=True)
    assert issue.live


def test_bulk_publishing_says_what_is_wrong(strict, admin_client):
    issue = unsourced(strict)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    response = admin_client.post(f"{url}?id={issue.pk}&next=/admin/", follow=True)
    assert "Story 2: Name a source." in response.content.decode()
    assert not IssuePage.objects.get(pk=issue.pk).live


def test_issue_that_was_scheduled_is_withdrawn(strict, caplog):
    issue = unsourced(strict, go_live_at=timezone.now() + timedelta(hours=1))
    revision, time = issue.latest_revision, timezone.now() - timedelta(minutes=1)
    revision.approved_go_live_at = time
    revision.content |= {"go_live_at": time.isoformat()}
    revision.save()
    with caplog.at_level(logging.ERROR, logger="digest.publishing.validation"):
        call_command("publish_scheduled")
    assert not IssuePage.objects.get(pk=issue.pk).live
    assert "Story 2: Name a source." in caplog.text


def test_story_that_ran_holds_where_that_is_required(digest):
    issue_of(digest, publish=True)
    issue = issue_of(digest, day=15)
    digest.checklist = {"rules": {"repeated_story": "required"}}
    digest.save()
    with pytest.raises(ValidationError, match=r"cited before \(April 14, 2026\)"):
        issue.latest_revision.publish()


@pytest.fixture
def edit(admin_client, strict):
    """Post the editor's form of an issue whose second story has no source."""
    issue = unsourced(strict)
    url = reverse("wagtailadmin_pages:edit", args=[issue.pk])

    def edit(**action):
        blocks = (headline(), story_section(), story_section("Two"))
        data = form(*blocks, title="A title that is long enough", slug=issue.slug, number="1")
        return admin_client.post(url, data | action)

    return edit


@pytest.mark.parametrize("action", ["action-publish", "action-submit"])
def test_form_names_the_place(edit, action):
    response = edit(**{action: "1"})
    [error] = response.context["form"].errors.as_data()["body"]
    data = error.as_json_data()
    assert data["messages"] == ["Add a bottom line."]
    assert data["blockErrors"] == {
        1: {"blockErrors": {"sources": {"messages": ["Story 1: Name a source."]}}},
        2: {"blockErrors": {"sources": {"messages": ["Story 2: Name a source."]}}},
    }
    assert "Story 1: Name a source." in response.content.decode()


def test_draft_is_saved_all_the_same(edit):
    assert edit().status_code == 302
    assert edit(**{"action-publish": "1"}).status_code == 200


def test_new_issue_is_held_as_well(admin_client, strict):
    url = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", strict.pk])
    data = form(headline(), story_section(), title="Short") | {"action-publish": "1"}
    response = admin_client.post(url, data)
    assert set(response.context["form"].errors) == {"title", "body"}
    assert not IssuePage.objects.exists()


def test_error_at_a_field_that_the_form_leaves_out_is_told_above_it(edit, monkeypatch):
    monkeypatch.setattr(IssuePage, "clean_checklist", refuse_picture)
    form = edit(**{"action-publish": "1"}).context["form"]
    assert "picture" not in form.fields
    assert form.non_field_errors() == ["Describe it."]


def refuse_picture(issue, in_form):
    raise ValidationError({"picture": ["Describe it."]})
