"""The listing of submissions: who sees what, the states, the filters and the export."""

import csv
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from digest.contrib.submissions.models import ApiKey, IssueProvenance, Submission
from digest.contrib.submissions.outcomes import listed_state, state_of, with_issues
from tests.admin.helpers import make_user, schedule
from tests.builders import make_digest, make_issue
from tests.contrib.submissions.conftest import DOCUMENT

EDITORS, WRITERS = "Digest editors", "Digest writers"
URL = "/admin/digest/submissions/"
NOBODY = "Published without review by a person"


def html(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def make(api_key, digest):
    """Return a function that stores the submission of an issue."""

    def make(issue, number=0, lines=(), findings=(), **fields):
        report = {"summary": "1 story.", "not_understood": len(lines), "lines": list(lines)}
        fields = {"key": api_key[0], "key_name": "The curator", "digest": digest} | fields
        fields |= {"response": json.dumps({"report": report, "findings": list(findings)})}
        fields = {"uses_ai": True} | fields
        return Submission.objects.create(issue=issue, idempotency_key=f"{issue}{number}", **fields)

    return make


def test_editor_sees_a_submission_with_its_report(log_in, client, submit):
    log_in(EDITORS)
    submit(url="/api/v1/submissions/?digest=daily&made_with=a-model")
    row = Submission.objects.get()
    page = html(client.get(URL))
    edit_url = reverse("wagtailadmin_pages:edit", args=[row.issue_id])
    for text in ("Lanterns on the canal", edit_url, "The curator", "a-model", "Draft", "Daily"):
        assert text in page


def cells(page):
    return re.findall(r"<td[^>]*> (\S+) </td>", page)


def test_list_counts_what_was_not_understood_and_found(log_in, client, make, digest):
    lines = [{"place": "line 1", "role": role, "text": "?"} for role in ("not understood", "text")]
    make(make_issue(digest), lines=lines, findings=[{}] * 7, note="Look at it")
    log_in(EDITORS)
    page = html(client.get(URL))
    assert "Look at it" in page
    assert cells(page).index("1") < cells(page).index("7")


def test_pruned_response_is_shown_as_unknown(log_in, client, make, digest):
    make(make_issue(digest))
    Submission.objects.update(response="", document="")
    log_in(EDITORS)
    assert cells(html(client.get(URL))).count("–") == 2


def in_state(state, digest, user):
    """Return an issue in a state; None for one that was deleted."""
    issue = make_issue(digest, publish=state in ("published", "unpublished"))
    if state == "unpublished":
        issue.unpublish()
    if state == "scheduled":
        schedule(issue)
    if state == "in_review":
        issue.get_workflow().start(issue, user)
    issue.refresh_from_db()
    return None if state == "deleted" else issue


@pytest.mark.parametrize(
    "state", ["draft", "in_review", "scheduled", "published", "unpublished", "deleted"]
)
def test_state_in_the_list_is_that_of_the_api(make, digest, curator, state):
    make(in_state(state, digest, curator))
    [row] = with_issues(Submission.objects.all())
    assert (listed_state(row), state_of(Submission.objects.get().issue)) == (state, state)


def test_user_needs_to_be_able_to_edit_the_issues(client, make, digest, home_page):
    other = make_digest(home_page, "other")
    make(make_issue(digest, title="Of the daily"))
    make(make_issue(other, title="Of the other"), digest=other)
    cases = [("add", [302, ""]), ("publish", [302, ""]), ("change", [200, "Of the daily"])]
    for permission, (status, title) in cases:
        client.force_login(make_user(permission, digest, permission))
        response = client.get(URL)
        assert response.status_code == status
        assert client.get(f"{URL}?export=csv").status_code == status
        assert client.get(f"{URL}results/").status_code == status
        assert (URL in client.get("/admin/").content.decode()) == bool(title)
        if title:
            assert title in html(response)
            assert "Of the other" not in html(response)


def test_issue_moved_out_of_reach_is_not_named(log_in, client, make, digest, home_page):
    log_in(EDITORS)
    issue = make_issue(digest, title="Moved away")
    make(issue)
    issue.move(make_digest(home_page, "other"), pos="last-child")
    page = html(client.get(URL))
    assert "An issue that you may not edit" in page
    assert "Moved away" not in page
    assert "Moved away" not in export(client)


def test_approver_of_an_issue_moved_out_of_reach_is_not_named(
    log_in, client, make, digest, home_page, edith
):
    user = make_user("editor", digest, "change")
    issue = make_issue(digest, publish=False)
    make(issue)
    issue.get_latest_revision().publish(user=edith)
    client.force_login(user)
    assert "Edith Example" in export(client)
    issue.refresh_from_db()
    issue.move(make_digest(home_page, "other"), pos="last-child")
    _, row = csv.reader(export(client).splitlines())
    assert row[5:] == ["An issue that you may not edit", "", "Published", "", ""]


def test_deleted_issue_stays_in_the_list(log_in, client, submit):
    log_in(EDITORS)
    submit()
    Submission.objects.get().issue.delete()
    assert "Deleted" in html(client.get(URL))


@pytest.mark.parametrize("name", ["digest", "key"])
def test_list_is_filtered(admin_client, make, digest, home_page, curator, name):
    other = make_digest(home_page, "other")
    key, _text = ApiKey.make("Another", curator, [other])
    make(make_issue(digest, title="One"))
    make(make_issue(other, title="Two"), digest=other, key=key)
    value = {"digest": other, "key": key}[name].pk
    page = html(admin_client.get(f"{URL}results/?{name}={value}"))
    assert "Two" in page
    assert "One" not in page


def test_filters_offer_what_the_user_may_see(log_in, client, make, digest, home_page, curator):
    other = make_digest(home_page, "other")
    make(make_issue(digest))
    hidden, _text = ApiKey.make("Hidden", curator, [other])
    make(make_issue(other), digest=other, key=hidden)
    log_in(EDITORS)
    fields = client.get(URL).context["filters"].form.fields
    assert list(fields["digest"].queryset) == [digest]
    assert [key.name for key in fields["key"].queryset] == ["The curator"]


@pytest.mark.parametrize(("group", "has_link"), [(EDITORS, True), (WRITERS, False)])
def test_empty_list_says_what_is_missing(log_in, client, group, has_link):
    log_in(group)
    page = html(client.get(URL))
    assert "No script has submitted an issue yet." in page
    assert ("A script needs a digest key." in page) == has_link


def export(client):
    response = client.get(f"{URL}?export=csv")
    return b"".join(response.streaming_content).decode()


def test_export_is_a_record(log_in, client, make, digest):
    issue = make_issue(digest, title="One")
    make(issue, made_with='=HYPERLINK("x")')
    make(make_issue(digest, 2, title="Two", publish=False))
    make(None, number=1, made_with="a-model", uses_ai=False)
    log_in(EDITORS)
    heading, *rows = csv.reader(export(client).splitlines())
    assert heading == [
        *("API key", "Made with", "Writes with AI", "Submitted", "Digest", "Issue", "URL", "State"),
        *("Approved by", "Approved"),
    ]
    shown = [(*row[:3], *row[4:8]) for row in rows]
    assert shown == [
        ("The curator", "a-model", "No", "Daily", "–", "", "Deleted"),
        ("The curator", "", "Yes", "Daily", "Two", "", "Draft"),
        ("The curator", '\'=HYPERLINK("x")', "Yes", "Daily", "One", issue.full_url, "Published"),
    ]


def test_export_says_who_has_approved(log_in, client, make, digest, admin_user):
    user = log_in(EDITORS, "edith")
    first, second, third = (make_issue(digest, day, publish=False) for day in (1, 2, 3))
    for issue in (first, second, third):
        make(issue)
    first.get_latest_revision().publish()
    second.get_latest_revision().publish(user=user)
    user.first_name = "=Edith"
    third.get_latest_revision().publish(user=user)
    at = [row.approved_at for row in IssueProvenance.objects.order_by("issue")]
    _, *rows = csv.reader(export(client).splitlines())
    shown = [tuple(row[8:]) for row in rows]
    moments = [each.isoformat(" ", "seconds") for each in at[1:]]
    assert shown == [("'=Edith", moments[1]), ("edith", moments[0]), (NOBODY, "")]
    user.delete()
    client.force_login(admin_user)
    _, *rows = csv.reader(export(client).splitlines())
    assert [row[8] for row in rows] == ["'=Edith", "edith", NOBODY]
    IssueProvenance.objects.update(approver_username="")
    assert "An account that was deleted" in export(client)


def test_list_is_filtered_by_issues_that_nobody_has_approved(log_in, client, make, digest):
    user = log_in(EDITORS)
    for day, title in enumerate(["One", "Two", "Three", "Four"], 1):
        make(make_issue(digest, day, title=title, publish=False))
    revisions = [row.issue.get_latest_revision() for row in Submission.objects.order_by("issue")]
    revisions[0].publish(user=user)
    revisions[1].publish()
    revisions[2].publish()
    Submission.objects.get(issue=revisions[2].object_id).issue.unpublish()
    page = html(client.get(f"{URL}results/?approver=nobody"))
    assert [title for title in ("One", "Two", "Three", "Four") if title in page] == ["Two"]


def test_export_takes_a_constant_number_of_queries(log_in, client, make, digest):
    def count():
        with CaptureQueriesContext(connection) as queries:
            export(client)
        return len(queries)

    def submit_and_publish(day):
        issue = make_issue(digest, day, publish=False)
        make(issue)
        issue.get_latest_revision().publish(user=user)

    user = log_in(EDITORS)
    submit_and_publish(1)
    count()  # warms up
    few = count()
    for day in (2, 3, 4):
        submit_and_publish(day)
    assert count() == few


def test_texts_of_a_script_are_escaped(log_in, client, submit):
    log_in(EDITORS)
    document = DOCUMENT.replace("Lanterns", "<script>alert(1)</script>")
    submit(document, url="/api/v1/submissions/?digest=daily&made_with=%3Cscript%3Ealert(2)")
    page = html(client.get(URL))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(2)" in page


def test_number_of_queries_does_not_depend_on_submissions(log_in, client, make, digest):
    def count(url):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
            b"".join(response) if response.streaming else response.content
        return len(queries)

    log_in(EDITORS)
    make(make_issue(digest, 1))
    few = [count(URL), count(f"{URL}?export=csv")]
    for day in range(2, 8):
        make(schedule(make_issue(digest, day, publish=False), day))
    assert [count(URL), count(f"{URL}?export=csv")] == few
