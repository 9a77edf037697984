"""Two server processes with one cache, and a third that keeps nothing and so is never behind."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from tests.visibility.answers import same_answer, told

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = os.environ | {"DJANGO_SETTINGS_MODULE": "cms.settings.test"}
# What an answer from the cache asks the database: which version of the content it has.
QUERIES_OF_A_HIT = 1


@dataclass
class Answer:
    """What a process said, as much like a response as ``tests.visibility.answers`` needs."""

    status_code: int
    headers: list[tuple[str, str]]
    body: str
    queries: int

    @property
    def content(self) -> bytes:
        """The body."""
        return self.body.encode("latin-1")

    def items(self) -> list[tuple[str, str]]:
        """The headers."""
        return self.headers

    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.content)


class Process:
    """One ``tests.visibility.two_processes.worker``."""

    def __init__(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.visibility.two_processes.worker"],
            cwd=ROOT,
            env=ENVIRONMENT | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, **question: Any) -> dict[str, Any]:
        """Ask or tell it something; what it raises stands on standard error."""
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def get(self, path: str, now: datetime, headers: dict[str, str]) -> Answer:
        """Its answer to a reader."""
        return Answer(**self.say(path=path, now=now.isoformat(), headers=headers))

    def stop(self) -> None:
        """End it, by the end of its input."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)


class Processes:
    """Asked like a test client, each question goes to both, one after the other, and again.

    All four answers must be what the process without a cache says, to the byte.
    """

    def __init__(self, one: Process, other: Process, fresh: Process) -> None:
        self.pair, self.fresh = [one, other], fresh
        self.asked = self.hits = self.walks = 0

    def set(self, **settings: Any) -> None:
        """Give all of them these settings."""
        for process in [*self.pair, self.fresh]:
            process.say(settings=settings)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """The last of the answers, which all are the same."""
        question = (path, timezone.now(), headers or {})
        self.pair.reverse()  # so that each is the first as often as the other
        answers = [process.get(*question) for process in [*self.pair, *self.pair]]
        fresh = self.fresh.get(*question)
        for answer in answers:
            both = f"{path}\nkept: {told(answer)}\nmade: {told(fresh)}"
            assert same_answer(answer, fresh), both
        self.asked += len(answers)
        self.hits += sum(answer.queries <= QUERIES_OF_A_HIT < fresh.queries for answer in answers)
        return answers[-1]

    def stop(self) -> None:
        """End all of them."""
        for process in [*self.pair, self.fresh]:
            process.stop()
