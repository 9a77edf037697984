"""``action=submit`` starts the review of a draft, and nothing else does."""

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from wagtail.models import GroupApprovalTask, Task, WorkflowState

from digest.contrib.submissions import submitting
from digest.contrib.submissions.models import ApiKey
from digest.models import IssuePage
from digest.previews.tokens import PreviewToken
from tests.contrib.submissions.api.test_submitting import problem
from tests.contrib.submissions.conftest import DOCUMENT, URL

SUBMIT = f"{URL}?digest=daily&action=submit"
CHANGED = DOCUMENT.replace("eight people", "nine people")


@pytest.fixture
def reviewer(curator, django_user_model):
    user = django_user_model.objects.create_user("reviewer", email="reviewer@example.org")
    user.groups.add(Group.objects.get(name="Digest editors"))
    return user


@pytest.fixture
def put(submit):
    def put(first, document=CHANGED, query="?action=submit"):
        headers = {"Idempotency-Key": None, "If-Match": "*"}
        return submit(document, first["Location"] + query, method="put", headers=headers)

    return put


def ask_for_changes(reviewer):
    state = IssuePage.objects.get().current_workflow_task_state
    state.task.specific.on_action(state, reviewer, "reject", comment="Too long.")


def test_review_is_started_and_reviewers_are_told(submit, reviewer):
    data = submit(url=SUBMIT).json()
    assert data["issue"]["state"] == "in_review"
    assert IssuePage.objects.get().workflow_in_progress
    assert [message.to for message in mail.outbox] == [["reviewer@example.org"]]


def test_dry_run_tells_nobody(submit, reviewer):
    data = submit(url=f"{SUBMIT}&dry_run=true").json()
    assert data["issue"]["state"] == "in_review"
    assert mail.outbox == []
    assert not WorkflowState.objects.exists()


def test_failure_tells_nobody(submit, reviewer, monkeypatch):
    monkeypatch.setattr(submitting, "log", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        submit(url=SUBMIT)
    assert mail.outbox == []


def test_unchanged_draft_is_reviewed_and_previewed(submit, put, reviewer, client):
    first = submit()
    data = put(first, DOCUMENT, "?action=submit&preview=true").json()
    issue = IssuePage.objects.get()
    assert (data["did"], data["issue"]["state"]) == ("unchanged", "in_review")
    assert issue.workflow_in_progress
    assert (issue.revisions.count(), PreviewToken.objects.count()) == (1, 1)
    assert client.get(data["issue"]["preview_url"]).status_code == 200
    assert len(mail.outbox) == 1


def test_review_that_asked_for_changes_is_resumed(submit, put, reviewer):
    first = submit(url=SUBMIT)
    ask_for_changes(reviewer)
    response = put(first)
    assert (response.status_code, response.json()["issue"]["state"]) == (200, "in_review")
    state = WorkflowState.objects.get()
    assert state.status == WorkflowState.STATUS_IN_PROGRESS
    assert state.current_task_state.revision == IssuePage.objects.get().latest_revision


def test_issue_in_review_is_not_editable(submit, put, reviewer):
    assert problem(put(submit(url=SUBMIT))) == (409, "not-editable")


@pytest.fixture(params=["curator", "reviewer"])
def submit_as(request, client, digest, reviewer, django_user_model):
    """Return a function that submits as a writer, and as an editor, who may publish."""
    user = django_user_model.objects.get(username=request.param)
    key = ApiKey.make("Another", user, [digest])[1]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
    return lambda url: client.post(url, DOCUMENT, content_type="text/markdown", headers=headers)


@pytest.mark.parametrize("query", ["", "&dry_run=true"])
def test_review_without_tasks_publishes_nothing(submit_as, query):
    Task.objects.update(active=False)
    assert problem(submit_as(SUBMIT + query)) == (422, "no-workflow")
    assert not IssuePage.objects.exists()


def test_task_that_approves_by_itself_publishes_nothing(submit_as, monkeypatch):
    def start(task, workflow_state, user=None):
        state = Task.start(task, workflow_state, user)
        return state.approve(user=user, update=False)

    monkeypatch.setattr(GroupApprovalTask, "start", start)
    assert problem(submit_as(SUBMIT)) == (422, "no-workflow")
    assert not IssuePage.objects.exists()
