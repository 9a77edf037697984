"""The table, and whether the figures are what was wanted."""

from collections.abc import Iterator
from itertools import product

from benchmarks.catalogue import OURS, V2, V3, Question
from benchmarks.measure import Figures
from benchmarks.tables import at_most, line
from benchmarks.ways import CACHED, EMPTY, PACKED, RENDERED, UNCHANGED

Results = dict[str, dict[str, Figures]]

HEADER = ["", "queries", "bytes", "CPU ms", "server's", "clock ms", "gzip ms"]
SHARES = {"of empty": EMPTY, "of v2": V2, "of v3": V3}
WIDTHS = [28, 9, 10, 9, 10, 10, 9, 10, 8, 8]
# The CPU time of one way as a share of another's, and what that is to be at most.
RENDERED_WANTED = [("detail", V2, 1 / 3), ("detail", V3, 1 / 2), ("bodies", V2, 1 / 6)]
CACHED_WANTED = {CACHED: 2.0, UNCHANGED: 1.5}
CACHED_QUESTIONS = ["detail", "list"]
DEEP, DEEP_AT_MOST = ["last", "oldest"], 1.2
# How much more an answer is to cost, at most, with the most issues than with the fewest.
GROWTH = 1.2


def header() -> str:
    """The names of the columns."""
    return line([*HEADER, *SHARES], WIDTHS)


def table(question: Question, figures: dict[str, Figures]) -> Iterator[str]:
    """The lines of one question: who, and what it cost."""
    yield f"{question.text} ({question.name})"
    for who, found in figures.items():
        if who.endswith(PACKED):
            continue
        requests = len(question.requests.get(who, ()))
        name = f"  {who}, {requests} requests" if requests > 1 else f"  {who}"
        if found.found is None:
            yield f"{name:<28} fails with {found.failure} after {found.first:.1f} s"
        else:
            yield line([name, *_costs(who, figures), *_shares(who, figures)], WIDTHS)


def _costs(who: str, figures: dict[str, Figures]) -> list[str]:
    found, packed = figures[who], figures.get(who + PACKED)
    queries = "" if found.queries is None else f"{found.queries:,}"
    times = [found.own, found.servers, found.clock]
    times += [packed.own] if packed and packed.seconds else []
    cells = [queries, f"{found.found:,}", *(f"{value:.2f}" for value in times)]
    return cells + [""] * (len(HEADER) - 1 - len(cells))


def _shares(who: str, figures: dict[str, Figures]) -> list[str]:
    if not who.startswith(OURS):
        return [""] * len(SHARES)
    shares = [share(figures, who, other) for other in SHARES.values()]
    return ["" if found is None else f"{found:.2f}" for found in shares]


def share(figures: dict[str, Figures], who: str, other: str) -> float | None:
    """The CPU time of one way as a share of another's; None where one is not there or fails."""
    found = [figures.get(name) for name in (who, other)]
    if any(one is None or one.found is None for one in found):
        return None
    return found[0].own / found[1].own


def verdicts(results: Results) -> Iterator[str]:
    """The wanted figures of one size, each with yes or no."""
    for name, other, wanted in RENDERED_WANTED:
        if name in results:
            yield at_most(
                f"{name}: {RENDERED} / {other}", share(results[name], RENDERED, other), wanted
            )
    for name, (who, wanted), packed in product(
        CACHED_QUESTIONS, CACHED_WANTED.items(), ("", PACKED)
    ):
        if name in results:
            found = share(results[name], who + packed, EMPTY)
            yield at_most(f"{name}: {who}{packed} / {EMPTY}", found, wanted)
    for name in DEEP:
        if {name, "list"} <= set(results):
            both = {name: results[name][RENDERED], "list": results["list"][RENDERED]}
            found = share(both, name, "list")
            yield at_most(f"{name}: the last page / the first", found, DEEP_AT_MOST)


def growth(sizes: dict[int, Results]) -> Iterator[str]:
    """What each answer costs with the most issues, as a share of what it costs with the fewest."""
    least, most = min(sizes), max(sizes)
    if least == most:
        return
    for name, who in product(sizes[least], (RENDERED, CACHED)):
        both = {"most": sizes[most][name][who], "least": sizes[least][name][who]}
        text = f"{name}: {who}, {most:,} issues / {least:,}"
        yield at_most(text, share(both, "most", "least"), GROWTH)
