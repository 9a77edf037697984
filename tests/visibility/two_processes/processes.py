"""Two server processes with one cache, and a third one without a cache."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from tests.visibility.responses import is_same_response, text_of

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = os.environ | {"DJANGO_SETTINGS_MODULE": "cms.settings.test"}
# A cache hit only reads the content version.
QUERIES_OF_A_HIT = 1


@dataclass
class Response:
    """The response of a process, with what ``tests.visibility.responses`` needs."""

    status_code: int
    headers: list[tuple[str, str]]
    body: str
    queries: int

    @property
    def content(self) -> bytes:
        return self.body.encode("latin-1")

    def items(self) -> list[tuple[str, str]]:
        return self.headers

    def json(self) -> Any:
        return json.loads(self.content)


class Process:
    """Run one ``tests.visibility.two_processes.worker``."""

    def __init__(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.visibility.two_processes.worker"],
            cwd=ROOT,
            env=ENVIRONMENT | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, **message: Any) -> dict[str, Any]:
        """Send a message and return the reply; errors are printed on standard error."""
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def get(self, path: str, now: datetime, headers: dict[str, str]) -> Response:
        """Return its response to a reader."""
        return Response(**self.send(path=path, now=now.isoformat(), headers=headers))

    def stop(self) -> None:
        """Stop it by closing its input."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)


class Processes:
    """Send each request to both processes in turn, and again, with the API of a test client.

    All four responses must equal that of the process without a cache, to the byte.
    """

    def __init__(self, one: Process, other: Process, fresh: Process) -> None:
        self.pair, self.fresh = [one, other], fresh
        self.requests = self.hits = self.walks = 0

    def set(self, **settings: Any) -> None:
        """Override settings in all processes."""
        for process in [*self.pair, self.fresh]:
            process.send(settings=settings)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Response:
        """Return the last of the responses, which are all the same."""
        request = (path, timezone.now(), headers or {})
        self.pair.reverse()  # so that each is the first as often as the other
        responses = [process.get(*request) for process in [*self.pair, *self.pair]]
        fresh = self.fresh.get(*request)
        for response in responses:
            both = f"{path}\ncached: {text_of(response)}\nrendered: {text_of(fresh)}"
            assert is_same_response(response, fresh), both
        self.requests += len(responses)
        self.hits += sum(
            response.queries <= QUERIES_OF_A_HIT < fresh.queries for response in responses
        )
        return responses[-1]

    def stop(self) -> None:
        """Stop all processes."""
        for process in [*self.pair, self.fresh]:
            process.stop()
