"""Format the tables, and compare the figures with the targets."""

from collections.abc import Iterator

from benchmarks.cases import OURS, V2, V3
from benchmarks.server.cases import RequestGroup
from benchmarks.server.memory import MemoryUse
from benchmarks.server.wrk import Load
from benchmarks.tables import at_least, at_most, line
from benchmarks.variants import CACHED, EMPTY

# A case and a label.
Key = tuple[str, str]
Loads = dict[Key, Load]

HEADER = ["responses/s", "median ms", "99 % ms", "failures"]
TIMES = {"of empty": EMPTY, "v2 times": V2, "v3 times": V3}
WIDTHS = [34, 12, 12, 12, 10, 10, 10, 10]
# Lower limits of our responses per second as a multiple of those of Wagtail's v2.
TARGETS = {"detail": 12, "bodies": 30}
# Upper limit of the memory of a worker as a share of that after the warm-up.
MAX_GROWTH = 1.05


def header(server: str) -> str:
    """Return the names of the columns, below that of the server."""
    return f"\n{server}\n{line(['', *HEADER, *TIMES], WIDTHS)}"


def table(every: list[RequestGroup], loads: Loads) -> Iterator[str]:
    """Yield the cases, and a line for each label with the times of one request."""
    case = ""
    for one in every:
        if one.case != case:
            case = one.case
            yield case
        found, requests = loads[case, one.label], len(one.urls)
        name = f"  {one.label}, {requests} requests" if requests > 1 else f"  {one.label}"
        cells = [f"{found.rate:,.1f}", f"{found.median:,.1f}", f"{found.slow:,.1f}"]
        cells.append(f"{found.failures:,}")
        shares = [_share(one, other, loads) for other in TIMES.values()]
        yield line([name, *cells, *shares], WIDTHS)


def _share(one: RequestGroup, other: str, loads: Loads) -> str:
    """Format the rate as a multiple of another's, if both were measured."""
    key = ("empty", EMPTY) if other == EMPTY else (one.case, other)
    if not one.label.startswith(OURS) or key not in loads:
        return ""
    return f"{loads[one.case, one.label].rate / loads[key].rate:,.2f}"


def verdicts(loads: Loads) -> Iterator[str]:
    """Yield a line for each target: whether it is met."""
    for case, target in TARGETS.items():
        if (case, CACHED) in loads and (case, V2) in loads:
            found = loads[case, CACHED].rate / loads[case, V2].rate
            yield at_least(f"{case}: {CACHED}, times {V2}", found, target)


def cpu_lines(servers: list[str], seconds: dict[Key, dict[str, float]]) -> Iterator[str]:
    """Yield a line for each group of requests, with the CPU seconds under each server."""
    widths = [34, *(max(10, len(name) + 2) for name in servers)]
    yield f"\nCPU seconds of 1,000 responses\n{line(['', *servers], widths)}"
    for (case, label), found in seconds.items():
        name = label if label == EMPTY else f"{case}, {label.removeprefix(f'{OURS}, ')}"
        yield line([name, *(f"{found[server]:,.3f}" for server in servers)], widths)


def memory_verdict(memory: MemoryUse) -> str:
    """Format the growth of the worker that grew most, with its limit."""
    growth = max(memory.growth.values(), default=None)
    text = f"memory of a worker, {memory.requests:,} requests / {memory.first:,}"
    return at_most(text, growth, MAX_GROWTH)
