"""``publish_scheduled``: independent jobs, and repair of interrupted publishing."""

from datetime import timedelta
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Revision

from digest.models import DigestPage, IssuePage
from tests.builders import expire, make_digest, make_issue
from tests.publishing.scheduling.schedules import ago, make_due, schedule

pytestmark = pytest.mark.django_db


def fresh(page):
    """Reload the page from the database."""
    return type(page).objects.get(pk=page.pk)


@pytest.fixture
def live(digest):
    return make_issue(digest, 1, title="As it was")


@pytest.fixture
def due(live):
    """Return the revision of a due change of the live issue."""
    revision = schedule(live)
    make_due(revision)
    return revision


def test_error_in_one_job_is_reported_and_does_not_affect_the_others(
    digest, due, monkeypatch, caplog, capsys
):
    expired = make_issue(digest, 2)
    expire(expired)
    publish = Revision.publish

    def fail(revision, *args, **kwargs):
        if revision.pk == due.pk:
            raise RuntimeError("Out of paper")
        return publish(revision, *args, **kwargs)

    monkeypatch.setattr(Revision, "publish", fail)
    new = schedule(make_issue(digest, 3, publish=False))
    make_due(new, minutes=5)
    with pytest.raises(CommandError, match=rf"^page {due.object_id}: Out of paper$"):
        call_command("publish_scheduled")
    assert "Traceback" in caplog.text
    assert [fresh(expired).live, IssuePage.objects.get(pk=new.object_id).live] == [False, True]
    assert Revision.objects.get(pk=due.pk).approved_go_live_at


def test_dry_run_lists_and_changes_nothing(due, capsys):
    call_command("publish_scheduled", dryrun=True)
    assert "Revisions to be published:" in capsys.readouterr().out
    assert Revision.objects.get(pk=due.pk).approved_go_live_at


def test_issue_that_went_live_and_expired_between_runs_is_unpublished(live):
    live.expire_at = ago(5)
    make_due(schedule(live), minutes=10)
    call_command("publish_scheduled")
    assert (fresh(live).live, fresh(live).expired) == (False, True)


def test_change_that_was_due_before_the_old_version_expired_goes_live(live, due):
    Page.objects.filter(pk=live.pk).update(expire_at=ago(1))
    call_command("publish_scheduled")
    assert (fresh(live).live, fresh(live).title) == (True, "Changed")


def test_schedule_without_its_approval_is_not_published(live, due):
    live.revisions.update(approved_go_live_at=None)  # without a log entry
    call_command("publish_scheduled")
    assert fresh(live).title == "As it was"


def test_cancelled_schedule_stays_cancelled(live, due):
    due.approved_go_live_at = None
    due.save(update_fields=["approved_go_live_at"])
    call_command("publish_scheduled")
    assert fresh(live).title == "As it was"


def test_scheduled_revision_does_not_replace_a_newer_published_one(live, due):
    newer = fresh(live)
    newer.title = "Newer"
    newer.save_revision().publish()
    Revision.objects.filter(pk=due.pk).update(approved_go_live_at=ago(5))
    call_command("publish_scheduled")
    assert fresh(live).title == "Newer"
    assert not fresh(live).revisions.exclude(approved_go_live_at=None).exists()


def test_older_revision_scheduled_after_a_newer_one_was_published_goes_live(live):
    older = live.latest_revision
    newer = fresh(live)
    newer.title = "Newer"
    newer.save_revision().publish()
    older.content |= {"go_live_at": (timezone.now() + timedelta(hours=1)).isoformat()}
    older.save()
    older.publish()
    make_due(older)
    call_command("publish_scheduled")
    assert fresh(live).title == "As it was"


def test_superseded_schedule_loses_its_approval(live, due):
    later = schedule(live, title="Later")
    Revision.objects.filter(pk=due.pk).update(approved_go_live_at=ago(5))
    call_command("publish_scheduled")
    approved = fresh(live).revisions.exclude(approved_go_live_at=None)
    assert [fresh(live).title, *approved] == ["As it was", later]


@pytest.mark.parametrize("expired", [True, False])
def test_unpublished_issue_is_not_published_by_an_old_schedule(live, expired):
    schedule(live)
    Page.objects.filter(pk=live.pk).update(live=False, live_revision=None, expired=expired)
    call_command("publish_scheduled")
    assert not fresh(live).revisions.exclude(approved_go_live_at=None).exists()


def test_live_alias_of_an_unpublished_page_is_unpublished(live, digest):
    alias = live.create_alias(parent=digest, update_slug="alias")
    Page.objects.filter(pk=live.pk).update(live=False)
    call_command("publish_scheduled")
    assert not fresh(alias).live


def test_stale_alias_is_updated(live, digest):
    alias = live.create_alias(parent=digest, update_slug="alias")
    IssuePage.objects.filter(pk=live.pk).update(title="Changed", last_published_at=timezone.now())
    call_command("publish_scheduled")
    assert fresh(alias).title == "Changed"


def test_alias_unpublished_on_its_own_stays_unpublished(live, digest):
    alias = live.create_alias(parent=digest, update_slug="alias")
    alias.unpublish()
    call_command("publish_scheduled")
    assert not fresh(alias).live


def test_alias_of_a_scheduled_issue_is_not_live(digest):
    issue = make_issue(digest, publish=False)
    alias = issue.create_alias(parent=digest, update_slug="alias")
    schedule(issue)
    assert not fresh(alias).live


@pytest.mark.parametrize("minutes", [10, -10])
def test_revision_of_a_removed_app_is_skipped(live, due, minutes):
    make_due(due, minutes)
    gone = type(due.content_type).objects.create(app_label="gone", model="thing")
    Revision.objects.filter(pk=due.pk).update(content_type=gone, base_content_type=gone)
    call_command("publish_scheduled")
    assert fresh(live).title == "As it was"


@pytest.mark.parametrize("kind", ["issue", "digest"])
def test_unpublishing_in_the_admin_is_atomic(digest, home_page, live, admin_client, kind):
    page = {"issue": live, "digest": digest}[kind]
    parent = make_digest(home_page, "weekly") if kind == "issue" else home_page
    page.create_alias(parent=parent, update_slug="alias")
    unpublish = reverse("wagtailadmin_pages:unpublish", args=[page.pk])
    with mock.patch.object(Page, "unpublish", fail), pytest.raises(RuntimeError):
        admin_client.post(unpublish)
    assert fresh(page).live
    admin_client.post(unpublish)
    assert not type(page).objects.filter(live=True, title=page.title).exists()


def fail(*args, **kwargs):
    raise RuntimeError


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks the whole file")
def test_rows_are_locked_with_skip_locked(due):
    with CaptureQueriesContext(connection) as queries:
        call_command("publish_scheduled")
    assert [q for q in queries if "SKIP LOCKED" in q["sql"]]


def test_scheduled_digest_is_published(digest):
    make_due(schedule(digest, title="Renamed"))
    call_command("publish_scheduled")
    assert DigestPage.objects.get(pk=digest.pk).title == "Renamed"
