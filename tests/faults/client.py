"""One question to a site, and what it was told."""

import http.client
import time
from contextlib import suppress
from typing import NamedTuple

UNSAID = "unsaid"  # a word of what is hidden
PATIENCE = 60


class Told(NamedTuple):
    """One answer; status 0 where there was none."""

    path: str
    begun: float
    ended: float
    status: int
    body: str

    def __str__(self) -> str:
        return f"{self.status} {self.path} after {self.ended - self.begun:.1f} s: {self.body[:300]}"


def ask(port: int, path: str) -> Told:
    """One request, on a connection of its own."""
    begun, status, body = time.monotonic(), 0, ""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        response = connection.getresponse()
        status, body = response.status, response.read().decode()
    connection.close()
    return Told(path, begun, time.monotonic(), status, body)
