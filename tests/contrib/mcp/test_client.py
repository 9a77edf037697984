"""The official client lists and calls every tool over HTTP, in both revisions."""

import uuid

import pytest
from mcp import MCPError

from digest.contrib.submissions.models import ApiKey, Submission
from tests.contrib.mcp.assistant import REVISIONS, Assistant
from tests.contrib.submissions.conftest import DOCUMENT

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.parametrize("revision", REVISIONS),
]
FOR_ALL = ["search_stories", "list_issues", "get_issue", "find_repeats"]
WITH_A_KEY = ["check_issue", "submit_issue", "update_submission", "get_submission"]


@pytest.fixture
def url(live_server):
    return f"{live_server.url}/mcp/"


@pytest.fixture(params=ApiKey.Level.values)
def key(request, api_key):
    row, text = api_key
    ApiKey.objects.filter(pk=row.pk).update(level=request.param)
    return text


def test_anybody_lists_and_calls_the_tools_that_read(url, revision, issue):
    assistant = Assistant(url, revision)
    assert [tool.name for tool in assistant.tools()] == FOR_ALL
    assert "find_repeats" in assistant.instructions()
    found = assistant.call("search_stories", query="lamps")
    assert not found.is_error, found
    assert [result["type"] for result in found.structured_content["results"]] == ["story"]
    listed = assistant.call("list_issues", digest="daily").structured_content["results"]
    assert [each["id"] for each in listed] == [issue.pk]
    read = assistant.call("get_issue", id=issue.pk)
    assert read.content[0].text.startswith("---\ntitle:")
    assert assistant.call("get_issue", digest="daily", date="latest") == read
    asked = {"headings": ["Lamps that wait for a walker"], "urls": ["https://nowhere.example/a"]}
    [same, other] = assistant.call("find_repeats", **asked).structured_content["results"]
    assert ([each["id"] for each in same["issues"]], other["issues"]) == ([issue.pk], [])
    for name in WITH_A_KEY:
        with pytest.raises(MCPError, match="Unknown tool"):
            assistant.call(name)


def test_a_key_of_each_level_submits_and_corrects_a_draft(url, revision, issue, key):
    assistant = Assistant(url, revision, key)
    assert [tool.name for tool in assistant.tools()] == [*FOR_ALL, *WITH_A_KEY]
    document = {"digest": "daily", "document": DOCUMENT}
    checked = assistant.call("check_issue", **document).structured_content
    assert (checked["did"], Submission.objects.count()) == ("would_create", 0)
    made = assistant.call("submit_issue", **document, idempotency_key=str(uuid.uuid4()))
    made = made.structured_content
    assert (made["did"], made["published"]) == ("created", False)
    again = {"id": made["id"], "document": DOCUMENT.replace("glow", "shine")}
    updated = assistant.call("update_submission", **again, etag=made["etag"]).structured_content
    assert updated["did"] == "updated"
    read = assistant.call("get_submission", id=made["id"]).structured_content
    assert (read["state"], read["etag"]) == ("draft", updated["etag"])
    refused = assistant.call("update_submission", **again, etag=made["etag"])
    assert refused.is_error
    assert refused.structured_content["errors"][0]["code"] == "changed-meanwhile"


def test_a_revoked_key_calls_nothing(url, revision, issue, api_key):
    row, text = api_key
    row.revoke()
    with pytest.raises(Exception, match="Send a valid API key"):
        Assistant(url, revision, text).tools()
