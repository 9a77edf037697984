"""``action=publish`` publishes all of a document or saves nothing."""

import json
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.models import PageLogEntry, Task, WorkflowState
from wagtail.signals import page_published

from digest.contrib.submissions import approvals
from digest.contrib.submissions.models import ApiKey, Submission
from digest.models import IssuePage
from digest.previews.tokens import PreviewToken
from tests.contrib.submissions.api.test_issues import changed
from tests.contrib.submissions.api.test_submitting import problem, with_image
from tests.contrib.submissions.conftest import DOCUMENT, URL

POST = f"{URL}?digest=daily"
PUBLISH = f"{POST}&action=publish"
CHANGED = DOCUMENT.replace("eight people", "nine people")
NOT_UNDERSTOOD = DOCUMENT.replace("date:", "mood: calm\ndate:")


@pytest.fixture
def api_key(api_key, curator):
    """Let the key publish, and its user."""
    curator.groups.set(Group.objects.filter(name="Digest editors"))
    ApiKey.objects.update(level="publish")
    return api_key


@pytest.fixture
def put(submit):
    """Return a function that replaces a document, whatever its state."""

    def put(first, document=CHANGED, query="?action=publish", etag="*"):
        headers = {"Idempotency-Key": None, "If-Match": etag}
        return submit(document, first["Location"] + query, method="put", headers=headers)

    return put


def seen(response):
    """Return what a response says of the public page."""
    issue = response.json()["issue"]
    return issue["has_unpublished_changes"], issue["url"]


def codes(response):
    return [error["code"] for error in response.json()["errors"]]


def contents():
    """Return what a request that is refused must not change."""
    tables = (IssuePage, Submission, PreviewToken, WorkflowState, PageLogEntry)
    pages = [*IssuePage.objects.values(), *Submission.objects.values()]
    revisions = [list(issue.revisions.values()) for issue in IssuePage.objects.all()]
    return [table.objects.count() for table in tables], pages, revisions


def test_document_is_published(submit, client, curator):
    response = submit(url=PUBLISH)
    data, issue = response.json(), IssuePage.objects.get()
    assert response.status_code == 201
    assert (data["did"], data["published"], data["publishable"]) == ("created", True, True)
    assert (data["issue"]["state"], issue.live) == ("published", True)
    assert (issue.live_revision, issue.owner) == (issue.latest_revision, curator)
    assert "Lamps that wait" in client.get(issue.url).content.decode()


def test_it_is_published_now_and_not_on_its_date(submit):
    submit(DOCUMENT.replace("2026-11-30", "2020-01-06"), PUBLISH)
    issue = IssuePage.objects.get()
    assert issue.date == date(2020, 1, 6)
    assert timezone.now() - issue.first_published_at < timedelta(minutes=1)


def test_json_publishes_too(submit):
    body = {"digest": "daily", "document": {"format": "markdown", "text": DOCUMENT}}
    body["action"] = "publish"
    response = submit(json.dumps(body), URL, content_type="application/json")
    assert (response.status_code, response.json()["published"]) == (201, True)


def test_etag_stays_that_of_the_text(submit, read, put):
    first = submit(url=PUBLISH)
    assert read(first["Location"])["ETag"] == first["ETag"]
    assert put(first, DOCUMENT, etag=first["ETag"]).json()["did"] == "unchanged"


def test_outcome_is_that_of_a_published_issue(submit, read):
    data = read(submit(url=PUBLISH)["Location"]).json()
    assert data["state"] == "published"
    assert data["response"]["published"]
    assert data["outcome"]["url"] == IssuePage.objects.get().full_url
    assert data["outcome"]["changed_by_editors"] is False


def test_a_key_publishes_and_not_a_person(submit, put):
    seen = []

    def record(**kwargs):
        seen.append(approvals.is_by_key())

    page_published.connect(record, dispatch_uid="record")
    first = submit(url=PUBLISH)
    put(first)
    page_published.disconnect(dispatch_uid="record")
    assert seen == [True, True]
    assert not approvals.is_by_key()


def test_replay_is_of_the_same_bytes_and_publishes_once(submit):
    headers = {"Idempotency-Key": "one"}
    first, second = submit(url=PUBLISH, headers=headers), submit(url=PUBLISH, headers=headers)
    assert second["Idempotency-Replayed"] == "true"
    assert (second.status_code, second.content) == (201, first.content)
    assert PageLogEntry.objects.filter(action="wagtail.publish").count() == 1


def test_log_names_the_key_and_the_user(submit, api_key, curator):
    submit(url=PUBLISH)
    entries = PageLogEntry.objects.filter(action__in=["digest.submitted", "wagtail.publish"])
    assert {entry.user for entry in entries} == {curator}
    assert entries.get(action="digest.submitted").data["key"] == str(api_key[0])


# Replacing


def test_draft_is_replaced_and_published(submit, put):
    response = put(submit())
    assert response.status_code == 200
    assert (response.json()["did"], response.json()["published"]) == ("updated", True)
    issue = IssuePage.objects.get()
    assert (issue.live, issue.has_unpublished_changes) == (True, False)
    assert "nine people" in str(issue.body)


def test_unchanged_draft_is_published(submit, put):
    response = put(submit(), DOCUMENT)
    assert (response.json()["did"], response.json()["published"]) == ("unchanged", True)
    issue = IssuePage.objects.get()
    assert (issue.live, issue.revisions.count()) == (True, 1)


def test_live_issue_gets_a_new_live_revision(submit, put):
    first = submit(url=PUBLISH)
    before = IssuePage.objects.get()
    response = put(first, etag=first["ETag"])
    issue = IssuePage.objects.get()
    assert (response.json()["did"], response.json()["published"]) == ("updated", True)
    assert "nine people" in str(issue.body)
    assert issue.live_revision != before.live_revision
    assert issue.first_published_at == before.first_published_at


def test_unchanged_live_issue_is_not_published_again(submit, put):
    first = submit(url=PUBLISH)
    before = IssuePage.objects.get()
    assert put(first, DOCUMENT).json()["published"]
    assert IssuePage.objects.get().last_published_at == before.last_published_at


def test_unchanged_draft_of_a_live_issue_stays(submit, put):
    response = put(submit(url=PUBLISH), DOCUMENT, query="")
    assert (response.json()["did"], IssuePage.objects.get().revisions.count()) == ("unchanged", 1)


def test_draft_of_a_live_issue_stays_a_draft(submit, put):
    first = submit(url=PUBLISH)
    response = put(first, query="")
    issue = IssuePage.objects.get()
    assert response.json()["published"]
    assert "eight people" in str(issue.body)
    assert issue.has_unpublished_changes


def test_changed_draft_is_kept(submit, put):
    first = submit()
    draft = IssuePage.objects.get().get_latest_revision_as_object()
    draft.title = "By an editor"
    draft.save_revision()
    before = contents()
    assert problem(put(first, etag=first["ETag"])) == (412, "changed-meanwhile")
    assert contents() == before


def test_issue_without_revisions_is_published(submit, put):
    first = submit()
    IssuePage.objects.get().revisions.all().delete()
    assert put(first, DOCUMENT).status_code == 200
    assert IssuePage.objects.get().live


# Dry runs


@pytest.mark.parametrize("query", ["&dry_run=true", "&dry_run=true&preview=true"])
def test_dry_run_says_that_it_would(submit, query):
    before = contents()
    response = submit(url=PUBLISH + query, headers={"Idempotency-Key": None})
    data = response.json()
    assert (response.status_code, data["did"]) == (200, "would_create")
    assert (data["published"], data["publishable"]) == (False, True)
    assert data["issue"]["state"] == "published"
    assert contents() == before


def test_dry_run_of_a_replacement_publishes_nothing(submit, put):
    first = submit()
    before = contents()
    data = put(first, query="?action=publish&dry_run=true").json()
    assert (data["did"], data["published"]) == ("would_update", False)
    assert contents() == before


@pytest.mark.parametrize("document", [NOT_UNDERSTOOD, "No issue"], ids=["part", "all"])
def test_dry_run_has_the_same_errors(submit, document):
    real = submit(document, PUBLISH)
    dry = submit(document, f"{PUBLISH}&dry_run=true", headers={"Idempotency-Key": None})
    assert real.status_code == 422
    assert (dry.status_code, dry.content) == (real.status_code, real.content)


# What is refused


@pytest.fixture
def strict(digest):
    """Make rules of the digest required."""
    digest.checklist = {"rules": {"why_it_matters": "required", "bottom_line": "required"}}
    digest.save()


def test_every_reason_is_an_error(submit, strict):
    document = NOT_UNDERSTOOD.partition("## Bottom line")[0]
    document = document.replace("**Why it matters:** Nobody waits for an empty boat.\n\n", "")
    before = contents()
    response = submit(document, PUBLISH)
    assert problem(response) == (422, "not-publishable")
    errors = {error["code"]: error for error in response.json()["errors"]}
    assert set(errors) == {"not_understood", "why_it_matters", "bottom_line"}
    assert errors["why_it_matters"] == {
        "pointer": "",
        "code": "why_it_matters",
        "detail": "Story 2: Say why it matters.",
        "place": "lines 18-22",
    }
    assert errors["not_understood"] == {
        "pointer": "",
        "code": "not_understood",
        "detail": "Not understood: mood: calm",
        "place": "line 3",
    }
    assert "place" not in errors["bottom_line"]
    assert contents() == before


def test_warning_does_not_prevent_publishing(submit):
    response = submit(DOCUMENT.partition("## Bottom line")[0], PUBLISH)
    assert response.status_code == 201
    assert response.json()["findings"]


def test_invalid_block_is_an_error(submit, strict):
    before = contents()
    response = submit(with_image().replace(' alt="A dot"', ""), PUBLISH, content_type="text/html")
    assert problem(response) == (422, "not-publishable")
    assert "invalid" in codes(response)
    details = [each["detail"] for each in response.json()["errors"] if each["code"] == "invalid"]
    assert all("Say why it matters" not in detail for detail in details)
    assert contents() == before


WITHOUT_TEXT = DOCUMENT.replace("It leaves when eight people stand on the jetty.\n", "")


def test_draft_says_what_would_be_an_error(submit):
    data = submit(WITHOUT_TEXT).json()
    assert data["publishable"] is False
    assert [each for each in data["findings"] if each["level"] == "required"] == [
        {
            "rule": "invalid",
            "level": "required",
            "message": "Story 2: Story: This field is required.",
            "story": 2,
            "pointer": "",
            "place": "lines 17-22",
        }
    ]
    assert submit(WITHOUT_TEXT.replace("Lanterns", "Lamps"), PUBLISH).json()["errors"] == [
        {
            "pointer": "",
            "place": "lines 17-22",
            "code": "invalid",
            "detail": "Story 2: Story: This field is required.",
        }
    ]


def test_invalid_field_is_named(submit, monkeypatch):
    def clean(issue):
        raise ValidationError({"title": "No.", "body": "Never."})

    monkeypatch.setattr(IssuePage, "clean_for_publishing", clean)
    findings = {each["message"]: each for each in submit().json()["findings"]}
    assert {"title: No.", "Never."} <= findings.keys()
    assert findings["title: No."]["rule"] == "invalid"


def typed(path, value):
    """Return a submission of an issue that differs in one value, to be published."""
    body = {"digest": "daily", "action": "publish", "issue": changed(path, value)}
    return json.dumps(body)


@pytest.mark.parametrize(
    ("path", "value", "pointer", "code"),
    [
        ("/body/2/value/body", "", "/issue/body/2", "invalid"),
        ("/body/0/value/summary", "", "/issue/body/0", "invalid"),
        ("/body/2/value/body", "[a]: https://e.org/", "/issue/body/2/value/body", "not_understood"),
        ("/body/1/value/why_it_matters", "", "/issue/body/1", "why_it_matters"),
    ],
)
def test_errors_of_an_issue_point_to_their_place(submit, strict, path, value, pointer, code):
    response = submit(typed(path, value), URL, content_type="application/json")
    assert problem(response) == (422, "not-publishable")
    errors = {each["code"]: each for each in response.json()["errors"]}
    assert errors[code].keys() == {"pointer", "code", "detail"}
    assert errors[code]["pointer"] == pointer


def test_failure_leaves_the_idempotency_key_unused(submit):
    headers = {"Idempotency-Key": "one"}
    assert submit(NOT_UNDERSTOOD, PUBLISH, headers=headers).status_code == 422
    assert submit(url=PUBLISH, headers=headers).status_code == 201


@pytest.mark.parametrize("document", [DOCUMENT, NOT_UNDERSTOOD], ids=["rule", "part"])
@pytest.mark.parametrize("is_live", [True, False])
def test_replacement_that_is_refused_changes_nothing(submit, put, strict, document, is_live):
    first = submit(url=PUBLISH if is_live else POST)
    before = contents()
    response = put(first, document.partition("## Bottom line")[0])
    assert problem(response) == (422, "not-publishable")
    assert "bottom_line" in codes(response)
    assert contents() == before


@pytest.mark.parametrize("query", ["?action=publish", "?action=publish&dry_run=true"])
def test_review_has_to_end_first(submit, put, django_user_model, query):
    first = submit(url=f"{POST}&action=submit")
    before = contents()
    assert problem(put(first, query=query)) == (409, "workflow-open")
    assert contents() == before


def test_reviewer_who_asked_for_changes_is_heard(submit, put, curator):
    first = submit(url=f"{POST}&action=submit")
    state = IssuePage.objects.get().current_workflow_task_state
    state.task.specific.on_action(state, curator, "reject")
    before = contents()
    assert problem(put(first)) == (409, "workflow-open")
    assert contents() == before


def test_review_that_has_ended_is_not_in_the_way(submit, put, curator):
    first = submit(url=f"{POST}&action=submit")
    state = IssuePage.objects.get().current_workflow_task_state
    state.task.specific.on_action(state, curator, "approve")
    assert IssuePage.objects.get().live
    assert put(first).json()["published"]


def schedule(is_approved):
    draft = IssuePage.objects.get().get_latest_revision_as_object()
    draft.go_live_at = timezone.now() + timedelta(hours=1)
    revision = draft.save_revision()
    if is_approved:
        revision.publish()


@pytest.mark.parametrize("is_approved", [True, False])
@pytest.mark.parametrize("is_live", [True, False])
def test_key_neither_schedules_nor_changes_a_schedule(submit, put, is_approved, is_live):
    first = submit(url=PUBLISH if is_live else POST)
    schedule(is_approved)
    before = contents()
    response = put(first)
    assert problem(response) == (422, "not-publishable")
    assert codes(response) == ["scheduled"]
    assert "an editor has to publish it" in response.json()["errors"][0]["detail"]
    assert contents() == before


def test_time_of_publication_that_is_over_is_not_in_the_way(submit, put):
    first = submit()
    edit(go_live_at=timezone.now() - timedelta(hours=1)).publish()
    assert put(first).json()["published"]
    assert "nine people" in str(IssuePage.objects.get().body)


def test_expired_issue_is_not_published(submit, put):
    first = submit()
    draft = IssuePage.objects.get().get_latest_revision_as_object()
    draft.expire_at = timezone.now() - timedelta(hours=1)
    draft.save_revision()
    assert codes(put(first)) == ["expired"]


def test_issue_that_editors_have_unpublished_is_not_published_again(submit, put):
    first = submit(url=PUBLISH)
    IssuePage.objects.get().unpublish()
    before = contents()
    assert codes(put(first)) == ["unpublished"]
    assert contents() == before
    assert put(first, query="").status_code == 200


def edit(user=None, **fields):
    """Save a revision as the editor does; return it."""
    draft = IssuePage.objects.get().get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(draft, name, value)
    return draft.save_revision(user=user, log_action=True)


HALF_WRITTEN = {"search_description": "To be written", "byline": "By whom?"}


@pytest.mark.parametrize("query", ["?action=publish", "?action=publish&dry_run=true"])
@pytest.mark.parametrize("document", [CHANGED, DOCUMENT], ids=["changed", "unchanged"])
@pytest.mark.parametrize("is_live", [True, False])
@pytest.mark.parametrize("by_key_user", [True, False])
def test_draft_of_an_editor_is_not_published(
    submit, put, read, curator, django_user_model, by_key_user, is_live, document, query
):
    first = submit(url=PUBLISH if is_live else POST)
    edit(curator if by_key_user else django_user_model.objects.create_user("ed"), **HALF_WRITTEN)
    before = contents()
    for etag in ("*", read(first["Location"])["ETag"]):
        response = put(first, document, query, etag)
        assert problem(response) == (422, "not-publishable")
        assert codes(response) == ["edited"]
    assert contents() == before


@pytest.mark.parametrize("is_live", [True, False])
def test_draft_of_an_editor_is_not_published_below_one_of_the_key(submit, put, is_live):
    first = submit(url=PUBLISH if is_live else POST)
    edit(**HALF_WRITTEN)
    assert put(first, query="").status_code == 200
    before = contents()
    for document in (CHANGED, DOCUMENT):
        assert codes(put(first, document)) == ["edited"]
    assert contents() == before


def test_draft_that_an_editor_has_saved_unchanged_is_theirs(submit, put):
    first = submit()
    edit()
    assert codes(put(first, DOCUMENT)) == ["edited"]
    edit(expire_at=timezone.now() + timedelta(days=1))
    assert codes(put(first, DOCUMENT)) == ["edited"]


def test_revision_of_the_key_that_was_overwritten_is_not_published(submit, put, curator):
    first = submit()
    issue = IssuePage.objects.get()
    draft = issue.get_latest_revision_as_object()
    draft.byline = "By whom?"
    draft.save_revision(user=curator, overwrite_revision=issue.latest_revision)
    assert codes(put(first, DOCUMENT)) == ["edited"]


@pytest.mark.parametrize("is_live", [True, False])
def test_key_publishes_again_after_an_editor_has(submit, put, is_live):
    first = submit(url=PUBLISH if is_live else POST)
    edit(byline="By Ada")
    edit(byline="By Grace").publish()
    assert put(first, query="").status_code == 200
    assert put(first, CHANGED).json()["published"]
    issue = IssuePage.objects.get()
    assert ("nine people" in str(issue.body), issue.byline) == (True, "By Grace")


def test_drafts_of_a_key_are_published_by_it(submit, put):
    first = submit()
    for document in (CHANGED, DOCUMENT, CHANGED):
        assert put(first, document, query="").status_code == 200
    assert put(first, CHANGED).json()["published"]
    put(first, DOCUMENT, query="")
    assert put(first, DOCUMENT).json()["published"]
    assert "eight people" in str(IssuePage.objects.get().body)


def test_locked_issue_is_not_published(submit, put):
    first = submit()
    IssuePage.objects.update(locked=True)
    assert problem(put(first)) == (409, "not-editable")


@pytest.mark.parametrize("query", ["", "&dry_run=true"])
def test_level_is_required(submit, put, query):
    first = submit()
    ApiKey.objects.update(level="draft")
    before = contents()
    for response in (submit(url=PUBLISH + query), put(first, query=f"?action=publish{query}")):
        assert problem(response) == (403, "forbidden")
        assert "level publish" in response.json()["detail"]
    assert contents() == before


@pytest.mark.parametrize("query", ["", "&dry_run=true"])
def test_permission_is_required(submit, put, curator, query):
    first = submit()
    curator.groups.set(Group.objects.filter(name="Digest writers"))
    before = contents()
    for response in (submit(url=PUBLISH + query), put(first, query=f"?action=publish{query}")):
        assert problem(response) == (403, "forbidden")
        assert "may not publish in" in response.json()["detail"]
    assert contents() == before


def test_review_that_does_not_exist_is_not_needed(submit):
    Task.objects.update(active=False)
    assert submit(url=PUBLISH).status_code == 201


def test_response_says_where_the_page_is_and_whether_it_is_of_this_text(submit, put):
    url = "http://localhost/daily/2026-11-30/"
    first = submit()
    assert seen(first) == (False, None)
    assert seen(put(first, query="?action=publish&dry_run=true")) == (False, None)
    assert seen(put(first)) == (False, url)
    assert seen(put(first, query="")) == (False, url)
    for query in ("?dry_run=true", ""):
        assert seen(put(first, DOCUMENT, query)) == (True, url)
    assert seen(put(first, DOCUMENT, "")) == (True, url)
    assert seen(put(first, DOCUMENT)) == (False, url)


def test_url_has_the_slug_that_is_published(submit, put, client):
    first = submit(url=PUBLISH)
    moved = DOCUMENT.replace("date:", "slug: moved\ndate:")
    for query in ("", "?action=publish&dry_run=true"):
        assert seen(put(first, moved, query))[1].endswith("/daily/2026-11-30/")
    url = seen(put(first, moved))[1]
    assert url.endswith("/daily/moved/")
    assert client.get(url).status_code == 200
