"""Messages that are wrong get a protocol error, and never a crash."""

import gzip
import json

import pytest

from digest.contrib.submissions.documents import SubmittedDocument
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
        b"[" * 60_000,
        b'{"a":' * 12_000,
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


@pytest.mark.parametrize("body", [b"{", b"NaN", b"\xff\xfe", b'{"id": "\\ud800"}', b" "])
def test_what_is_no_json_is_a_parse_error(client, body):
    assert refusal(client.post(URL, body, JSON)) == (400, -32700)


def test_long_bodies_are_not_read(client, api_key):
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    assert refusal(client.post(URL, b" " * 70_000, JSON))[0] == 413
    assert refusal(client.post(URL, b" " * 70_000, JSON, headers=headers))[0] == 400
    assert refusal(client.post(URL, b" " * 3_100_000, JSON, headers=headers))[0] == 413


@pytest.mark.parametrize("is_escaped", [True, False])
@pytest.mark.parametrize(
    "text", ["word ", "\u0441\u043b\u043e\u0432\u043e ", "\u8bcd\u8bed ", "\U0001f600 ", '"\n']
)
def test_a_document_of_the_largest_size_arrives(client, api_key, monkeypatch, text, is_escaped):
    read = []
    monkeypatch.setattr(SubmittedDocument, "read", lambda data, *args: read.append(data) or 1 / 0)
    client.raise_request_exception = False
    arguments = {"digest": "daily", "document": text * (1_000_000 // len(text.encode()))}
    params = {"name": "check_issue", "arguments": arguments}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {"Authorization": f"Bearer {api_key[1]}"}

    def check():
        body = json.dumps(message, ensure_ascii=is_escaped).encode()
        return client.post(URL, body, JSON, headers=headers).json()["result"]

    assert check()["structuredContent"]["status"] == 500  # after it was read
    assert read == [arguments["document"].encode()]
    arguments["document"] += text
    assert check()["structuredContent"]["status"] == 413


@pytest.mark.parametrize(
    "long",
    [
        {"id": "x" * 201},
        {"method": "x" * 201},
        {"method": "tools/call", "params": {"name": "x" * 201}},
    ],
)
def test_what_is_repeated_in_a_response_is_short(client, long):
    response = client.post(URL, json.dumps(LIST | long), JSON)
    assert refusal(response) == (400, -32600)
    assert "x" * 201 not in response.content.decode()


@pytest.mark.parametrize("method", ["", "nothing", "resources/list", "prompts/list", "x" * 200])
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
