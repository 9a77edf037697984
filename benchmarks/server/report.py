"""The tables, and whether the figures are what was wanted."""

from collections.abc import Iterator

from benchmarks.catalogue import OURS, V2, V3
from benchmarks.server.memory import Watched
from benchmarks.server.questions import Asked
from benchmarks.server.wrk import Load
from benchmarks.tables import at_least, at_most, line
from benchmarks.ways import CACHED, EMPTY

# A question and who answers it.
Key = tuple[str, str]
Loads = dict[Key, Load]

HEADER = ["responses/s", "median ms", "99 % ms", "failures"]
TIMES = {"of empty": EMPTY, "v2 times": V2, "v3 times": V3}
WIDTHS = [34, 12, 12, 12, 10, 10, 10, 10]
# How many times the answers a second of Wagtail's v2 ours are to be.
WANTED = {"detail": 12, "bodies": 30}
# How much more memory a worker is to have at the end than after the first requests.
FLAT = 1.05


def header(server: str) -> str:
    """The names of the columns, below the server that is asked."""
    return f"\n{server}\n{line(['', *HEADER, *TIMES], WIDTHS)}"


def table(every: list[Asked], loads: Loads) -> Iterator[str]:
    """A line for each, below its question; the times are those of one request."""
    question = ""
    for one in every:
        if one.question != question:
            question = one.question
            yield question
        found, requests = loads[question, one.who], len(one.addresses)
        name = f"  {one.who}, {requests} requests" if requests > 1 else f"  {one.who}"
        cells = [f"{found.rate:,.1f}", f"{found.median:,.1f}", f"{found.slow:,.1f}"]
        cells.append(f"{found.failures:,}")
        shares = [_share(one, other, loads) for other in TIMES.values()]
        yield line([name, *cells, *shares], WIDTHS)


def _share(one: Asked, other: str, loads: Loads) -> str:
    """So many times the answers a second of another, where that is asked the question."""
    key = ("empty", EMPTY) if other == EMPTY else (one.question, other)
    if not one.who.startswith(OURS) or key not in loads:
        return ""
    return f"{loads[one.question, one.who].rate / loads[key].rate:,.2f}"


def verdicts(loads: Loads) -> Iterator[str]:
    """The wanted figures, each with yes or no."""
    for question, wanted in WANTED.items():
        if (question, CACHED) in loads and (question, V2) in loads:
            found = loads[question, CACHED].rate / loads[question, V2].rate
            yield at_least(f"{question}: {CACHED}, times {V2}", found, wanted)


def flat(watched: Watched) -> str:
    """Whether the worker that has grown most has grown little."""
    growth = max(watched.growth.values(), default=None)
    text = f"memory of a worker, {watched.requests:,} requests / {watched.first:,}"
    return at_most(text, growth, FLAT)
