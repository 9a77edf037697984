"""Documents become drafts, once each, with a report."""

import json
from base64 import b64encode

import pytest
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import GroupCollectionPermission, GroupPagePermission, PageLogEntry

from digest.contrib.submissions import submitting
from digest.contrib.submissions.api import problems
from digest.contrib.submissions.documents import WORD
from digest.contrib.submissions.models import Submission
from digest.models import DigestPage, IssuePage
from digest.previews.tokens import PreviewToken
from tests.builders import make_digest, make_issue
from tests.contrib.submissions.conftest import DOCUMENT, URL

DRY_RUN = f"{URL}?digest=daily&dry_run=true"


def problem(response):
    return response.status_code, response.json()["type"].partition("#")[2]


def test_document_becomes_a_draft_of_the_keys_user(submit, digest, curator):
    response = submit()
    assert response.status_code == 201
    issue = IssuePage.objects.get(pk=response.json()["issue"]["id"])
    assert (issue.live, issue.owner, issue.get_parent().pk) == (False, curator, digest.pk)
    assert [block.value["heading"] for block in issue.stories] == [
        "Lamps that wait for walkers",
        "A ferry without a timetable",
    ]


def test_response_has_the_report_and_where_to_go_on(submit):
    response = submit()
    data = response.json()
    assert (data["did"], data["published"], data["publishable"]) == ("created", False, True)
    assert data["issue"]["edit_url"].endswith(f"/admin/pages/{data['issue']['id']}/edit/")
    assert data["issue"]["state"] == "draft"
    assert {"place": "line 9", "role": "story", "text": "Lamps that wait for walkers"} in data[
        "report"
    ]["lines"]
    assert response["Location"].endswith(f"{URL}{data['id']}/")
    assert response["ETag"].startswith('"')


def test_findings_have_the_lines_of_the_sender(submit):
    document = DOCUMENT.replace("**Why it matters:** Nobody waits for an empty boat.\n\n", "")
    findings = submit(document).json()["findings"]
    assert {
        "rule": "why_it_matters",
        "level": "warning",
        "message": "Story 2: Say why it matters.",
        "story": 2,
        "pointer": "",
        "place": "lines 17-21",
    } in findings


def test_required_rule_makes_it_unpublishable(submit, digest):
    digest.checklist = {"rules": {"bottom_line": "required"}}
    digest.save()
    data = submit(DOCUMENT.partition("## Bottom line")[0]).json()
    levels = {finding["rule"]: finding["level"] for finding in data["findings"]}
    assert (data["publishable"], levels["bottom_line"]) == (False, "required")


def test_json_has_the_document_and_a_note(submit):
    body = {
        "digest": "daily",
        "document": {"format": "markdown", "text": DOCUMENT},
        "made_with": "night-writer 2",
        "note": "Check the second story.\nThe council has not answered.",
    }
    response = submit(json.dumps(body), URL, content_type="application/json")
    assert response.status_code == 201
    submission = Submission.objects.get()
    assert (submission.made_with, submission.note) == (body["made_with"], body["note"])
    assert submission.issue.title == "Lanterns on the canal"


def test_document_and_json_make_the_same_draft(submit):
    first = IssuePage.objects.get(pk=submit().json()["issue"]["id"])
    stories = [block.value["body"].source for block in first.stories]
    first.delete()
    body = {"digest": "daily", "document": {"format": "markdown", "text": DOCUMENT}}
    submit(json.dumps(body), URL, content_type="application/json")
    assert [block.value["body"].source for block in IssuePage.objects.get().stories] == stories


@pytest.mark.parametrize(
    ("content_type", "document"),
    [
        ("text/html", "<h1>Harbour</h1><p>2026-11-30</p><h2>A crane</h2><p>It turns.</p>"),
        ("text/plain", "Harbour\n2026-11-30\n\n1. A crane\nIt turns and turns.\n"),
        ("text/plain; charset=utf-8", "# Harbour\n2026-11-30\n\n## A crane\n\nIt turns.\n"),
    ],
)
def test_other_formats_are_documents_too(submit, content_type, document):
    response = submit(document, content_type=content_type)
    assert response.status_code == 201, response.json()
    assert response.json()["issue"]["title"] == "Harbour"


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ("# Harbour", "It is not a Word file (.docx)."),
        (b"%PDF-1.7", "It is a PDF file: save it as .docx, HTML, or plain text in UTF-8."),
    ],
)
def test_word_file_that_is_none_has_no_name_that_was_not_sent(submit, document, detail):
    errors = submit(document, content_type=WORD).json()["errors"]
    assert [error["detail"] for error in errors] == [detail]


def test_log_of_the_page_names_the_key(submit, api_key):
    submit(url=f"{URL}?digest=daily&made_with=night-writer")
    entry = PageLogEntry.objects.get(action="digest.submitted")
    assert entry.data == {"key": str(api_key[0]), "made_with": "night-writer"}
    assert entry.message == f"Submitted with the API key {api_key[0]}"


def test_preview_link_is_valid_for_a_day(submit, client):
    url = submit(url=f"{URL}?digest=daily&preview=true").json()["issue"]["preview_url"]
    assert "Lamps that wait" in client.get(url).content.decode()
    token = PreviewToken.objects.get()
    assert token.is_shared
    assert round((token.expires_at - token.created_at).total_seconds()) == 24 * 3600


def test_dry_run_returns_the_report_and_saves_nothing(submit):
    response = submit(url=DRY_RUN, headers={"Idempotency-Key": None})
    data = response.json()
    assert (response.status_code, data["did"], data["id"]) == (200, "would_create", None)
    assert (data["issue"]["id"], data["issue"]["slug"]) == (None, "2026-11-30")
    assert "Location" not in response
    assert not IssuePage.objects.exists()
    assert not Submission.objects.exists()
    assert not PageLogEntry.objects.filter(action="digest.submitted").exists()


def with_image():
    file = get_test_image_file(size=(600, 400)).file
    data = b64encode(file.getvalue()).decode()
    image = f'<p><img alt="A dot" src="data:image/png;base64,{data}"></p>'
    return f"<h1>Dots</h1><p>2026-11-30</p>{image}<h2>One</h2><p>It is a dot.</p>"


def test_dry_run_leaves_no_image(submit, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    assert submit(with_image(), DRY_RUN, content_type="text/html").status_code == 200
    assert not get_image_model().objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_submit_needs_a_workflow(submit, settings):
    settings.WAGTAIL_WORKFLOW_ENABLED = False
    response = submit(url=f"{URL}?digest=daily&action=submit")
    assert problem(response) == (422, "no-workflow")
    assert not IssuePage.objects.exists()


def test_issue_that_exists_is_a_conflict(submit, digest):
    make_issue(digest, 14, slug="2026-11-30", title="Another")
    document = DOCUMENT.replace("date:", "slug: 2026-11-30\ndate:")
    assert problem(submit(document)) == (409, "issue-exists")


def test_own_issue_that_exists_says_how_to_replace_it(submit):
    first = submit()
    second = submit()
    assert problem(second) == (409, "issue-exists")
    assert (second["Location"], second["ETag"]) == (first["Location"], first["ETag"])


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ("## No title\n\nIt has no date either.\n", "none was found"),
        (" ", "It is empty."),
        ("%PDF-1.7 something", "PDF"),
        ("PK\x03\x04 zipped", "Word or ZIP"),
    ],
)
def test_document_without_an_issue_is_rejected(submit, document, detail):
    response = submit(document)
    assert problem(response) == (422, "invalid-submission")
    assert any(detail in error["detail"] for error in response.json()["errors"])
    assert all(error["pointer"] == "" for error in response.json()["errors"])
    assert not Submission.objects.exists()


def test_same_key_and_request_is_replayed(submit):
    first = submit(headers={"Idempotency-Key": "one"})
    second = submit(headers={"Idempotency-Key": "one"})
    assert (second.status_code, second.content) == (201, first.content)
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert IssuePage.objects.count() == Submission.objects.count() == 1


def test_replay_is_the_first_response_after_a_replacement(submit):
    first = submit(headers={"Idempotency-Key": "one"})
    changed = DOCUMENT.replace("eight people", "nine people")
    headers = {"Idempotency-Key": None, "If-Match": "*"}
    assert submit(changed, first["Location"], method="put", headers=headers).status_code == 200
    again = submit(headers={"Idempotency-Key": "one"})
    assert (again.content, again["ETag"]) == (first.content, first["ETag"])


def test_replay_needs_access_to_the_draft(submit, api_key, digest, home_page):
    submit(headers={"Idempotency-Key": "one"})
    IssuePage.objects.get().move(make_digest(home_page, "other"), pos="last-child")
    assert problem(submit(headers={"Idempotency-Key": "one"})) == (404, "not-found")
    IssuePage.objects.get().move(digest, pos="last-child")
    GroupPagePermission.objects.all().delete()
    assert problem(submit(headers={"Idempotency-Key": "one"})) == (403, "forbidden")
    api_key[0].digests.clear()
    assert problem(submit(headers={"Idempotency-Key": "one"})) == (404, "not-found")


@pytest.mark.parametrize("url", [f"{URL}?digest=daily", f"{URL}?digest=daily&preview=true"])
def test_same_key_with_another_request_is_rejected(submit, url):
    submit(headers={"Idempotency-Key": "one"})
    document = DOCUMENT if "preview" in url else f"{DOCUMENT}More."
    response = submit(document, url, headers={"Idempotency-Key": "one"})
    assert problem(response) == (422, "idempotency-key-reused")


def test_failure_leaves_the_idempotency_key_unused(submit):
    assert submit("No issue", headers={"Idempotency-Key": "one"}).status_code == 422
    assert submit(headers={"Idempotency-Key": "one"}).status_code == 201


@pytest.mark.parametrize("key", [None, "", "a" * 256, "a b", "é", "a\x7f"])
def test_idempotency_key_is_required(submit, key):
    response = submit(headers={"Idempotency-Key": key})
    assert problem(response) == (400, "idempotency-key-required")
    detail = response.json()["detail"]
    assert detail == (
        problems.INVALID_IDEMPOTENCY_KEY
        if key
        else "Send a new Idempotency-Key, as a UUID, with each document."
    )


def test_images_of_a_document_are_added(submit, curator):
    assert submit(with_image(), content_type="text/html").status_code == 201
    assert get_image_model().objects.get().uploaded_by_user == curator


def test_images_are_not_left_out_without_permission(submit):
    GroupCollectionPermission.objects.all().delete()
    response = submit(with_image(), content_type="text/html")
    assert problem(response) == (422, "invalid-submission")
    assert "images: there is no public collection" in response.json()["errors"][0]["detail"]
    assert submit().status_code == 201


@pytest.mark.parametrize("document", [DOCUMENT.encode("utf-16"), DOCUMENT.encode() + b"\xff"])
@pytest.mark.parametrize("media_type", ["text/markdown", "text/html", "text/plain"])
def test_document_that_is_not_utf8_is_malformed(submit, document, media_type):
    response = submit(document, content_type=media_type)
    assert problem(response) == (400, "invalid-request")
    assert response.json()["errors"][0]["code"] == "encoding"


def test_markdown_is_not_read_as_a_mail(submit):
    head = "From: a@example.org\nTo: b@example.org\nSubject: Mail\nContent-Type: text/html\n\n"
    response = submit(f"{head}# Harbour\n2026-11-30\n\n## A crane\n\nIt turns.\n")
    assert response.status_code == 201
    assert response.json()["issue"]["title"] != "Mail"


def test_digest_that_is_deleted_meanwhile_does_not_exist(submit, digest, monkeypatch):
    claim = submitting._claim

    def delete_first(submission):
        claim(submission)
        DigestPage.objects.get(pk=digest.pk).delete()

    monkeypatch.setattr(submitting, "_claim", delete_first)
    assert problem(submit()) == (404, "not-found")


def test_markup_is_inert_everywhere(submit, admin_client):
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    document = DOCUMENT.replace("The lamps glow", f"{hostile} The lamps glow")
    document = document.replace("## Lamps that", f"## {hostile} Lamps that")
    document = document.replace("[Cities, Light]", f"['{hostile}']")
    response = submit(document, f"{URL}?digest=daily&made_with={hostile}&preview=true")
    assert response.status_code == 201
    issue = response.json()["issue"]
    for url in (issue["edit_url"], issue["preview_url"]):
        html = admin_client.get(url).content.decode()
        assert "Lamps that" in html
        assert "<img src=x" not in html
        assert "<script>alert" not in html
