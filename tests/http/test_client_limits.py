"""Limits of requests: long, slow and compressed responses."""

import socket
import threading
import time
from contextlib import suppress

import pytest

from digest.http import client as http_client
from digest.http import connections
from digest.http.client import Unreachable, fetch
from tests.http.servers import server  # noqa: F401


def endless(handler):
    """Send an endless body."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 10_000)


def test_of_an_endless_body_only_the_beginning_is_read(server):  # noqa: F811
    server.set_handler("/", endless)
    assert fetch(server.url(), max_bytes=100_000).body == b"x" * 100_000
    assert fetch(server.url()).body == b""


def test_compressed_bodies_are_not_decompressed(server):  # noqa: F811
    server.set_response("/", body=b"\x1f\x8b\x08", Content_Encoding="gzip")
    assert fetch(server.url(), max_bytes=100).body == b"\x1f\x8b\x08"


DROPS = 100


def drip(send, sent):
    """Send a byte at a time for five seconds, unless the client leaves; count them in ``sent``."""
    for _ in range(DROPS):
        send(b"x")
        sent.append(1)
        time.sleep(0.05)


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-", b"HTTP/1.1 200 OK\r\n\r\n", b""])
def test_slow_responses_end_at_the_deadline(server, monkeypatch, start):  # noqa: F811
    monkeypatch.setattr(http_client, "TOTAL_SECONDS", 0.4)
    sent = []

    def respond(handler):
        handler.wfile.write(start)
        drip(handler.wfile.write, sent)

    server.set_handler("/", respond)
    with pytest.raises(Unreachable):
        fetch(server.url(), max_bytes=10_000)
    assert len(sent) < DROPS


def test_silent_servers_time_out(server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(http_client, "READ_SECONDS", 0.2)
    server.set_handler("/", lambda handler: time.sleep(3))
    with pytest.raises(Unreachable, match="too long"):
        fetch(server.url())


def test_huge_headers_are_not_read(server):  # noqa: F811
    def huge(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 300_000 + b"\r\n\r\n")

    server.set_handler("/", huge)
    with pytest.raises(Unreachable, match="not valid HTTP"):
        fetch(server.url())


def test_slow_handshakes_end_at_the_deadline(monkeypatch):
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    sent = []

    def shake_hands():
        connection, _ = listener.accept()
        with suppress(OSError):
            connection.sendall(b"\x16\x03\x03\x3f\xff")
            drip(connection.sendall, sent)

    threading.Thread(target=shake_hands, daemon=True).start()
    monkeypatch.setattr(connections, "resolve", lambda host, port: ["127.0.0.1"])
    monkeypatch.setattr(connections, "is_public_ip", lambda address: True)
    monkeypatch.setattr(http_client, "allowed_ports", lambda: {port})
    monkeypatch.setattr(http_client, "TOTAL_SECONDS", 0.5)
    with pytest.raises(Unreachable):
        fetch(f"https://source.example:{port}/")
    assert len(sent) < DROPS
