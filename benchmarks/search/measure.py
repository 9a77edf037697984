"""Takes the time of a search in this process, and in PostgreSQL's own."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from threading import Timer

from django.db import Error, connection
from django.test.utils import CaptureQueriesContext

# A search is not asked for again once it took so many seconds in all.
ENOUGH = 3


@dataclass
class Figures:
    """What the answers to one question cost; ``found`` is None where there was none in time."""

    found: int | None = None
    queries: int = 0
    first: float = 0
    seconds: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    elapsed: list[float] = field(default_factory=list)

    @property
    def own(self) -> float:
        """Milliseconds of CPU of this process."""
        return median(self.seconds) * 1000

    @property
    def least(self) -> float:
        """The same in the quickest case."""
        return min(self.seconds) * 1000

    @property
    def servers(self) -> float:
        """Of the database's process; the mean, for its clock ticks a hundred times a second."""
        return mean(self.server) * 1000

    @property
    def cpu(self) -> float:
        """Of both."""
        return self.own + self.servers

    @property
    def clock(self) -> float:
        """Milliseconds on the clock."""
        return median(self.elapsed) * 1000


def measure(answers: dict[str, Callable[[], int]], rounds: int, patience: int) -> dict:
    """Everybody in turn, round by round, so that a slow moment of the machine hits all."""
    figures = {who: _first(answer, patience) for who, answer in answers.items()}
    for _round in range(rounds):
        for who, answer in answers.items():
            if figures[who].found is not None and sum(figures[who].elapsed) < ENOUGH:
                _time(answer, figures[who])
    return figures


def _first(answer: Callable[[], int], patience: int) -> Figures:
    """The first answer, which has a limit; it counts as a round where it takes long."""
    figures = Figures()
    try:
        with _limited(patience):
            figures.found = _time(answer, figures)
    except Error:
        figures.found = None
    figures.first = figures.elapsed[-1]
    if figures.found is not None and figures.first < ENOUGH:
        figures.seconds, figures.server, figures.elapsed = [], [], []
        with CaptureQueriesContext(connection) as queries:
            answer()
        figures.queries = len(queries)
    return figures


def _time(answer: Callable[[], int], figures: Figures) -> int:
    server, elapsed, seconds = _server_seconds(), time.perf_counter(), time.process_time()
    try:
        return answer()
    finally:
        figures.seconds.append(time.process_time() - seconds)
        figures.elapsed.append(time.perf_counter() - elapsed)
        figures.server.append(_server_seconds() - server)


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """Have the database give up a query after so many seconds."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        timer = Timer(seconds, connection.connection.interrupt)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
    else:
        _set_timeout(seconds)
        try:
            yield
        finally:
            _set_timeout(0)


def _set_timeout(seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{seconds}s'")


def _server_seconds() -> float:
    """CPU time of the process that PostgreSQL has for us, where it is on this machine."""
    if connection.vendor == "sqlite":
        return 0.0
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
