"""PUT replaces a document, unless an editor has changed its draft."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.models import GroupPagePermission

from digest.contrib.submissions.models import Submission
from digest.models import IssuePage
from tests.contrib.submissions.api.test_submitting import problem
from tests.contrib.submissions.conftest import DOCUMENT

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


@pytest.mark.parametrize("make_etag", [lambda etag: etag, lambda etag: f"W/{etag}", lambda _: "x"])
def test_changed_draft_is_kept(put, issue, make_etag):
    edit(issue)
    assert problem(put(etag=make_etag(put.first["ETag"]))) == (412, "changed-meanwhile")
    assert IssuePage.objects.get().get_latest_revision_as_object().title == "By an editor"


def test_weak_etag_never_matches(put):
    assert problem(put(etag=f"W/{put.first['ETag']}")) == (412, "changed-meanwhile")


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
def test_issue_open_in_an_editor_is_left_alone(put, issue, admin_user, age, status):
    seen_at = timezone.now() - age
    EditingSession.objects.create(user=admin_user, content_object=issue, last_seen_at=seen_at)
    response = put()
    assert response.status_code == status
    if status == 409:
        assert (problem(response)[1], response["Retry-After"]) == ("being-edited", "60")


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


def test_slug_of_another_issue_is_rejected(put, digest):
    from tests.builders import make_issue

    make_issue(digest, 14, slug="taken")
    response = put(DOCUMENT.replace("date:", "slug: taken\ndate:"))
    assert problem(response) == (422, "invalid-submission")
