"""Takes the time of answers: the CPU time of this process, of PostgreSQL's own, and the clock."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from threading import Timer
from typing import Any

from django.db import Error, connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

# An answer is not asked for again once it took so many seconds in all.
ENOUGH = 4
# A round asks so often that it takes about so many seconds: a single quick answer is too short to
# be timed.
ROUND, MOST_AT_ONCE = 0.05, 200


class Failed(Exception):
    """There was an answer, but not the one that was asked for."""


@dataclass
class Way:
    """One way to an answer: ``ask`` says how much it found; ``settings`` hold while it asks."""

    ask: Callable[[], int]
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass
class Figures:
    """What the answers of one way cost; ``found`` is None where there was none, or none in time."""

    found: int | None = None
    failure: str = ""
    queries: int | None = None
    first: float = 0
    at_once: int = 1
    seconds: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    elapsed: list[float] = field(default_factory=list)

    @property
    def own(self) -> float:
        """Milliseconds of CPU of this process."""
        return median(self.seconds) * 1000

    @property
    def least(self) -> float:
        """The same in the quickest round."""
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

    @property
    def is_enough(self) -> bool:
        """Whether to ask no more: there is no answer, or it took long enough."""
        return self.found is None or sum(self.elapsed) * self.at_once >= ENOUGH


def measure(ways: dict[str, Way], rounds: int, patience: int) -> dict[str, Figures]:
    """Every way in turn, round by round, so that a slow moment of the machine hits all."""
    figures = {who: _first(way, patience) for who, way in ways.items()}
    for _round in range(rounds):
        for who, way in ways.items():
            if not figures[who].is_enough:
                with override_settings(**way.settings):
                    _time(way.ask, figures[who])
    return figures


def _first(way: Way, patience: int) -> Figures:
    """The first answer, which has a limit; it counts as a round where it takes long."""
    figures = Figures()
    with override_settings(**way.settings):
        try:
            with _limited(patience):
                figures.found = _time(way.ask, figures)
        except (Error, Failed) as error:
            figures.failure = str(error)
        figures.first = figures.elapsed[-1]
        if figures.found is not None and figures.first < ENOUGH:
            _look_again(way, figures)
    return figures


def _look_again(way: Way, figures: Figures) -> None:
    """Count the queries of the second answer, and see by the third how many make a round."""
    with CaptureQueriesContext(connection) as queries:
        way.ask()
    figures.queries = len(queries)
    start = time.perf_counter()
    way.ask()
    took = time.perf_counter() - start
    figures.at_once = max(1, min(MOST_AT_ONCE, int(ROUND / took)))
    figures.seconds, figures.server, figures.elapsed = [], [], []


def _time(ask: Callable[[], int], figures: Figures) -> int:
    """Ask as often as a round does, and note what one answer took of it."""
    server, elapsed, seconds = _server_seconds(), time.perf_counter(), time.process_time()
    try:
        for _number in range(figures.at_once - 1):
            ask()
        return ask()
    finally:
        figures.seconds.append((time.process_time() - seconds) / figures.at_once)
        figures.elapsed.append((time.perf_counter() - elapsed) / figures.at_once)
        figures.server.append((_server_seconds() - server) / figures.at_once)


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
