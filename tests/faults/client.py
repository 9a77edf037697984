"""An HTTP client that records failures as responses."""

import http.client
import time
from contextlib import suppress
from typing import NamedTuple

HIDDEN = "unsaid"  # a word that only hidden content has
TIMEOUT = 60


class Response(NamedTuple):
    """A response; its status is 0 if there was none."""

    path: str
    started: float
    ended: float
    status: int
    body: str

    def __str__(self) -> str:
        return (
            f"{self.status} {self.path} after {self.ended - self.started:.1f} s: {self.body[:300]}"
        )


def get(port: int, path: str) -> Response:
    """Send a request on a new connection."""
    started, status, body = time.monotonic(), 0, ""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        response = connection.getresponse()
        status, body = response.status, response.read().decode()
    connection.close()
    return Response(path, started, time.monotonic(), status, body)
