"""What ``digest_status`` reports of the feed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Page

from digest.contrib.changes import public_state
from digest.contrib.changes.status import status_rows
from digest.models import JobRun
from digest.registry import registry
from tests.builders import make_issue
from tests.contrib.changes.feed import relay, run_deferred_triggers

pytestmark = pytest.mark.django_db


def rows():
    """Return the rows by name."""
    return {row.name: row for row in status_rows()}


def values():
    return {name: row.value for name, row in rows().items()}


def test_app_registers_its_rows():
    assert "digest.contrib.changes.status.status_rows" in registry.status


def test_nothing_waits(digest):
    relay()
    JobRun.objects.create(name="relay_changes", started_at=timezone.now())
    assert values()["changes_markers"] == values()["changes_marked_pages"] == 0
    assert values()["changes_failed_pages"] == []
    assert not any(row.is_problem or row.message for row in status_rows())


def test_markers_and_marked_pages_that_wait(digest):
    issue = make_issue(digest)
    relay()
    Page.objects.filter(pk=issue.pk).update(title="Another title")
    run_deferred_triggers()
    assert values()["changes_markers"] > 0
    public_state.PublicState.objects.update(is_marked=True)
    assert values()["changes_marked_pages"] == 2


def test_page_that_cannot_be_rendered_is_a_problem(digest, monkeypatch):
    issue = make_issue(digest)
    monkeypatch.setattr(public_state, "Issues", None)
    relay()
    row = rows()["changes_failed_pages"]
    assert (row.value, row.is_problem) == ([issue.pk], True)
    assert str(issue.pk) in row.message


@pytest.mark.parametrize(("minutes", "is_problem"), [(1, False), (11, True)])
def test_changes_that_wait_for_a_job_that_is_late_are_a_problem(digest, minutes, is_problem):
    started_at = timezone.now() - timedelta(minutes=minutes)
    JobRun.objects.create(name="relay_changes", started_at=started_at)
    row = rows()["changes_last_run"]
    assert (row.value, row.is_problem, row.message) == (started_at, is_problem, "")
    relay()
    assert not rows()["changes_last_run"].is_problem


def test_job_that_fails_is_a_problem(digest):
    relay()
    JobRun.objects.create(name="relay_changes", started_at=timezone.now(), error="No paper")
    row = rows()["changes_last_run"]
    assert row.is_problem
    assert "relay_changes" in row.message
