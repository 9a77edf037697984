"""Several processes that submit drafts at once, as the workers of a server do."""

import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import get_context
from typing import NamedTuple

from django.db import connections

from benchmarks.submissions.script import Script
from benchmarks.tables import at_least, at_most

WORKERS, RATE, LEAST_OF_TWO = 2, 10, 1.7


class Done(NamedTuple):
    """What a process has submitted: how many drafts, other statuses, and until when."""

    drafts: int
    failures: int
    seconds: float


def steady(scripts: list[Script], seconds: int) -> Iterator[str]:
    """Submit ten drafts a second, and count the errors."""
    number, interval = RATE * seconds // WORKERS, WORKERS / RATE
    found = _run([(script, number, interval) for script in scripts[:WORKERS]])
    took = max(done.seconds for done in found)
    drafts = sum(done.drafts for done in found)
    text = f"{RATE} drafts a second for {seconds} s, {drafts:,} saved"
    yield at_most(f"{text}: errors", sum(done.failures for done in found), 0)
    yield at_least(f"{text}: a second", drafts / took, 0.95 * RATE)


def two_workers(scripts: list[Script], drafts: int) -> Iterator[str]:
    """Submit as fast as one worker can, then as two can, each to its own digest."""
    one = _per_second(_run([(scripts[0], drafts, 0)]))
    two = _per_second(_run([(script, drafts, 0) for script in scripts[:WORKERS]]))
    text = f"drafts a second of two workers, {two:.1f}: of one, {one:.1f}"
    yield at_least(text, two / one, LEAST_OF_TWO)


def _per_second(found: list[Done]) -> float:
    if failures := sum(done.failures for done in found):
        raise RuntimeError(f"{failures} drafts were not saved.")
    return sum(done.drafts for done in found) / max(done.seconds for done in found)


def _run(tasks: list[tuple[Script, int, float]]) -> list[Done]:
    connections.close_all()
    # Copies, each of which makes a client of its own in its process.
    copies = [(replace(script), number, interval) for script, number, interval in tasks]
    with get_context("fork").Pool(len(copies)) as pool:
        found = pool.starmap(_submit, copies, chunksize=1)
    for (script, number, _interval), _done in zip(tasks, found, strict=True):
        script.number += number + 1  # what the process has submitted
    return found


def _submit(script: Script, number: int, interval: float) -> Done:
    """Submit documents, one at each interval at the earliest, after one that connects.

    With an interval, those that are late at the end are left.
    """
    environs = [script.environ(script.document()) for _number in range(number + 1)]
    script.send(environs.pop())
    start, drafts, failures = time.perf_counter(), 0, 0
    until = start + number * interval if interval else float("inf")
    for place, environ in enumerate(environs):
        time.sleep(max(0, start + place * interval - time.perf_counter()))
        if time.perf_counter() >= until:
            break
        is_saved = script.send(environ).status == 201
        drafts, failures = drafts + is_saved, failures + (not is_saved)
    return Done(drafts, failures, max(time.perf_counter() - start, number * interval))
