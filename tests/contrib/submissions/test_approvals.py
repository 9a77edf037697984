"""Who has approved a submitted issue is recorded in the transaction that publishes it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, PageLogEntry, Workflow, WorkflowTask

from digest.contrib.submissions import approvals
from digest.contrib.submissions.models import IssueProvenance, Submission
from digest.models import IssuePage
from tests.builders import make_issue
from tests.contrib.submissions.builders import make_submission, make_submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def edith(django_user_model):
    fields = {"first_name": "Edith", "last_name": "Example", "password": "secret"}
    return django_user_model.objects.create_superuser("edith", **fields)


@pytest.fixture
def draft(digest):
    return make_submitted(digest, publish=False)


def record_of(issue):
    return IssueProvenance.objects.get(issue=issue)


def publish(issue, **options):
    issue.get_latest_revision().publish(**options)
    return record_of(issue)


def schedule(issue, user, hours=1):
    issue.go_live_at = timezone.now() + timedelta(hours=hours)
    issue.save_revision().publish(user=user)


def make_due(issue):
    """Let an hour pass."""
    revision = issue.revisions.get(approved_go_live_at__isnull=False)
    past = timezone.now() - timedelta(minutes=1)
    content = revision.content | {"go_live_at": past.isoformat()}
    issue.revisions.filter(pk=revision.pk).update(approved_go_live_at=past, content=content)
    call_command("publish_scheduled")


def test_person_who_publishes_has_approved(draft, edith):
    record = publish(draft, user=edith)
    assert (record.approver, record.approved_by) == (edith, "Edith Example")
    assert timezone.now() - record.approved_at < timedelta(minutes=1)
    assert record.uses_ai is True


def test_publishing_with_a_key_approves_nothing(draft, edith):
    with approvals.by_key():
        assert approvals.is_by_key()
        record = publish(draft, user=edith)
    assert not approvals.is_by_key()
    assert (record.approver, record.approved_by, record.approved_at) == (None, "", None)


def test_publishing_in_code_approves_nothing(draft):
    assert publish(draft).approved_at is None


def test_error_while_publishing_with_a_key_ends_it(draft):
    with pytest.raises(ValidationError), approvals.by_key():
        raise ValidationError("")
    assert not approvals.is_by_key()


def test_later_publication_replaces_the_approver(draft, edith, django_user_model):
    publish(draft, user=edith)
    other = django_user_model.objects.create_superuser("otto")
    record = publish(draft, user=other)
    assert (record.approver, record.approved_by) == (other, "")
    with approvals.by_key():
        assert publish(draft, user=other).approved_at is None
    assert publish(draft, user=edith).approver == edith
    assert IssueProvenance.objects.count() == 1


def test_earlier_revision_is_approved_by_who_brings_it_back(draft, edith):
    first = draft.get_latest_revision()
    publish(draft, user=edith)
    draft.save_revision().publish()
    assert record_of(draft).approved_at is None
    first.publish(user=edith, previous_revision=first)
    assert record_of(draft).approver == edith


def test_person_who_has_scheduled_it_has_approved_it_then(draft, edith):
    schedule(draft, edith)
    assert not IssueProvenance.objects.exists()
    scheduled = timezone.now() - timedelta(days=1)
    PageLogEntry.objects.filter(action=approvals.SCHEDULE).update(timestamp=scheduled)
    make_due(draft)
    record = record_of(draft)
    assert IssuePage.objects.get(pk=draft.pk).live
    assert (record.approver, record.approved_at) == (edith, scheduled)


def test_last_person_who_has_scheduled_the_revision_counts(draft, edith, django_user_model):
    other = django_user_model.objects.create_superuser("otto", first_name="Otto")
    schedule(draft, other)
    draft.get_latest_revision().publish(user=edith)
    make_due(draft)
    assert record_of(draft).approver == edith


def test_what_code_has_scheduled_is_not_approved(draft):
    schedule(draft, None)
    make_due(draft)
    assert record_of(draft).approved_at is None


def test_schedule_of_a_deleted_account_is_approved_without_a_name(draft, edith):
    schedule(draft, edith)
    edith.delete()
    make_due(draft)
    record = record_of(draft)
    assert (record.approver, record.approved_by) == (None, "")
    assert record.approved_at


def test_schedule_of_a_live_issue_changes_nothing_until_it_is_due(draft, edith, django_user_model):
    publish(draft, user=edith)
    draft.refresh_from_db()
    other = django_user_model.objects.create_superuser("otto")
    schedule(draft, other)
    assert record_of(draft).approver == edith
    make_due(draft)
    assert record_of(draft).approver == other


def test_reviewer_of_the_last_task_has_approved(draft, edith, django_user_model):
    workflow, task = Workflow.objects.create(name="Review"), GroupApprovalTask(name="Read")
    task.save()
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    state = workflow.start(draft, django_user_model.objects.create_user("curator"))
    state.current_task_state.approve(user=edith)
    assert IssuePage.objects.get(pk=draft.pk).live
    assert record_of(draft).approver == edith


def test_bulk_action_names_its_user(draft, edith, client):
    client.force_login(edith)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client.post(f"{url}?id={draft.pk}&next=/admin/")
    assert record_of(draft).approver == edith


def test_any_submission_with_ai_counts(digest, edith):
    issue = make_submitted(digest, publish=False, uses_ai=False)
    assert publish(issue, user=edith).uses_ai is False
    make_submission(issue, uses_ai=True)
    assert publish(issue, user=edith).uses_ai is True
    Submission.objects.all().delete()  # with a digest, for example
    assert publish(issue, user=edith).uses_ai is True


def test_issue_of_editors_has_no_record(digest, edith):
    make_issue(digest, publish=False).get_latest_revision().publish(user=edith)
    assert not IssueProvenance.objects.exists()


def test_issue_of_editors_takes_one_more_query(digest, edith):
    revision = make_issue(digest, publish=False).get_latest_revision()
    with CaptureQueriesContext(connection) as queries:
        revision.publish(user=edith)
    assert len([query for query in queries if "digest_submissions" in query["sql"]]) == 1


def test_deleted_account_keeps_the_name(draft, edith):
    publish(draft, user=edith)
    edith.delete()
    record = record_of(draft)
    assert (record.approver, record.approved_by) == (None, "Edith Example")
    assert record.approved_at


def test_long_name_is_cut(draft, edith):
    edith.first_name, edith.last_name = "E" * 150, "X" * 150
    assert len(publish(draft, user=edith).approved_by) == 255


def test_record_is_rolled_back_with_the_publication(draft, edith, monkeypatch):
    monkeypatch.setattr(IssueProvenance, "save", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        draft.get_latest_revision().publish(user=edith)
    assert not IssuePage.objects.get(pk=draft.pk).live


def test_issue_that_is_deleted_takes_its_record_along(draft, edith):
    publish(draft, user=edith)
    draft.delete()
    assert not IssueProvenance.objects.exists()
