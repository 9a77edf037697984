"""The endpoint: methods, keys, origins, limits, and what it never changes."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.views.debug import ExceptionReporter

from digest.contrib.mcp.instructions import INSTRUCTIONS
from digest.contrib.mcp.views import server
from digest.contrib.submissions.api.authentication import ApiKeyAuthentication
from digest.contrib.submissions.models import ApiKey, Submission
from digest.models import IssuePage
from tests.builders import make_digest
from tests.contrib.submissions.conftest import DOCUMENT

pytestmark = pytest.mark.django_db
URL = "/mcp/"
WITHOUT_A_KEY = ["search_stories", "list_issues", "get_issue", "find_repeats"]


def names_of(response):
    return [tool["name"] for tool in response.json()["result"]["tools"]]


@pytest.mark.parametrize("method", ["get", "delete", "put", "patch", "head", "options"])
def test_it_takes_post_only(client, method):
    response = getattr(client, method)(URL)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response["Cache-Control"] == "private, no-store"


def test_no_response_may_be_stored(send, api_key):
    for response in (send("tools/list"), send("nothing"), send("tools/list", "digest_wrong")):
        assert response["Cache-Control"] == "private, no-store"
        assert response["Vary"].startswith("Authorization, Origin")
        assert response["X-Robots-Tag"] == "noindex"
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 200),  # of the site
        ("http://testserver", 403),  # which only the header Host names
        ("https://frontend.example", 403),
        ("https://evil.example", 403),
        ("http://testserver.evil.example", 403),
        ("null", 403),
        ("http://[", 403),
        ("", 403),
    ],
)
def test_browsers_may_send_from_the_site_only(send, settings, origin, status):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://frontend.example"}
    response = send("tools/list", headers={"Origin": origin})
    assert response.status_code == status
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_session_is_neither_read_nor_ended(client, send, admin_user, issue):
    client.force_login(admin_user)
    call = {"name": "list_issues", "arguments": {}}
    for _time in range(2):
        with CaptureQueriesContext(connection) as queries:
            response = send("tools/call", **call)
        read = [query["sql"] for query in queries]
        assert not any("django_session" in sql or "auth_user" in sql for sql in read)
        assert "Cookie" not in response["Vary"]
        assert not response.cookies
        admin_user.set_password("another")  # so that the session is stale
        admin_user.save()
    assert Session.objects.count() == 1


def test_texts_are_in_the_language_of_the_site(call):
    english = call("search_stories")
    with translation.override("de"):  # as a middleware of the site may do
        assert call("search_stories") == english


def expire(key):
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def deactivate(key):
    key.user.is_active = False
    key.user.save()


@pytest.mark.parametrize("change", [ApiKey.revoke, expire, deactivate, ApiKey.delete])
def test_invalid_key_is_never_anonymous(send, api_key, change):
    row, text = api_key
    assert send("tools/list", text).status_code == 200
    change(row)
    response = send("tools/list", text)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response.json()["error"]["data"]["type"].endswith("#unauthorized")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer x", "Basic YTpi", "digest_x", "bearer  "])
def test_no_header_with_another_value_is_anonymous(send, value):
    response = send("tools/list", headers={"Authorization": value})
    assert response.status_code == 401
    assert response.json()["error"]["data"]["status"] == 401


def test_a_refused_key_costs_one_query(send, api_key):
    send("tools/list")
    api_key[0].revoke()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        send("tools/list", api_key[1])
    assert len(queries) == 1


def test_tools_are_those_that_the_request_may_call(send, api_key):
    assert names_of(send("tools/list")) == WITHOUT_A_KEY
    listed = send("tools/list", api_key[1])
    assert names_of(listed)[4:] == [
        "check_issue",
        "submit_issue",
        "update_submission",
        "get_submission",
    ]
    assert len(listed.content) <= 10_000


@pytest.mark.parametrize("name", ["submit_issue", "get_submission", "publish_issue", "", "x" * 200])
def test_other_tools_are_unknown(send, name):
    response = send("tools/call", name=name, arguments={})
    assert response.json()["error"] == {"code": -32602, "message": f"Unknown tool: {name!r}"}


def test_without_search_there_is_no_tool_for_it(send, monkeypatch):
    monkeypatch.setattr("digest.contrib.mcp.api.endpoints.exists", lambda name: False)
    server.cache_clear()
    try:
        assert names_of(send("tools/list")) == WITHOUT_A_KEY[1:]
        found = send("tools/call", name="search_stories", arguments={"query": "lamps"}).json()
        assert found["error"]["message"] == "Unknown tool: 'search_stories'"
    finally:
        server.cache_clear()


def test_requests_count_once_against_the_limit_of_the_read_api(send, settings, issue):
    settings.DIGEST_API_THROTTLE_RATE = "2/hour"
    call = {"name": "list_issues", "arguments": {}}
    assert send("tools/call", **call)["RateLimit"].startswith('"address";r=1;')
    assert not send("tools/call", **call).json()["result"]["isError"]
    response = send("tools/list")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert response.json()["error"]["data"]["retry_after"] == int(response["Retry-After"])


def test_limit_of_submissions_is_a_result(call, settings, api_key):
    settings.DIGEST_SUBMISSION_RATE = "1/hour"
    document = {"digest": "daily", "document": DOCUMENT}
    assert not call("check_issue", api_key[1], **document)["isError"]
    refused = call("check_issue", api_key[1], **document)
    assert refused["isError"]
    found = refused["structuredContent"]
    assert found["errors"][0]["code"] == "too-many-requests"
    assert 0 < found["retry_after"] <= 3600
    assert f"Call again in {found['retry_after']} seconds." in refused["content"][0]["text"]


def rows():
    models = [Submission, ApiKey, IssuePage]
    return [serializers.serialize("json", model.objects.order_by("pk")) for model in models]


def test_without_a_valid_key_nothing_changes(send, issue, api_key):
    row, text = api_key
    row.revoke()
    before = rows()
    with CaptureQueriesContext(connection) as queries:
        for key in ("", text):
            for name in [*WITHOUT_A_KEY, "submit_issue", "check_issue", "update_submission"]:
                for arguments in ({}, {"query": "lamps"}, {"id": issue.pk}, {"urls": ["a"]}):
                    send("tools/call", key, name=name, arguments=arguments)
    assert rows() == before
    writes = ("INSERT", "UPDATE", "DELETE")
    assert [query["sql"] for query in queries if query["sql"].startswith(writes)] == []


def test_arguments_and_keys_are_not_logged(call, api_key, caplog):
    caplog.set_level("DEBUG")
    call("check_issue", api_key[1], digest="daily", document="Secretword")
    call("check_issue", api_key[1], digest="daily", document=5)
    logged = "".join(str(vars(record)) for record in caplog.records if record.name[:6] == "django")
    assert "check_issue" in logged
    assert "Secretword" not in logged
    assert api_key[1] not in logged


def test_a_failure_is_a_result_and_reported(client, call, issue, monkeypatch, caplog):
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        raise RuntimeError("unsaid")

    monkeypatch.setattr("digest.contrib.mcp.repeats.find", fail)
    result = call("find_repeats", headings=["Lamps"])
    assert (result["isError"], result["structuredContent"]["status"]) == (True, 500)
    assert "unsaid" not in json.dumps(result)
    assert "find_repeats has failed" in caplog.text


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("unsaid"), 500), (OperationalError("locked"), 503)]
)
def test_a_failure_outside_a_tool_is_a_protocol_error(
    client, send, api_key, monkeypatch, error, status
):
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(ApiKeyAuthentication, "authenticate", fail)
    monkeypatch.setattr("digest.contrib.mcp.api.failures.is_busy", lambda error: True)
    response = send("tools/list", api_key[1])
    assert (response.status_code, response.get("Retry-After")) == (
        status,
        "5" if status == 503 else None,
    )
    assert response["Cache-Control"] == "private, no-store"
    assert response.json()["error"]["data"]["status"] == status
    assert "unsaid" not in response.content.decode()


def test_a_busy_database_is_a_result(client, call, issue, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("locked")

    monkeypatch.setattr("digest.contrib.mcp.repeats.find", fail)
    monkeypatch.setattr("digest.contrib.mcp.api.failures.is_busy", lambda error: True)
    found = call("find_repeats", headings=["Lamps"])["structuredContent"]
    assert (found["status"], found["retry_after"]) == (503, 5)


def test_reports_have_neither_documents_nor_keys(client, call, api_key, monkeypatch, caplog):
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        raise RuntimeError("unsaid")

    monkeypatch.setattr("digest.contrib.mcp.api.endpoints.resolve", fail)
    call("check_issue", api_key[1], digest="daily", document="Secretword")
    [record] = [each for each in caplog.records if "has failed" in each.getMessage()]
    request = RequestFactory().get("/")
    report = ExceptionReporter(request, *record.exc_info, is_email=True).get_traceback_html()
    assert "check_issue" in report
    assert "Secretword" not in report
    assert api_key[1] not in report


def test_instructions_are_short_and_their_document_is_understood(call, api_key):
    assert len(INSTRUCTIONS.splitlines()) <= 30
    document = INSTRUCTIONS[INSTRUCTIONS.index("---") : INSTRUCTIONS.index("Check a document")]
    checked = call("check_issue", api_key[1], digest="daily", document=document)
    assert checked["structuredContent"]["report"]["not_understood"] == 0


def test_a_live_page_at_its_path_is_a_warning(home_page, capsys):
    page = make_digest(home_page, "mcp", title="Our MCP")
    call_command("check", "--database", "default")
    assert "the page 'Our MCP': /mcp/ is the path" in capsys.readouterr().err
    page.unpublish()
    call_command("check", "--database", "default")
    assert "W050" not in capsys.readouterr().err


def test_llms_txt_names_it(client, digest):
    line = "- [MCP server](http://localhost/mcp/): tools for AI assistants"
    assert line in client.get("/llms.txt").content.decode()


def test_without_the_app_its_path_is_that_of_a_page():
    code = "import django; django.setup(); from django.urls import resolve; "
    code += "print(resolve('/mcp/').view_name, end='')"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.core_settings"}
    found = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert found == "wagtail_serve"
