"""Who has approved a submitted issue is recorded in the transaction that publishes it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.actions import action_registry
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.log_actions import log
from wagtail.models import GroupApprovalTask, PageLogEntry, Workflow, WorkflowTask
from wagtail.models.api import APIToken

from digest.contrib.submissions import approvals, signal_handlers
from digest.contrib.submissions.models import IssueProvenance, Submission
from digest.models import IssuePage
from tests.admin.issues.test_actions import edit_url, issue_form
from tests.admin.test_admin import form, headline, story_section
from tests.builders import make_issue
from tests.contrib.submissions.builders import make_submission, make_submitted

pytestmark = pytest.mark.django_db


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
    assert (record.approver_username, record.approved_by) == ("edith", "Edith Example")
    assert timezone.now() - record.approved_at < timedelta(minutes=1)
    assert record.uses_ai is True


def test_publishing_with_a_key_approves_nothing(draft, edith):
    with approvals.by_key():
        assert approvals.is_by_key()
        record = publish(draft, user=edith)
    assert not approvals.is_by_key()
    assert (record.approver_username, record.approved_by, record.approved_at) == ("", "", None)


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
    assert (record.approver_username, record.approved_by) == ("otto", "")
    with approvals.by_key():
        assert publish(draft, user=other).approved_at is None
    assert publish(draft, user=edith).approver_username == "edith"
    assert IssueProvenance.objects.count() == 1


def test_earlier_revision_is_approved_by_who_brings_it_back(draft, edith):
    first = draft.get_latest_revision()
    publish(draft, user=edith)
    draft.save_revision().publish()
    assert record_of(draft).approved_at is None
    first.publish(user=edith, previous_revision=first)
    assert record_of(draft).approver_username == "edith"


def test_person_who_has_scheduled_it_has_approved_it_then(draft, edith):
    schedule(draft, edith)
    assert not IssueProvenance.objects.exists()
    scheduled = timezone.now() - timedelta(days=1)
    PageLogEntry.objects.filter(action=approvals.SCHEDULE).update(timestamp=scheduled)
    make_due(draft)
    record = record_of(draft)
    assert IssuePage.objects.get(pk=draft.pk).live
    assert (record.approver_username, record.approved_at) == ("edith", scheduled)


def test_last_person_who_has_scheduled_the_revision_counts(draft, edith, django_user_model):
    other = django_user_model.objects.create_superuser("otto", first_name="Otto")
    schedule(draft, other)
    draft.get_latest_revision().publish(user=edith)
    make_due(draft)
    assert record_of(draft).approver_username == "edith"


def test_what_code_has_scheduled_is_not_approved(draft):
    schedule(draft, None)
    make_due(draft)
    assert record_of(draft).approved_at is None


def test_schedule_of_a_deleted_account_is_approved_without_a_name(draft, edith):
    schedule(draft, edith)
    edith.delete()
    make_due(draft)
    record = record_of(draft)
    assert (record.approver_username, record.approved_by) == ("", "")
    assert record.approved_at


def test_schedule_of_a_live_issue_changes_nothing_until_it_is_due(draft, edith, django_user_model):
    publish(draft, user=edith)
    draft.refresh_from_db()
    other = django_user_model.objects.create_superuser("otto")
    schedule(draft, other)
    assert record_of(draft).approver_username == "edith"
    make_due(draft)
    assert record_of(draft).approver_username == "otto"


def test_reviewer_of_the_last_task_has_approved(draft, edith, django_user_model):
    workflow, task = Workflow.objects.create(name="Review"), GroupApprovalTask(name="Read")
    task.save()
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    state = workflow.start(draft, django_user_model.objects.create_user("curator"))
    state.current_task_state.approve(user=edith)
    assert IssuePage.objects.get(pk=draft.pk).live
    assert record_of(draft).approver_username == "edith"


def test_bulk_action_names_its_user(draft, edith, client):
    client.force_login(edith)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client.post(f"{url}?id={draft.pk}&next=/admin/")
    assert record_of(draft).approver_username == "edith"


@pytest.fixture
def log_in(client, edith):
    client.force_login(edith)


def post_form(client, issue, **fields):
    response = client.post(edit_url(issue), issue_form(issue, **fields))
    assert response.status_code == 302


def publish_by_form(client, issue, user):
    post_form(client, issue, **{"action-publish": "action-publish"})


def publish_old_revision_by_form(client, issue, user):
    first = issue.get_latest_revision()
    issue.save_revision()
    fields = {"action-publish": "action-publish", "revision": first.pk}
    post_form(client, issue, **fields)


def publish_by_api_of_the_admin(client, issue, user):
    url = reverse("wagtailadmin_api:pages:action", args=[issue.pk, "publish"])
    assert client.post(url).status_code == 200


def publish_by_v3(client, issue, user):
    _, token = APIToken.create_token(user=user, name="test")
    url = f"/api/v3/pages/{issue.pk}/actions/publish/"
    response = client.post(url, headers={"authorization": f"Bearer {token}"})
    assert response.status_code == 200


def publish_by_edit_in_v3(client, issue, user):
    action = action_registry.get_action_class(IssuePage, "edit")
    action(IssuePage.objects.get(pk=issue.pk), user=user, publish=True).execute()


WAYS = [
    publish_by_form,
    publish_old_revision_by_form,
    publish_by_api_of_the_admin,
    publish_by_v3,
    publish_by_edit_in_v3,
]


@pytest.mark.usefixtures("log_in")
@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_publishing_names_its_user(draft, edith, client, settings, way):
    settings.ROOT_URLCONF = "tests.api.urls_with_v3"
    way(client, draft, edith)
    record = record_of(draft)
    assert (record.approver_username, record.approved_by) == ("edith", "Edith Example")
    assert timezone.now() - record.approved_at < timedelta(minutes=1)
    with approvals.by_key():
        assert publish(draft, user=edith).approved_at is None
    way(client, draft, edith)
    assert record_of(draft).approver_username == "edith"


@pytest.mark.usefixtures("log_in")
def test_form_schedules_as_publishing_in_code_does(draft, edith, client):
    tomorrow = timezone.localtime() + timedelta(days=1)
    at = f"{tomorrow:%Y-%m-%d %H:%M}"
    post_form(client, draft, **{"action-publish": "action-publish", "go_live_at": at})
    assert draft.revisions.filter(approved_go_live_at__isnull=False).exists()
    assert not IssueProvenance.objects.exists()
    make_due(draft)
    assert record_of(draft).approver_username == "edith"


@pytest.mark.usefixtures("log_in")
def test_new_issue_of_the_form_has_no_record(digest, client):
    fields = {"date": "2026-04-20", "action-publish": "action-publish"}
    add = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    assert client.post(add, form(headline(), story_section(), **fields)).status_code == 302
    assert IssuePage.objects.get().live
    assert not IssueProvenance.objects.exists()


@pytest.mark.usefixtures("log_in")
def test_readers_see_who_has_approved_in_the_form(draft, client, django_user_model):
    publish_by_form(client, draft, None)
    html = client.get(IssuePage.objects.get(pk=draft.pk).url).content.decode()
    assert "Curated with AI." in html
    assert "Approved by <bdi>the editors of Daily</bdi>" in html


def test_without_a_log_entry_nobody_has_approved(draft, edith):
    assert publish(draft, user=edith, log_action=False).approved_at is None


def test_log_entries_made_later_approve_nothing(draft, edith):
    revision = draft.save_revision(user=edith)
    with approvals.by_key():
        revision.publish(user=edith)
    PageLogEntry.objects.all().delete()
    call_command("create_log_entries_from_revisions")
    assert PageLogEntry.objects.filter(action=approvals.PUBLISH, user=edith).exists()
    log(draft, approvals.PUBLISH, user=edith, revision=revision)
    assert record_of(draft).approved_at is None


def test_what_a_key_has_published_meanwhile_is_not_approved(draft, edith, monkeypatch):
    """The form publishes without a transaction: a key comes between signal and log entry."""

    def record_publication(issue):
        monkeypatch.undo()
        approvals.record_publication(issue)
        other = IssuePage.objects.get(pk=draft.pk)
        with approvals.by_key():
            other.save_revision().publish(user=edith)

    monkeypatch.setattr(signal_handlers.approvals, "record_publication", record_publication)
    PublishPageRevisionAction(draft.get_latest_revision(), user=edith).execute()
    assert record_of(draft).approved_at is None


def test_any_submission_with_ai_counts(digest, edith):
    issue = make_submitted(digest, publish=False, uses_ai=False)
    assert publish(issue, user=edith).uses_ai is False
    make_submission(issue, uses_ai=True)
    assert publish(issue, user=edith).uses_ai is True
    Submission.objects.all().delete()  # with a digest, for example
    assert publish(issue, user=edith).uses_ai is True
    assert publish(issue).approved_at is None


def test_issue_of_editors_has_no_record(digest, edith):
    make_issue(digest, publish=False).get_latest_revision().publish(user=edith)
    assert not IssueProvenance.objects.exists()


def test_issue_of_editors_takes_one_more_query(digest, edith):
    revision = make_issue(digest, publish=False).get_latest_revision()
    with CaptureQueriesContext(connection) as queries:
        revision.publish(user=edith)
    assert len([query for query in queries if "digest_submissions" in query["sql"]]) == 1


def test_form_for_an_issue_of_editors_takes_one_more_query(digest, edith):
    revision = make_issue(digest, publish=False).get_latest_revision()
    with CaptureQueriesContext(connection) as queries:
        PublishPageRevisionAction(revision, user=edith).execute()
    assert len([query for query in queries if "digest_submissions" in query["sql"]]) == 1


def test_deleted_account_keeps_the_name(draft, edith):
    publish(draft, user=edith)
    edith.delete()
    record = record_of(draft)
    assert (record.approver_username, record.approved_by) == ("edith", "Edith Example")
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
