"""The tools for drafts do what the endpoints of submissions do, and never more."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import Client
from wagtail.models import Workflow

import digest.contrib.mcp as app
from digest.contrib.mcp.api.definitions import TOOLS
from digest.contrib.submissions.models import ApiKey, Submission
from digest.models import IssuePage
from tests.builders import make_digest
from tests.contrib.mcp.test_reading import call as call
from tests.contrib.mcp.test_reading import refused, text_of
from tests.contrib.submissions.conftest import DOCUMENT

pytestmark = pytest.mark.django_db


@pytest.fixture(params=ApiKey.Level.values)
def key(request, api_key):
    row, text = api_key
    ApiKey.objects.filter(pk=row.pk).update(level=request.param)
    return text


@pytest.fixture
def submit(call, key):
    """Return a function that submits a document with a new idempotency key."""

    def submit(document=DOCUMENT, digest="daily", **arguments):
        arguments = {"idempotency_key": str(uuid.uuid4())} | arguments
        return call("submit_issue", key, digest=digest, document=document, **arguments)

    return submit


def test_a_check_saves_nothing(call, key):
    issues = IssuePage.objects.count()
    result = call("check_issue", key, digest="daily", document=DOCUMENT)
    found = result["structuredContent"]
    assert (found["did"], found["id"], found["etag"]) == ("would_create", None, None)
    assert (Submission.objects.count(), IssuePage.objects.count()) == (0, issues)


def test_findings_point_into_the_arguments(call, key):
    document = DOCUMENT.replace("Sources: [The lighting plan](https://www.example.org/plan/)", "")
    result = call("check_issue", key, digest="daily", document=document)
    findings = result["structuredContent"]["findings"]
    assert {finding["pointer"] for finding in findings} == {"/document"}
    assert any(finding["rule"] == "story_source" and finding["place"] for finding in findings)
    assert all(finding["message"] in text_of(result) for finding in findings)


def test_a_draft_of_a_tool_is_that_of_the_endpoint(client, submit, key):
    result = submit(made_with="Some model")
    found = result["structuredContent"]
    submission = Submission.objects.get()
    assert (str(submission.pk), submission.made_with) == (found["id"], "Some model")
    assert (submission.uses_ai, submission.key_name) == (True, "The curator")
    assert found["etag"] == submission.revision_hash
    response = client.get(
        f"/api/v1/submissions/{submission.pk}/", headers={"Authorization": f"Bearer {key}"}
    )
    shown = response.json()["response"]
    for finding in shown["findings"]:
        finding["pointer"] = "/document"
    assert found == shown | {"etag": found["etag"]}
    assert found["issue"]["edit_url"] in text_of(result)


def test_a_second_call_with_the_same_key_repeats_the_result(submit):
    idempotency_key = str(uuid.uuid4())
    first, second = (submit(idempotency_key=idempotency_key) for _time in range(2))
    assert first == second
    other = submit(DOCUMENT.replace("glow", "shine"), idempotency_key=idempotency_key)
    assert refused(other) == [("", "idempotency-key-reused")]
    assert Submission.objects.count() == 1


def test_no_call_publishes_or_starts_a_review(call, submit, key, admin_user):
    ApiKey.objects.update(user=admin_user)  # who may do everything
    found = submit()["structuredContent"]
    again = {"id": found["id"], "document": DOCUMENT.replace("glow", "shine")}
    updated = call("update_submission", key, **again, etag=found["etag"])["structuredContent"]
    issue = IssuePage.objects.get(pk=found["issue"]["id"])
    assert (issue.live, issue.go_live_at, issue.current_workflow_state) == (False, None, None)
    assert (found["published"], updated["published"]) == (False, False)
    for name in ("action", "note", "issue", "publish"):
        refusal = submit(**{name: "publish"})
        assert refused(refusal) == [(f"/{name}", "unknown")]
    assert Workflow.objects.exists()
    assert not any("publish" in tool.name for tool in TOOLS)


def test_the_code_names_no_other_action_than_draft():
    code = "".join(path.read_text("utf-8") for path in Path(app.__file__).parent.rglob("*.py"))
    assert '"submit"' not in code
    assert '"publish"' not in code


@pytest.mark.parametrize("etag", ["{}", '"{}"', 'W/"{}"'])
def test_an_update_takes_the_etag_in_any_spelling(call, submit, key, etag):
    found = submit()["structuredContent"]
    again = {"id": found["id"], "document": DOCUMENT.replace("glow", "shine")}
    updated = call("update_submission", key, **again, etag=etag.format(found["etag"]))
    assert updated["structuredContent"]["did"] == "updated"
    read = call("get_submission", key, id=found["id"])["structuredContent"]
    assert read["etag"] == updated["structuredContent"]["etag"] != found["etag"]
    assert (read["state"], read["outcome"]["changed_by_editors"]) == ("draft", False)


def test_errors_name_tools(call, submit, key):
    found = submit()["structuredContent"]
    again = submit(DOCUMENT.replace("glow", "shine"))
    problem = again["structuredContent"]
    assert refused(again) == [("", "issue-exists")]
    assert (problem["id"], problem["etag"]) == (found["id"], found["etag"])
    arguments = {"id": problem["id"], "etag": problem["etag"], "document": DOCUMENT + "\nMore."}
    updated = call("update_submission", key, **arguments)
    assert updated["structuredContent"]["did"] == "updated"
    late = call("update_submission", key, **arguments | {"document": DOCUMENT})
    for result, name in ((again, "update_submission"), (late, "get_submission")):
        assert name in text_of(result)
        assert not {"PUT", "GET", "If-Match"} & set(text_of(result).split())


def test_the_id_comes_first_in_the_text(call, submit, key):
    result = submit()
    found = result["structuredContent"]
    first = f"id {found['id']}, etag {found['etag']}\n"
    assert text_of(result).startswith(first)
    assert text_of(call("get_submission", key, id=found["id"])).startswith(first)


def test_an_editor_s_newer_draft_is_not_replaced(call, submit, key):
    found = submit()["structuredContent"]
    issue = IssuePage.objects.get(pk=found["issue"]["id"])
    issue.title = "Changed by an editor"
    issue.save_revision()
    again = {"id": found["id"], "document": DOCUMENT.replace("glow", "shine")}
    result = call("update_submission", key, **again, etag=found["etag"])
    assert refused(result) == [("", "changed-meanwhile")]
    latest = IssuePage.objects.get(pk=issue.pk).get_latest_revision_as_object()
    assert latest.title == "Changed by an editor"


@pytest.mark.parametrize("etag", ["*", '"*"', "W/*", 'W/"*"', '"x", *', '"x", "*"', ' "*" '])
def test_no_etag_matches_any_draft(call, submit, key, etag):
    found = submit()["structuredContent"]
    issue = IssuePage.objects.get(pk=found["issue"]["id"])
    issue.title = "Changed by an editor"
    issue.save_revision()
    again = {"id": found["id"], "document": DOCUMENT.replace("glow", "shine")}
    result = call("update_submission", key, **again, etag=etag)
    assert refused(result) == [("/etag", "invalid")]
    assert "Send the etag of the draft" in text_of(result)
    latest = IssuePage.objects.get(pk=issue.pk).get_latest_revision_as_object()
    assert latest.title == "Changed by an editor"


@pytest.mark.parametrize(
    ("name", "arguments", "errors"),
    [
        ("check_issue", {}, [("/digest", "required"), ("/document", "required")]),
        ("check_issue", {"document": 5}, [("/document", "type")]),
        ("check_issue", {"document": ""}, [("/document", "blank")]),
        ("check_issue", {"document": "Hello"}, [("/document", "rejected")] * 2),
        ("check_issue", {"document": "a\0b"}, [("/document", "characters")]),
        ("check_issue", {"digest": "nobodys"}, [("", "not-found")]),
        ("check_issue", {"digest": "weekly"}, [("", "not-found")]),
        (
            "submit_issue",
            {},
            [(f"/{name}", "required") for name in ("digest", "document", "idempotency_key")],
        ),
        ("submit_issue", {"idempotency_key": ""}, [("/idempotency_key", "blank")]),
        ("submit_issue", {"idempotency_key": "é"}, [("", "idempotency-key-required")]),
        ("submit_issue", {"idempotency_key": "a b"}, [("", "idempotency-key-required")]),
        ("update_submission", {"id": "x"}, [("/id", "invalid")]),
        ("update_submission", {"id": str(uuid.uuid4())}, [("", "not-found")]),
        ("get_submission", {"id": 5}, [("/id", "type")]),
        ("get_submission", {"id": str(uuid.uuid4())}, [("", "not-found")]),
    ],
)
def test_wrong_arguments_are_named(call, key, home_page, name, arguments, errors):
    make_digest(home_page, "weekly")  # is none of the key
    valid = {"digest": "daily", "document": DOCUMENT, "idempotency_key": "k"}
    names = {tool.name: tool.arguments().fields for tool in TOOLS}[name]
    filled = {key: value for key, value in valid.items() if key in names} if arguments else {}
    if name == "update_submission":
        filled["etag"] = "0"
    assert refused(call(name, key, **(filled | arguments))) == errors
    assert Submission.objects.count() == 0


def test_a_submission_of_another_key_is_not_found(call, submit, digest, curator):
    found = submit()["structuredContent"]
    other = ApiKey.make("Another", curator, [digest])[1]
    assert refused(call("get_submission", other, id=found["id"])) == [("", "not-found")]
    again = {"id": found["id"], "document": DOCUMENT, "etag": found["etag"]}
    assert refused(call("update_submission", other, **again)) == [("", "not-found")]


def test_what_the_key_may_do_ends_with_the_rights_of_its_user(call, submit, key, curator):
    found = submit()["structuredContent"]
    curator.groups.clear()
    for result in (submit(), call("get_submission", key, id=found["id"])):
        assert refused(result) == [("", "forbidden")]


def test_a_long_report_is_cut_with_a_note(call, submit, key):
    head, _stories, _rest = DOCUMENT.partition("## ")
    document = head + "".join(f"## Story {number}\n\nText {number}.\n\n" for number in range(150))
    result = submit(document)
    found = result["structuredContent"]
    assert "Too long: `report.lines` has only the first" in text_of(result)
    assert text_of(result).startswith(f"id {found['id']}, etag {found['etag']}\ncreated: ")
    read = call("get_submission", key, id=found["id"])
    assert read["structuredContent"]["etag"] == found["etag"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="It has one writer at a time.")
def test_twenty_calls_at_once_with_one_idempotency_key_make_one_draft(api_key):
    arguments = {"digest": "daily", "document": DOCUMENT, "idempotency_key": "one"}
    params = {"name": "submit_issue", "arguments": arguments}
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    headers = {"Authorization": f"Bearer {api_key[1]}"}

    def send(_number):
        try:
            return Client().post("/mcp/", message, "application/json", headers=headers)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(send, range(20)))
    [answer] = {response.content for response in responses}
    assert json.loads(answer)["result"]["structuredContent"]["did"] == "created"
    assert IssuePage.objects.count() == Submission.objects.count() == 1
