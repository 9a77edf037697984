"""Format the table, and compare the figures with the targets."""

from collections.abc import Iterator
from itertools import product

from benchmarks.cases import OURS, V2, V3, Case
from benchmarks.measure import Figures
from benchmarks.tables import at_most, line
from benchmarks.variants import CACHED, EMPTY, GZIPPED, RENDERED, UNCHANGED

Results = dict[str, dict[str, Figures]]

HEADER = ["", "queries", "bytes", "CPU ms", "server's", "clock ms", "gzip ms"]
SHARES = {"of empty": EMPTY, "of v2": V2, "of v3": V3}
WIDTHS = [28, 9, 10, 9, 10, 10, 9, 10, 8, 8]
# Upper limits of the CPU time of one variant as a share of another's.
RENDERED_TARGETS = [("detail", V2, 1 / 3), ("detail", V3, 1 / 2), ("detail-html", V2, 0.17)]
RENDERED_TARGETS += [("bodies", V2, 1 / 6), ("bodies-html", V2, 1 / 6), ("list", V2, 0.2)]
CACHED_TARGETS = {CACHED: 0.7, UNCHANGED: 0.65}
CACHED_CASES = ["detail", "list"]
DEEP_CASES, MAX_DEEP_SHARE = ["last", "oldest"], 1.2
# Upper limit of the CPU time with the most issues as a share of that with the fewest.
MAX_GROWTH = 1.2


def header() -> str:
    return line([*HEADER, *SHARES], WIDTHS)


def table(case: Case, figures: dict[str, Figures]) -> Iterator[str]:
    """Yield a line for each variant of a case."""
    yield f"{case.text} ({case.name})"
    for label, found in figures.items():
        if label.endswith(GZIPPED):
            continue
        requests = len(case.requests.get(label, ()))
        name = f"  {label}, {requests} requests" if requests > 1 else f"  {label}"
        if found.result is None:
            yield f"{name:<28} fails with {found.failure} after {found.first:.1f} s"
        else:
            yield line([name, *_costs(label, figures), *_shares(label, figures)], WIDTHS)


def _costs(label: str, figures: dict[str, Figures]) -> list[str]:
    found, gzipped = figures[label], figures.get(label + GZIPPED)
    queries = "" if found.queries is None else f"{found.queries:,}"
    times = [found.own, found.servers, found.clock]
    times += [gzipped.own] if gzipped and gzipped.seconds else []
    cells = [queries, f"{found.result:,}", *(f"{value:.2f}" for value in times)]
    return cells + [""] * (len(HEADER) - 1 - len(cells))


def _shares(label: str, figures: dict[str, Figures]) -> list[str]:
    if not label.startswith(OURS):
        return [""] * len(SHARES)
    shares = [share(figures, label, other) for other in SHARES.values()]
    return ["" if found is None else f"{found:.2f}" for found in shares]


def share(figures: dict[str, Figures], label: str, other: str) -> float | None:
    """Return the CPU time as a share of another's; None if one is missing or failed."""
    found = [figures.get(name) for name in (label, other)]
    if any(one is None or one.result is None for one in found):
        return None
    return found[0].own / found[1].own


def verdicts(results: Results) -> Iterator[str]:
    """Yield a line for each target: whether it is met."""
    for name, other, target in RENDERED_TARGETS:
        if name in results:
            yield at_most(
                f"{name}: {RENDERED} / {other}", share(results[name], RENDERED, other), target
            )
    for name, (label, target), gzipped in product(
        CACHED_CASES, CACHED_TARGETS.items(), ("", GZIPPED)
    ):
        if name in results:
            found = share(results[name], label + gzipped, EMPTY)
            yield at_most(f"{name}: {label}{gzipped} / {EMPTY}", found, target)
    for name in DEEP_CASES:
        if {name, "list"} <= set(results):
            both = {name: results[name][RENDERED], "list": results["list"][RENDERED]}
            found = share(both, name, "list")
            yield at_most(f"{name}: the last page / the first", found, MAX_DEEP_SHARE)


def growth(sizes: dict[int, Results]) -> Iterator[str]:
    """Yield the cost with the most issues as a share of that with the fewest, and its limit."""
    least, most = min(sizes), max(sizes)
    if least == most:
        return
    for name, label in product(sizes[least], (RENDERED, CACHED)):
        both = {"most": sizes[most][name][label], "least": sizes[least][name][label]}
        text = f"{name}: {label}, {most:,} issues / {least:,}"
        yield at_most(text, share(both, "most", "least"), MAX_GROWTH)
