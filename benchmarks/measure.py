"""Asks through WSGI, in this process, and takes the time."""

import json
import time
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from benchmarks.catalogue import Question

# An answer is not asked for again once it took so many seconds in all.
ENOUGH = 4


@dataclass
class Figures:
    """What the answers of one API to one question cost; ``first`` is the clock of the first one."""

    status: int
    size: int
    queries: int
    first: float
    seconds: list[float] = field(default_factory=list)
    elapsed: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """CPU time of this process: the usual case."""
        return median(self.seconds) * 1000

    @property
    def least(self) -> float:
        """CPU time of this process: the quickest case."""
        return min(self.seconds) * 1000

    @property
    def wall(self) -> float:
        """Time on the clock, with what the database's own process took."""
        return median(self.elapsed) * 1000


class Asker:
    """Puts requests to the site as a server process does, without the network."""

    def __init__(self) -> None:
        self.handler, self.factory = WSGIHandler(), RequestFactory(SERVER_NAME="localhost")

    def get(self, address: str) -> Any:
        """The JSON that an address answers with."""
        status, content = self.ask(self.environments([address]))
        if status != 200:
            raise RuntimeError(f"{address} answers {status}: {content[:500]!r}")
        return json.loads(content)

    def environments(self, addresses: list[str]) -> list[dict[str, Any]]:
        """Requests as a server hands them over."""
        return [self.factory.get(address).environ for address in addresses]

    def ask(self, environments: list[dict[str, Any]]) -> tuple[int, bytes]:
        """The status of the last answer, and the content of all; a failure is the last."""
        statuses, content = [], b""
        for environ in environments:
            response = self.handler(environ, lambda status, headers: statuses.append(status))
            content += b"".join(response)
            response.close()
            if not statuses[-1].startswith("200"):
                break
        return int(statuses[-1][:3]), content

    def measure(self, question: Question, rounds: int) -> dict[str, Figures]:
        """Every API in turn, round by round, so that a slow moment of the machine hits all."""
        figures = {who: self._asked_first(who, asked) for who, asked in question.requests.items()}
        for _round in range(rounds):
            for who, addresses in question.requests.items():
                if figures[who].status == 200 and sum(figures[who].elapsed) < ENOUGH:
                    self._timed(who, addresses, figures[who])
        return figures

    def _asked_first(self, who: str, addresses: list[str]) -> Figures:
        """The status, and all that is the same each time."""
        environments, start = self.environments(addresses), time.perf_counter()
        status, _content = self.ask(environments)
        first = time.perf_counter() - start
        if status != 200:
            return Figures(status, 0, 0, first)
        with CaptureQueriesContext(connection) as queries:
            status, content = self.ask(self.environments(addresses))
        return Figures(status, len(content), len(queries), first)

    def _timed(self, who: str, addresses: list[str], figures: Figures) -> None:
        environments = self.environments(addresses)
        elapsed, seconds = time.perf_counter(), time.process_time()
        self.ask(environments)
        figures.seconds.append(time.process_time() - seconds)
        figures.elapsed.append(time.perf_counter() - elapsed)
