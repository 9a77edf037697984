"""The table, and whether the figures are what was wanted."""

from collections.abc import Iterator

from benchmarks.catalogue import OURS, V2, V3, Question
from benchmarks.measure import Figures

HEADER = ["", "queries", "bytes", "CPU ms", "least", "clock ms", "of v2", "of v3"]
WIDTHS = [28, 9, 10, 9, 9, 10, 8, 8]
# Our share of the CPU time of another's answer.
WANTED = [("detail", V2, 1 / 3), ("detail", V3, 1 / 2), ("bodies", V2, 1 / 6)]
DEEP, DEEP_AT_MOST = ["last", "oldest"], 1.2


def line(cells: list[str]) -> str:
    """The first cell to the left, the others to the right."""
    first, *others = zip(cells, WIDTHS, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others)


def table(question: Question, figures: dict[str, Figures]) -> Iterator[str]:
    """The lines of one question: who, and what it cost."""
    yield f"{question.text} ({question.name})"
    for who, found in figures.items():
        requests = len(question.requests[who])
        name = f"  {who}, {requests} requests" if requests > 1 else f"  {who}"
        if found.seconds:
            yield line([name, *_costs(found), *_shares(who, figures)])
        else:
            yield f"{name:<28} fails with {found.status} after {found.first:.1f} s"


def _costs(found: Figures) -> list[str]:
    times = (found.milliseconds, found.least, found.wall)
    return [f"{found.queries:,}", f"{found.size:,}", *(f"{value:.2f}" for value in times)]


def _shares(who: str, figures: dict[str, Figures]) -> list[str]:
    if who != OURS:
        return ["", ""]
    shares = [share(figures[who], figures[other]) for other in (V2, V3)]
    return ["" if found is None else f"{found:.2f}" for found in shares]


def share(ours: Figures, theirs: Figures) -> float | None:
    """Our CPU time as a share of theirs; None where one of them fails."""
    both = ours.seconds and theirs.seconds
    return ours.milliseconds / theirs.milliseconds if both else None


def verdicts(results: dict[str, dict[str, Figures]]) -> Iterator[str]:
    """The wanted figures, each with yes or no."""
    for name, other, at_most in WANTED:
        if name in results:
            found = share(results[name][OURS], results[name][other])
            yield _verdict(f"{name}: this API / {other}", found, at_most)
    for name in DEEP:
        if {name, "list"} <= set(results):
            found = share(results[name][OURS], results["list"][OURS])
            yield _verdict(f"{name}: the last page / the first", found, DEEP_AT_MOST)


def _verdict(text: str, found: float | None, at_most: float) -> str:
    if found is None:
        return f"{text:<36} one of them fails"
    answer = "yes" if found <= at_most else "NO"
    return f"{text:<36} {found:.2f}, wanted {at_most:.2f} or less: {answer}"
