"""Local servers for outgoing requests, and a fixture that lets requests reach them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from digest.http import client as http_client
from digest.http import connections


class Server(ThreadingHTTPServer):
    """Responds by path with a status, headers and a body, or as a function does.

    ``requests`` has each request as (method, host without port, path).
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.responses: dict[str, Any] = {}
        self.requests: list[tuple[str, str, str]] = []
        self.headers: list[dict[str, str]] = []

    def url(self, path: str = "/", host: str = "source.example") -> str:
        """Return the URL of a path, at a host name that resolves to this server."""
        return f"http://{host}:{self.server_port}{path}"

    def set_response(
        self, path: str, status: int = 200, body: bytes | str = b"", **headers: str
    ) -> None:
        """Set the response of a path."""
        body = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.responses[path] = (status, named, body)

    def set_handler(self, path: str, function: Callable[[BaseHTTPRequestHandler], None]) -> None:
        """Set the function that handles a path."""
        self.responses[path] = function

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that have disconnected."""


class Handler(BaseHTTPRequestHandler):
    def respond(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        self.server.requests.append((self.command, host, self.path))
        self.server.headers.append(dict(self.headers))
        found = self.server.responses.get(self.path, (404, {}, b""))
        if callable(found):
            found(self)
            return
        status, headers, body = found
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = respond

    def log_message(self, *args: Any) -> None:
        """Do not log."""


@contextmanager
def running() -> Iterator[Server]:
    """Run a server until the end of the block."""
    server = Server()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Run a server that every host name resolves to, as if it were public."""
    is_public_ip = connections.is_public_ip
    with running() as found:
        monkeypatch.setattr(connections, "resolve", lambda host, port: ["127.0.0.1"])
        monkeypatch.setattr(
            connections,
            "is_public_ip",
            lambda address: address == "127.0.0.1" or is_public_ip(address),
        )
        monkeypatch.setattr(http_client, "allowed_ports", lambda: {80, 443, found.server_port})
        yield found
