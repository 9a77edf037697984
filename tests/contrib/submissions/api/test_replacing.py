"""PUT replaces a document, unless an editor has changed its draft."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.models import GroupPagePermission

from digest.contrib.submissions.models import Submission
from digest.models import IssuePage
from tests.builders import make_digest, make_issue
from tests.contrib.submissions.api.test_submitting import problem
from tests.contrib.submissions.conftest import DOCUMENT, URL

CHANGED = DOCUMENT.replace("It leaves when eight people", "It leaves when nine people")


@pytest.fixture
def put(submit):
    """Return a function that replaces the document of a submission, with the first one's ETag."""
    first = submit()

    def put(document=CHANGED, url=first["Location"], **options):
        headers = {"Idempotency-Key": None, "If-Match": options.pop("etag", first["ETag"])}
        return submit(document, url, method="put", headers=headers, **options)

    put.first = first
    return put


@pytest.fixture
def issue(put):
    return IssuePage.objects.get()


def test_document_is_replaced_in_a_new_revision(put, issue):
    response = put()
    assert (response.status_code, response.json()["did"]) == (200, "updated")
    assert response["ETag"] != put.first["ETag"]
    assert issue.revisions.count() == 2
    draft = IssuePage.objects.get().get_latest_revision_as_object()
    assert "nine people" in str(draft.body)


def test_stories_keep_their_ids(put, issue):
    before = [block.id for block in issue.get_latest_revision_as_object().stories]
    put()
    draft = IssuePage.objects.get().get_latest_revision_as_object()
    assert [block.id for block in draft.stories] == before


def test_same_document_changes_nothing(put, issue):
    response = put(DOCUMENT)
    assert (response.status_code, response.json()["did"]) == (200, "unchanged")
    assert issue.revisions.count() == 1


def test_same_document_of_a_live_issue_changes_nothing(put, issue):
    issue.latest_revision.publish()
    response = put(DOCUMENT)
    assert (response.status_code, response.json()["did"]) == (200, "unchanged")
    assert issue.revisions.count() == 1


def test_dry_run_changes_nothing(put, issue):
    response = put(url=f"{put.first['Location']}?dry_run=true")
    assert (response.status_code, response.json()["did"]) == (200, "would_update")
    assert issue.revisions.count() == 1
    assert "nine" not in Submission.objects.get().document


def test_precondition_is_required(put):
    assert problem(put(etag=None)) == (428, "precondition-required")


def edit(issue):
    draft = issue.get_latest_revision_as_object()
    draft.title = "By an editor"
    draft.save_revision()


@pytest.mark.parametrize(
    "make_etag",
    [lambda etag: etag, lambda etag: f"W/{etag}", lambda _: "x", lambda _: '""', lambda _: ","],
)
def test_changed_draft_is_kept(put, issue, make_etag):
    edit(issue)
    assert problem(put(etag=make_etag(put.first["ETag"]))) == (412, "changed-meanwhile")
    assert IssuePage.objects.get().get_latest_revision_as_object().title == "By an editor"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other" , W/{}'])
def test_etag_matches_whatever_middleware_and_clients_made_of_it(put, form):
    assert put(etag=form.format(put.first["ETag"])).status_code == 200


def test_any_state_is_replaced_with_an_asterisk(put, issue):
    edit(issue)
    assert put(etag="*").status_code == 200


def test_current_etag_is_that_of_get(put, issue, read):
    edit(issue)
    etag = read(put.first["Location"])["ETag"]
    assert put(etag=etag).status_code == 200


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(seconds=30), 409), (timedelta(minutes=2), 200)]
)
def test_issue_open_in_an_editor_is_left_alone(put, issue, admin_client, age, status):
    admin_client.get(reverse("wagtailadmin_pages:edit", args=[issue.pk]))
    EditingSession.objects.update(last_seen_at=timezone.now() - age)
    response = put()
    assert response.status_code == status
    if status == 409:
        assert (problem(response)[1], response["Retry-After"]) == ("being-edited", "60")


def test_issue_open_in_the_editor_of_the_keys_own_user_is_replaced(put, issue, client, curator):
    client.force_login(curator)
    client.get(reverse("wagtailadmin_pages:edit", args=[issue.pk]))
    assert EditingSession.objects.get().user == curator
    assert put().status_code == 200


def test_locked_issue_is_not_editable(put, issue):
    issue.locked = True
    issue.save()
    assert problem(put()) == (409, "not-editable")


def test_deleted_issue_is_not_editable(put, issue):
    issue.delete()
    assert problem(put()) == (409, "not-editable")


def test_issue_of_others_needs_a_permission(put, issue, admin_user):
    GroupPagePermission.objects.filter(permission__codename="change_page").delete()
    assert put().status_code == 200
    IssuePage.objects.update(owner=admin_user)
    assert problem(put(etag="*")) == (403, "forbidden")


@pytest.mark.parametrize(
    "document",
    [DOCUMENT.replace("date:", "slug: taken\ndate:"), DOCUMENT.replace("Lanterns", "Ferries")],
    ids=["slug", "date and title"],
)
def test_issue_of_another_document_exists(put, digest, document):
    make_issue(digest, date(2026, 11, 30), slug="taken", title="Ferries on the canal")
    assert problem(put(document)) == (409, "issue-exists")


def test_own_issue_of_another_document_says_how_to_replace_it(put, submit):
    other = submit(DOCUMENT.replace("Lanterns", "Ferries"))
    response = put(DOCUMENT.replace("Lanterns", "Ferries"))
    assert problem(response) == (409, "issue-exists")
    assert response["Location"] == other["Location"]


def test_author_and_note_stay_unless_there_are_new_ones(submit):
    document = {"format": "markdown", "text": DOCUMENT}
    body = {"digest": "daily", "document": document, "made_with": "one", "note": "Look."}
    url = submit(json.dumps(body), URL, content_type="application/json")["Location"]
    headers = {"Idempotency-Key": None, "If-Match": "*"}
    for query, made_with in [("", "one"), ("?made_with=two", "two")]:
        submit(CHANGED, url + query, method="put", headers=headers)
        submission = Submission.objects.get()
        assert (submission.made_with, submission.note) == (made_with, "Look.")


def move(issue, digest):
    IssuePage.objects.get(pk=issue.pk).move(digest, pos="last-child")


def test_issue_that_was_moved_away_does_not_exist(put, issue, submit, read, home_page):
    move(issue, make_digest(home_page, "other"))
    assert problem(put(etag="*")) == (404, "not-found")
    assert read(put.first["Location"]).status_code == 404
    assert read(URL).json()["results"] == []
    assert IssuePage.objects.get().revisions.count() == 1


def test_issue_that_was_moved_within_the_digests_stays_there(
    put, issue, curator, home_page, api_key
):
    other = make_digest(home_page, "other")
    for permission in GroupPagePermission.objects.all():
        GroupPagePermission.objects.create(
            group=permission.group, page=other, permission=permission.permission
        )
    api_key[0].digests.add(other)
    move(issue, other)
    response = put()
    assert (response.status_code, response.json()["did"]) == (200, "updated")
    assert IssuePage.objects.get().get_parent().pk == other.pk
    assert Submission.objects.get().digest.pk == other.pk


def test_revision_that_is_not_of_blocks_is_replaced(put, issue, read):
    revision = issue.latest_revision
    for body in ("{", "null", '"x"', '[{"type": "gone", "value": 1}]', "[1]", "{}"):
        revision.content = revision.content | {"body": body}
        revision.save()
        assert read(put.first["Location"]).status_code == 200, body
        assert put(DOCUMENT).status_code == 412, body
        assert put(etag="*", url=f"{put.first['Location']}?dry_run=true").status_code == 200, body
