"""Malformed HTTP requests, sent as bytes to the server of `make serve`.

The server, Django or the API rejects them.
"""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATH = "/api/v1/schema/"
PROBLEM = b"application/problem+json"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(port: int) -> list[str]:
    """Return the command by which `make serve` starts the server."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    [line] = re.findall(r"-m (gunicorn .*?) --access-logfile", makefile)
    return [sys.executable, "-m", *line.replace("$(PORT)", str(port)).split()]


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of a server with production settings."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms.settings.production",
        "SECRET_KEY": "tests-only-key-of-more-than-fifty-characters-0123456789",
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "WAGTAILADMIN_BASE_URL": "http://localhost",
        "HTTPS": "off",
    }
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command(port), cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        wait_for(port, server)
        yield port
        server.terminate()
        server.wait(timeout=30)


def wait_for(port, server):
    """Return when the server listens; fail if it exits or takes a minute."""
    for _attempt in range(600):
        assert server.poll() is None, "The server did not start."
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("The server does not listen.")


def send(port, *lines, line=f"GET {PATH} HTTP/1.1", body=b""):
    """Send the lines as a request; return the status and all bytes of the response."""
    lines = [text if isinstance(text, bytes) else text.encode() for text in (line, *lines)]
    request = b"\r\n".join([*lines, b"Connection: close", b"", body])
    response = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        try:
            while part := connection.recv(65536):
                response += part
        except ConnectionResetError:  # the server does not read the rest of a rejected request
            pass
    return int(response.split(b" ", 2)[1]), response


HOST = "Host: localhost"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "body"),
    [
        ([HOST, "Content-Length: 5", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
        ([HOST, "Content-Length: 5", "Content-Length: 6"], b"abcdef"),
        ([HOST, "Content-Length: -1"], b""),
        ([HOST, "Content-Length: x"], b""),
        ([HOST, b"X-Odd: a\0b"], b""),
        ([HOST, "X Odd: a"], b""),
        ([HOST, *(f"X-{number}: a" for number in range(200))], b""),
        ([HOST, "X-Long: " + "a" * 70_000], b""),
        ([HOST, " folded: a"], b""),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, list) else "",
)
def test_malformed_request_is_rejected(port, lines, body):
    status, response = send(port, *lines, body=body)
    assert status in (400, 413, 431, 501), response[:200]
    assert b"Traceback" not in response


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        f"GET {PATH}?{'a' * 10_000} HTTP/1.1",
        f"GET {PATH}",
        "GET",
        f"GET {PATH} HTTP/9.9",
        f"G\0T {PATH} HTTP/1.1",
        f"get {PATH} HTTP/1.1",
        "\x16\x03\x01",
    ],
    ids=lambda line: repr(line[:20]),
)
def test_malformed_request_line_is_rejected(port, line):
    status, _response = send(port, HOST, line=line)
    assert 400 <= status < 500 or status == 505


@pytest.mark.slow
@pytest.mark.parametrize(
    "lines",
    [
        ["Host: evil<script>"],
        ["Host: evil"],
        ["Host: localhost:99999999999"],
        ["Host: "],
        ["Host: localhost, evil"],
        [HOST, "Host: evil"],
        ["Host: evil", HOST],
    ],
)
def test_invalid_host_is_rejected_without_repeating_it(port, lines):
    status, response = send(port, *lines)
    assert status == 400
    assert b"evil" not in response


@pytest.mark.slow
def test_host_rejected_by_the_site_is_a_problem(port):
    assert PROBLEM in send(port, "Host: evil")[1]


@pytest.mark.slow
def test_host_of_an_absolute_url_is_not_trusted(port):
    _status, response = send(port, HOST, line=f"GET http://evil{PATH} HTTP/1.1")
    assert b"evil" not in response


@pytest.mark.slow
def test_longest_accepted_request_line_reaches_the_api(port):
    status, response = send(port, HOST, line=f"GET {PATH}?{'a' * 3900} HTTP/1.1")
    assert (status, PROBLEM in response) == (400, True)


@pytest.mark.slow
@pytest.mark.parametrize("charset", ["bz2_codec", "utf-16", "nope"])
def test_query_is_utf_8_whatever_charset_is_declared(port, charset):
    claim = f"Content-Type: application/json; charset={charset}"
    status, response = send(port, HOST, claim, line=f"GET {PATH}?foo=1 HTTP/1.1")
    assert (status, b'"parameter":"foo"' in response) == (400, True)


@pytest.mark.slow
def test_well_formed_request_gets_200(port):
    assert send(port, HOST, line="GET /healthz HTTP/1.1")[0] == 200
