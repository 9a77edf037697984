"""Messages that are wrong get a protocol error, and never a crash."""

import gzip
import json

import pytest

from tests.builders import nested

pytestmark = pytest.mark.django_db
URL = "/mcp/"
JSON = "application/json"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
NEW = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list"}


def refusal(response):
    """Return the status and the code of an error."""
    found = response.json()
    assert found["jsonrpc"] == "2.0"
    assert response["Cache-Control"] == "private, no-store"
    return response.status_code, found["error"]["code"]


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"5",
        b"NaN",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"jsonrpc": "2.0", "jsonrpc": "2.0"}',
        b'{"id": 1e999}',
        b'{"id": "\\ud800"}',
        b'{"id": ' + b"9" * 5000 + b"}",
        json.dumps(nested(65)).encode(),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'[{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}]',
        b"{}",
        b'{"jsonrpc": "1.0", "id": 1, "method": "tools/list"}',
        b'{"jsonrpc": "2.0", "id": null, "method": "tools/list"}',
        b'{"jsonrpc": "2.0", "id": {}, "method": "tools/list"}',
        b'{"jsonrpc": "2.0", "id": 1, "method": 5}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": []}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_body_that_is_no_message(client, body):
    assert refusal(client.post(URL, body, JSON))[0] == 400


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("text/plain", {}),
        ("application/x-www-form-urlencoded", {}),
        ("multipart/form-data; boundary=x", {}),
        ("application/json; charset=latin-1", {}),
        ("", {}),
        (JSON, {"Content-Encoding": "gzip"}),
    ],
)
def test_other_types_of_bodies(client, content_type, headers):
    response = client.post(URL, json.dumps(LIST), content_type=content_type, headers=headers)
    assert refusal(response)[0] == 415


def test_long_bodies_are_not_read(client):
    assert refusal(client.post(URL, b" " * 1_100_000, JSON))[0] == 413


def test_a_document_of_the_largest_size_arrives(call, api_key):
    long = "word " * 199_000
    result = call("check_issue", api_key[1], digest="daily", document=long)
    assert result["isError"]
    assert result["structuredContent"]["status"] in (413, 422)


@pytest.mark.parametrize("method", ["", "nothing", "resources/list", "prompts/list", "x" * 10_000])
def test_other_methods(send, method):
    assert refusal(send(method)) == (200, -32601)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"name": None},
        {"name": 5},
        {"name": ["list_issues"]},
        {"name": "list_issues", "arguments": []},
        {"name": "list_issues", "arguments": "x"},
        {"name": "list_issues\0", "arguments": {}},
    ],
)
def test_calls_of_no_tool(client, params):
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    assert refusal(client.post(URL, json.dumps(message), JSON)) == (200, -32602)


@pytest.mark.parametrize(
    "headers",
    [
        NEW,  # without the metadata in the body
        NEW | {"MCP-Protocol-Version": "1999-01-01"},
        NEW | {"MCP-Protocol-Version": "2026-07-28\x7f"},
        NEW | {"Mcp-Method": "tools/call"},
    ],
)
def test_headers_that_contradict_the_message(client, headers):
    assert refusal(client.post(URL, json.dumps(LIST), JSON, headers=headers))[0] == 400


def test_a_notification_is_accepted_and_does_nothing(client):
    message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    response = client.post(URL, json.dumps(message), JSON)
    assert (response.status_code, response.content) == (202, b"")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"Cookie": "sessionid=x; csrftoken=" + "y" * 100},
        {"Accept": "text/html"},
        {"Accept-Encoding": "gzip"},
        {"If-None-Match": "*"},
        {"If-Match": "x"},
        {"Range": "bytes=0-1"},
        {"Idempotency-Key": "x"},
        {"Accept-Language": "fr"},
        {"X-HTTP-Method-Override": "DELETE"},
    ],
)
def test_headers_of_the_client_change_no_result(send, issue, headers):
    call = {"name": "list_issues", "arguments": {}}
    expected = send("tools/call", **call).json()
    for _time in range(2):  # rendered and cached
        response = send("tools/call", headers=headers, **call)
        is_compressed = response.get("Content-Encoding") == "gzip"
        content = gzip.decompress(response.content) if is_compressed else response.content
        assert json.loads(content) == expected


def test_another_host_is_refused(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    response = client.post(URL, json.dumps(LIST), JSON, headers={"Host": "evil.example"})
    assert response.status_code == 400
