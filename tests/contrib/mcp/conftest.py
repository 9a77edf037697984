"""A digest with an issue, keys, and messages to the server."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from digest.models import DigestPage, IssuePage
from tests.builders import body, make_issue, source, story
from tests.contrib.submissions.conftest import api_key, curator

__all__ = ["api_key", "curator"]

URL = "/mcp/"
CITED = "https://www.example.org/plan/"


@pytest.fixture
def issue(digest: DigestPage) -> IssuePage:
    """A public issue with a story that cites a page."""
    sources = [source(title="The plan", url=CITED)]
    return make_issue(digest, body=body(story("Lamps that wait for walkers", sources=sources)))


@pytest.fixture
def send(client: Client) -> Callable:
    """Return a function that sends a message of revision 2025-11-25, without a handshake."""

    def send(method: str, key: str = "", headers: Any = None, **params: Any) -> Any:
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        own = {"Authorization": f"Bearer {key}"} if key else {}
        return client.post(
            URL, json.dumps(message), content_type="application/json", headers=own | (headers or {})
        )

    return send


@pytest.fixture
def call(send: Callable) -> Callable:
    """Return a function that calls a tool and returns its result."""

    def call(name: str, key: str = "", **arguments: Any) -> Any:
        response = send("tools/call", key, name=name, arguments=arguments)
        assert response.status_code == 200, response.content
        return response.json()["result"]

    return call
