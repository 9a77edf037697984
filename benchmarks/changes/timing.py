"""Time a call."""

from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time
from typing import Any

from django.db import connection


def timed(function: Callable[[], Any]) -> float:
    """Return the seconds that a call takes: of this process on SQLite, where it does all work."""
    clock = process_time if connection.vendor == "sqlite" else perf_counter
    start = clock()
    function()
    return clock() - start


def milliseconds(function: Callable[[], Any], rounds: int) -> str:
    return f"{1000 * median(timed(function) for _ in range(rounds)):.1f} ms"
