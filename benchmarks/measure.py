"""Measure the CPU time of this process and of PostgreSQL's, and the elapsed time."""

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

# A variant is not run again after this number of seconds in all.
MAX_SECONDS = 4
# A round repeats a fast variant for this number of seconds: one run is too short to be timed.
ROUND_SECONDS, MAX_REPEATS = 0.05, 200


class UnexpectedStatus(Exception):
    """The response has another status than the one that is measured."""


@dataclass
class Variant:
    """What is measured: ``run`` under ``settings``; it returns the size of the result."""

    run: Callable[[], int]
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass
class Figures:
    """The costs of a variant; ``result`` is None if it failed or timed out."""

    result: int | None = None
    failure: str = ""
    queries: int | None = None
    first: float = 0
    repeats: int = 1
    seconds: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    elapsed: list[float] = field(default_factory=list)

    @property
    def own(self) -> float:
        """Return the median CPU time of this process, in milliseconds."""
        return median(self.seconds) * 1000

    @property
    def least(self) -> float:
        """Return the CPU time of the fastest round, in milliseconds."""
        return min(self.seconds) * 1000

    @property
    def servers(self) -> float:
        """Return the CPU time of the database's process: the mean, as its clock ticks at 100 Hz."""
        return mean(self.server) * 1000

    @property
    def cpu(self) -> float:
        return self.own + self.servers

    @property
    def clock(self) -> float:
        """Return the median elapsed time, in milliseconds."""
        return median(self.elapsed) * 1000

    @property
    def is_done(self) -> bool:
        """Check whether it failed, or was measured for long enough."""
        return self.result is None or sum(self.elapsed) * self.repeats >= MAX_SECONDS


def measure(variants: dict[str, Variant], rounds: int, timeout: int) -> dict[str, Figures]:
    """Run the variants in turn, so that a slow phase of the machine affects all of them."""
    figures = {label: _first(variant, timeout) for label, variant in variants.items()}
    for _round in range(rounds):
        for label, variant in variants.items():
            if not figures[label].is_done:
                with override_settings(**variant.settings):
                    _time(variant.run, figures[label])
    return figures


def _first(variant: Variant, timeout: int) -> Figures:
    """Run a variant once with a timeout; a slow run counts as a round."""
    figures = Figures()
    with override_settings(**variant.settings):
        try:
            with _limited(timeout):
                figures.result = _time(variant.run, figures)
        except (Error, UnexpectedStatus) as error:
            figures.failure = str(error)
        figures.first = figures.elapsed[-1]
        if figures.result is not None and figures.first < MAX_SECONDS:
            _count_queries(variant, figures)
    return figures


def _count_queries(variant: Variant, figures: Figures) -> None:
    """Count the queries of a second run, and calculate the repeats from a third."""
    with CaptureQueriesContext(connection) as queries:
        variant.run()
    figures.queries = len(queries)
    start = time.perf_counter()
    variant.run()
    took = time.perf_counter() - start
    figures.repeats = max(1, min(MAX_REPEATS, int(ROUND_SECONDS / took)))
    figures.seconds, figures.server, figures.elapsed = [], [], []


def _time(run: Callable[[], int], figures: Figures) -> int:
    """Run one round, and record the times of one run."""
    server, elapsed, seconds = _server_seconds(), time.perf_counter(), time.process_time()
    try:
        for _number in range(figures.repeats - 1):
            run()
        return run()
    finally:
        figures.seconds.append((time.process_time() - seconds) / figures.repeats)
        figures.elapsed.append((time.perf_counter() - elapsed) / figures.repeats)
        figures.server.append((_server_seconds() - server) / figures.repeats)


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """Limit the time of queries."""
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
    """Return the CPU time of PostgreSQL's process, if it runs on this machine."""
    if connection.vendor == "sqlite":
        return 0.0
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
