"""The side panel of an issue that a script has submitted."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from digest.contrib.submissions.models import IssueProvenance, Submission
from tests.admin.helpers import make_user
from tests.builders import make_issue
from tests.contrib.submissions.conftest import DOCUMENT

EDITORS = "Digest editors"
PANEL = 'data-side-panel="submission"'


def editor(client, issue):
    """Return the HTML of the issue's form with collapsed whitespace."""
    response = client.get(reverse("wagtailadmin_pages:edit", args=[issue.pk]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def submit_json(submit, **fields):
    """Submit a document as JSON, which may have a note."""
    document = {"format": "markdown", "text": DOCUMENT}
    data = {"digest": "daily", "document": document} | fields
    response = submit(json.dumps(data), "/api/v1/submissions/", content_type="application/json")
    assert response.status_code == 201, response.json()
    return Submission.objects.get()


def test_panel_shows_key_script_and_note(log_in, client, submit):
    log_in(EDITORS)
    row = submit_json(submit, made_with="a-model 4", note="See <b>story 2</b>.\nAnd 3.")
    html = editor(client, row.issue)
    panel = html[html.index(PANEL) :]
    for text in ("The curator", "a-model 4", "See &lt;b&gt;story 2&lt;/b&gt;.<br>And 3."):
        assert text in panel
    assert f"/admin/digest/submissions/?digest={row.digest_id}" in panel


@pytest.mark.parametrize(("uses_ai", "word"), [(True, "Yes"), (False, "No")])
def test_panel_says_whether_ai_was_used(log_in, client, submit, uses_ai, word):
    log_in(EDITORS)
    row = submit_json(submit)
    Submission.objects.update(uses_ai=uses_ai)
    assert f"<dt>Writes with AI</dt> <dd>{word}</dd>" in editor(client, row.issue)


def test_panel_lists_what_was_not_understood(log_in, client, submit):
    log_in(EDITORS)
    row = submit_json(submit)
    data = json.loads(row.response)
    data["report"]["lines"] = [
        {"place": "lines 4-9", "role": "not understood", "text": "<i>A table</i>"},
        {"place": "line 10", "role": "story", "text": "A story"},
    ]
    Submission.objects.update(response=json.dumps(data))
    html = editor(client, row.issue)
    assert "<b>lines 4-9</b> (not understood): &lt;i&gt;A table&lt;/i&gt;" in html
    assert "line 10" not in html


def test_panel_outlives_the_stored_response(log_in, client, submit):
    log_in(EDITORS)
    row = submit_json(submit)
    Submission.objects.update(response="", document="")
    row.key.delete()
    html = editor(client, row.issue)
    assert "It is no longer stored." in html
    assert "The curator" in html


def test_other_issues_have_no_panel(log_in, client, digest, submit):
    log_in(EDITORS)
    submit()
    assert PANEL not in editor(client, make_issue(digest))
    add = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    assert PANEL not in client.get(add).content.decode()


def test_panel_says_who_has_approved_what_is_live(log_in, client, submit):
    user = log_in(EDITORS, "edith")
    row = submit_json(submit)
    assert "Approved by" not in editor(client, row.issue)
    row.issue.get_latest_revision().publish(user=user)
    html = editor(client, row.issue)
    assert "<dt>Approved by</dt> <dd>edith, " in html
    IssueProvenance.objects.update(approved_by="Edith <i>Example</i>")
    assert "<dd>Edith &lt;i&gt;Example&lt;/i&gt;, " in editor(client, row.issue)
    Submission.objects.get().issue.unpublish()
    assert "Approved by" not in editor(client, row.issue)


def test_panel_says_that_nobody_has_approved_it(log_in, client, submit):
    log_in(EDITORS)
    row = submit_json(submit)
    row.issue.get_latest_revision().publish()
    assert "<dd>Published without review by a person</dd>" in editor(client, row.issue)


def test_user_who_sees_no_submissions_gets_no_link(client, submit, digest):
    row = submit_json(submit)
    client.force_login(make_user("of-issue", row.issue, "change"))
    html = editor(client, row.issue)
    assert PANEL in html
    assert "/admin/digest/submissions/" not in html[html.index(PANEL) :]


@pytest.mark.parametrize("publish", [True, False])
def test_other_issues_take_one_query(log_in, client, digest, publish):
    log_in(EDITORS)
    issue = make_issue(digest, publish=publish)
    editor(client, issue)
    with CaptureQueriesContext(connection) as queries:
        editor(client, issue)
    found = [query["sql"] for query in queries if "digest_submissions" in query["sql"]]
    assert len([sql for sql in found if "digest_submissions_submission" in sql]) == 1
