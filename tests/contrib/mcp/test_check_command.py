"""``check_mcp`` against the running site, and against other servers."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.http.servers import server  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def check(*args):
    """Return the output of the command, and its error."""
    out = StringIO()
    try:
        call_command("check_mcp", *args, stdout=out, no_color=True)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


@pytest.fixture
def url(live_server, settings):
    settings.DIGEST_HTTP_ALLOWED_HOSTS = [live_server.url.removeprefix("http://")]
    return f"{live_server.url}/mcp/"


def test_it_finds_nothing_wrong_on_the_site(url, issue, api_key, monkeypatch):
    out, error = check(url)
    assert (out.count("ok "), error) == (6, "")
    monkeypatch.setenv("DIGEST_KEY", api_key[1])
    out, error = check(url)
    assert "ok      tools for the key\n" in out
    assert not error


def test_it_says_what_an_invalid_key_lacks(url, issue, api_key, monkeypatch):
    api_key[0].revoke()
    monkeypatch.setenv("DIGEST_KEY", api_key[1])
    out, error = check(url)
    assert "failed  tools for the key: the status is 401\n" in out
    assert error == f"{url}: 1 of the checks failed."


def test_a_redirect_is_named_and_not_followed(server):  # noqa: F811
    server.set_response("/mcp/", 301, Location="https://www.example.org/mcp/")
    out, _error = check(server.url("/mcp/"))
    wrong = "the status is 301, a redirect to https://www.example.org/mcp/"
    assert f"failed  handshake of revision 2025-11-25: {wrong}\n" in out
    assert {path for _method, _host, path in server.requests} == {"/mcp/"}


def test_a_page_is_no_server(server):  # noqa: F811
    server.set_response("/mcp/", 200, "<p>Hello</p>")
    out, error = check(server.url("/mcp/"))
    assert "failed  tools for everybody: the response is b'<p>Hello</p>'\n" in out
    assert "6 of the checks failed" in error


@pytest.mark.parametrize(
    "result",
    [
        "null",
        "[]",
        "5",
        '"text"',
        '{"tools": null, "supportedVersions": null, "structuredContent": null}',
        '{"tools": 5, "supportedVersions": 5, "structuredContent": 5}',
        '{"tools": [null, 5, {}], "supportedVersions": {}, "structuredContent": []}',
        '{"tools": [{"name": []}], "supportedVersions": [[]], "isError": {}}',
    ],
)
def test_no_response_crashes_it(server, result):  # noqa: F811
    server.set_response("/mcp/", 200, f'{{"jsonrpc": "2.0", "id": 1, "result": {result}}}')
    out, error = check(server.url("/mcp/"))
    assert (out.count("ok "), "6 of the checks failed" in error) == (0, True), out


def test_a_local_server_has_to_be_allowed(live_server):
    out, error = check(f"{live_server.url}/mcp/")
    assert out == ""
    assert "DIGEST_HTTP_ALLOWED_HOSTS" in error
