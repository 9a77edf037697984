"""A receiver of webhooks in a process of its own: ``python -m tests.contrib.webhooks.receiver``.

It responds by the first segment of the path; ``/statuses/500,204/name`` to the first request with
500 and to all others with 204. What follows tells receivers apart.
"""

import json
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from select import select
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[3]
CHUNK = b"x" * 64 * 1024
HUGE = 2 * 1024**3


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = urlsplit(self.path)
        self.query = {name: found[0] for name, found in parse_qs(url.query).items()}
        kind, _slash, self.rest = url.path.strip("/").partition("/")
        with self.server.logged(self, body) as self.number:
            getattr(self, f"respond_{kind}")()

    def do_GET(self) -> None:
        if self.path == "/release":
            self.server.released.set()
        state = {"requests": self.server.requests, "most_at_once": self.server.most_at_once}
        self.send(200, json.dumps(state | {"sent": self.server.sent}).encode())

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def respond_statuses(self) -> None:
        statuses = unquote(self.rest.partition("/")[0]).split(",")
        status = int(statuses[min(self.number, len(statuses)) - 1])
        headers = {"Retry_After": self.query["after"]} if "after" in self.query else {}
        self.send(status, self.query.get("body", "").encode(), **headers)

    def respond_redirect(self) -> None:
        self.send(int(self.rest.partition("/")[0]), Location=self.query["to"])

    def respond_echo(self) -> None:
        headers = "\n".join(self.headers.values())
        self.send(500, f"Cannot POST {self.path}\n{headers}".encode())

    def respond_slow(self) -> None:
        time.sleep(0.02)
        self.send(204)

    def respond_hang(self) -> None:
        self.connection.recv(1)  # until the client has left

    def respond_held(self) -> None:
        self.server.released.wait()
        self.send(204)

    def has_left(self) -> bool:
        """Return whether the client has closed the connection."""
        readable, _writable, _failed = select([self.connection], [], [], 0)
        try:
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            return True

    def respond_drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.drip(b"x", 0.2)

    def respond_dripping_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self.drip(b"x", 0.2)

    def respond_huge(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(HUGE))
        self.end_headers()
        self.drip(CHUNK, 0)

    def drip(self, data: bytes, pause: float) -> None:
        with suppress(OSError):
            for _number in range(HUGE // len(CHUNK)):
                self.wfile.write(data)
                self.server.sent[self.path] += len(data)
                time.sleep(pause)

    def respond_reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def respond_invalid(self) -> None:
        self.wfile.write(b"220 mail.example ESMTP\r\n")

    def log_message(self, *args: Any) -> None:
        """Do not log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[dict[str, Any]] = []
        self.now: dict[str, set[Handler]] = defaultdict(set)
        self.most_at_once: dict[str, int] = defaultdict(int)
        self.sent: dict[str, int] = defaultdict(int)
        self.released = threading.Event()
        self.lock = threading.Lock()

    @contextmanager
    def logged(self, handler: Handler, body: bytes) -> Iterator[int]:
        """Log a request, and yield its number among those to its path."""
        path, headers = handler.path, dict(handler.headers)
        with self.lock:
            self.requests.append({"path": path, "headers": headers, "body": body.decode()})
            # A client that has timed out on a slow machine may have left.
            at_once = 1 + sum(not other.has_left() for other in self.now[path])
            self.most_at_once[path] = max(self.most_at_once[path], at_once)
            self.now[path].add(handler)
            number = sum(request["path"] == path for request in self.requests)
        try:
            yield number
        finally:
            with self.lock:
                self.now[path].remove(handler)

    def handle_error(self, *args: Any) -> None:
        """Ignore clients that have disconnected."""


class Receiver:
    """The process of a receiver, as its tests use it."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.port = int(process.stdout.readline())
        self.host = f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    @property
    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.url("/"), timeout=10) as response:  # noqa: S310
            return json.load(response)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Return the requests so far, each with path, headers and body."""
        return self.state["requests"]

    @property
    def paths(self) -> list[str]:
        return [request["path"] for request in self.requests]

    def release(self) -> None:
        """Respond to the requests that are held."""
        with urllib.request.urlopen(self.url("/release"), timeout=10):  # noqa: S310
            pass


@contextmanager
def running() -> Iterator[Receiver]:
    """Run a receiver in another process until the end of the block."""
    command = [sys.executable, "-m", "tests.contrib.webhooks.receiver"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield Receiver(process)
        finally:
            process.kill()


if __name__ == "__main__":
    server = Server()
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()
