"""The code of "Be told of changes" works with what the site sends."""

import base64
import json
import shutil
import subprocess
import time

import pytest

from digest.contrib.webhooks import signing
from digest.contrib.webhooks.api.schema import HEADERS, event_schemas
from digest.contrib.webhooks.models import WebhookEvent
from digest.contrib.webhooks.presets import PRESETS, github
from tests.docs.markdown import ROOT, code_blocks, rows, section
from tests.http.servers import running

PAGE = (ROOT / "docs/how-to/be-told-of-changes.md").read_text(encoding="utf-8")
INSTALL, LIBRARY, STANDARD_LIBRARY, PURGE = code_blocks(PAGE, "python")
[JAVASCRIPT] = code_blocks(PAGE, "js")
[EXAMPLE] = code_blocks(PAGE, "json")
BODY = json.dumps({"type": "webhook.ping", "data": {"title": "à"}}).encode()


def functions(code):
    """Run code of the docs, and return what it defines."""
    names = {}
    exec(compile(code, "docs", "exec"), names)  # noqa: S102
    return names


def signed(*nonces, body=BODY, seconds_ago=0):
    """Return the headers of a request, as the site sends them."""
    timestamp = int(time.time()) - seconds_ago
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.signatures(nonces, "msg_1", timestamp, body),
    }


# (headers, body, whether the signature is valid), for the secret of the nonce "new". They are made
# when a test runs, which may be long after it was collected.
REQUESTS = {
    "valid": lambda: (signed("new"), BODY, True),
    "rotated": lambda: (signed("newer", "new"), BODY, True),
    "other secret": lambda: (signed("other"), BODY, False),
    "changed byte": lambda: (signed("new"), BODY.replace(b"ping", b"pong"), False),
    "other id": lambda: (signed("new") | {"webhook-id": "msg_2"}, BODY, False),
    "old": lambda: (signed("new", seconds_ago=600), BODY, False),
    "future": lambda: (signed("new", seconds_ago=-600), BODY, False),
    "no signature": lambda: (signed("new") | {"webhook-signature": ""}, BODY, False),
}


@pytest.fixture(params=REQUESTS)
def request_of(request):
    return REQUESTS[request.param]()


def test_python_without_a_library_verifies(request_of):
    headers, body, is_valid = request_of
    is_authentic = functions(STANDARD_LIBRARY)["is_authentic"]
    assert is_authentic(signing.secret("new"), headers, body) is is_valid


def test_python_with_the_library_verifies(request_of):
    module = pytest.importorskip("standardwebhooks.webhooks")
    headers, body, is_valid = request_of
    verified = functions(LIBRARY)["verified"]
    if is_valid:
        assert verified(signing.secret("new"), headers, body) == json.loads(body)
    else:
        with pytest.raises(module.WebhookVerificationError):
            verified(signing.secret("new"), headers, body)


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")
def test_javascript_verifies(request_of, tmp_path):
    headers, body, is_valid = request_of
    arguments = [signing.secret("new"), headers, base64.b64encode(body).decode()]
    call = """
const [secret, headers, body] = JSON.parse(process.argv[2]);
const text = Buffer.from(body, "base64").toString();
console.log(await isAuthentic(secret, new Headers(headers), text));
"""
    script = tmp_path / "verify.mjs"
    script.write_text(JAVASCRIPT + call, encoding="utf-8")
    command = ["node", script, json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(is_valid).lower()


def test_both_urls_of_a_page_are_purged(monkeypatch):
    monkeypatch.setenv("CLOUDFLARE_ZONE", "z1")
    monkeypatch.setenv("CLOUDFLARE_TOKEN", "t1")
    received = []
    with running() as server:
        server.set_handler("/zones/z1/purge_cache", lambda handler: record(handler, received))
        code = PURGE.replace("https://api.cloudflare.com/client/v4", server.url("", "127.0.0.1"))
        purge = functions(code)["purge"]
        purge({"data": {"url": "https://a/new/", "previous_url": "https://a/old/"}})
        purge({"data": {"url": None, "previous_url": None}})
    assert received == [{"files": ["https://a/new/", "https://a/old/"]}]


def record(handler, received):
    """Record the JSON of a request, and then respond: the client does not wait any longer."""
    received.append(json.loads(handler.rfile.read(int(handler.headers["Content-Length"]))))
    handler.send_response(200)
    handler.end_headers()


def test_example_is_that_of_the_schema():
    [example] = event_schemas()["IssuePublishedEvent"]["examples"]
    assert json.loads(EXAMPLE) == example


def test_every_event_and_header_is_in_a_table():
    events = section(PAGE, "Events")
    assert all(f"`{name}`" in events for name in WebhookEvent.Type.values)
    assert set(HEADERS) <= rows(events)


def test_workflow_starts_on_the_event_that_is_sent():
    [workflow] = code_blocks(PAGE, "yaml")
    [event] = PRESETS["github"].events
    assert f"types: [{event}]" in workflow
    assert "client_payload.sequence" in workflow
    assert github.API_ROOT.removeprefix("https://") in PAGE
