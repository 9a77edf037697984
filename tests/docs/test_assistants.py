"""The configurations of MCP clients in the docs have the URL and the key, and work."""

import json
import re
import shlex
import tomllib

import pytest

from digest.contrib.mcp.management.commands.check_mcp import SAMPLE
from tests.contrib.mcp.assistant import Assistant
from tests.contrib.submissions.conftest import api_key, curator
from tests.docs.markdown import ROOT, code_blocks

__all__ = ["api_key", "curator"]

PAGE = (ROOT / "docs/how-to/connect-an-assistant.md").read_text(encoding="utf-8")
EXAMPLE = "https://example.org/mcp/"
# How the clients write what they replace by the key.
KEY = re.compile(r"\$\{((env:)?DIGEST_KEY|input:digest-key)\}|\$DIGEST_KEY|digest_\.\.\.")


def servers():
    """Yield the URL and the header of each configuration; one is by command."""
    for code in code_blocks(PAGE, "json"):
        found = json.loads(code)
        server = (found.get("mcpServers") or found["servers"])["digest"]
        if "command" in server:
            *_command, url, option, header = server["args"]
            assert (option, header) == ("--header", "Authorization:${AUTHORIZATION}")
            yield url, server["env"]["AUTHORIZATION"]
        else:
            url = server.get("url") or server["httpUrl"]
            yield url, server["headers"]["Authorization"]
    for code in code_blocks(PAGE, "toml"):
        server = tomllib.loads(code)["mcp_servers"]["digest"]
        yield server["url"], f"Bearer ${server['bearer_token_env_var']}"


def test_there_is_one_for_each_client():
    assert len(list(servers())) == 6


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_configurations_connect(live_server, api_key):
    for url, header in servers():
        key = KEY.sub(api_key[1], header)
        assert (url, key) == (EXAMPLE, f"Bearer {api_key[1]}")
    assistant = Assistant(f"{live_server.url}/mcp/", key=api_key[1])
    assert len(assistant.tools()) == 8


@pytest.mark.django_db
def test_the_call_by_hand_works(client, digest):
    [command] = [code for code in code_blocks(PAGE, "sh") if code.startswith("curl")]
    _curl, url, *options = shlex.split(command)
    assert url == EXAMPLE
    assert options[:3] == ["-H", "Content-Type: application/json", "-d"]
    response = client.post("/mcp/", options[3], content_type="application/json")
    assert SAMPLE in options[3]
    assert not response.json()["result"]["isError"]


def test_every_tool_has_a_row():
    from digest.contrib.mcp.api.definitions import TOOLS

    assert all(f"| `{tool.name}` |" in PAGE for tool in TOOLS)
