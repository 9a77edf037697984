"""The plugin's own jobs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from wagtail.models import Revision

from digest.importing import read_document
from digest.importing.review.mapping import store_document
from digest.importing.review.uploads import LIFETIME, Upload
from digest.jobs import core
from digest.models import IssuePage, JobRun, PreviewToken
from digest.previews.tokens import create_token
from digest.registry import DAY, Job, Registry, registry
from tests.admin.helpers import make_user
from tests.builders import make_issue
from tests.publishing.scheduling.schedules import make_due, schedule

pytestmark = pytest.mark.django_db


def test_publishing_comes_before_jobs_registered_earlier():
    other = Registry([Job("other", print, DAY)])
    core.register_jobs(other)
    assert [job.name for job in other.jobs] == [
        "publish_scheduled",
        "other",
        "check_sources",
        "delete_expired",
        "repair_page_tree",
        "update_statistics",
    ]
    assert registry.jobs[0] == other.jobs[0]
    assert [job.name for job in other.jobs if job.is_long] == ["check_sources"]


def test_scheduled_issue_is_published(digest):
    revision = schedule(make_issue(digest, publish=False))
    make_due(revision)
    core.publish_scheduled()
    assert IssuePage.objects.get(pk=revision.object_id).live


def test_failed_publishing_is_an_error(digest, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("Out of paper")

    make_due(schedule(make_issue(digest)))
    monkeypatch.setattr(Revision, "publish", fail)
    with pytest.raises(RuntimeError, match="Out of paper"):
        core.publish_scheduled()


def test_due_sources_are_checked_up_to_a_limit(monkeypatch):
    limits = []
    monkeypatch.setattr(
        core.Run, "check", lambda run, due: limits.append(due.query.high_mark) or iter(())
    )
    core.check_sources()
    assert limits == [500]


def test_expired_uploads_are_deleted(digest, admin_user):
    documents = [
        store_document(read_document(b"A story\n\nIts text.", name), digest, admin_user)
        for name in ("old.md", "new.md")
    ]
    too_old = timezone.now() - LIFETIME - timedelta(minutes=1)
    Upload.objects.filter(pk=documents[0].pk).update(created_at=too_old)
    core.delete_expired()
    assert list(Upload.objects.all()) == documents[1:]


def test_preview_tokens_that_expired_a_month_ago_are_deleted(digest):
    draft, user = make_issue(digest, publish=False), make_user("writer")
    for days in (31, 29):
        create_token(draft, user, lifetime=-timedelta(days=days))
    core.delete_expired()
    assert PreviewToken.objects.count() == 1


@pytest.mark.parametrize(("minutes", "is_late"), [(9, False), (11, True)])
def test_publishing_is_late_when_it_has_not_run_for_ten_minutes(minutes, is_late):
    assert core.is_publishing_late()
    started_at = timezone.now() - timedelta(minutes=minutes)
    JobRun.objects.create(name="publish_scheduled", started_at=started_at)
    assert core.is_publishing_late() == is_late


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts by itself")
def test_sqlite_counts_rows_for_its_planner(digest):
    make_issue(digest)
    core.update_statistics()
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'digest_issuepage'")
        assert cursor.fetchall()
