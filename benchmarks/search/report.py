"""Format the table, and compare the figures with the targets."""

from collections.abc import Iterator

from benchmarks.measure import Figures
from benchmarks.search.cases import Case
from benchmarks.tables import at_least, at_most, line

OURS, API, WAGTAIL = "this search", "the API", "Wagtail's search"
HEADER = ["", "found", "queries", "CPU ms", "least", "server's", "clock ms", "times"]
WIDTHS = [26, 13, 9, 10, 10, 10, 11, 10]
# With 10,000 issues: how many times more Wagtail's search has to cost for the common word.
COMPARED, TIMES = 50_000, {"sqlite": 100, "postgresql": 5}
# With 100,000 stories: milliseconds of CPU, of this process and of the server's.
MAX_CPU, MAX_CPU_OF_SUGGESTIONS = 50, 30


def header() -> str:
    return line(HEADER, WIDTHS)


def table(case: Case, figures: dict[str, Figures]) -> Iterator[str]:
    """Yield a line for each search of a case."""
    yield f"{case.text} ({case.name})"
    for label, found in figures.items():
        if found.result is None:
            yield f"  {label:<24} no result within {found.first:.0f} s"
        else:
            number = f"{found.result:,}{' bytes' if label == API else ''}"
            queries = str(found.queries or "")
            yield line([f"  {label}", number, queries, *_costs(found, figures)], WIDTHS)


def _costs(found: Figures, figures: dict[str, Figures]) -> list[str]:
    times = ""
    if WAGTAIL in figures and found is figures[OURS]:
        times = f"{'> ' if figures[WAGTAIL].result is None else ''}{faster(figures):,.1f}"
    costs = (found.own, found.least, found.servers, found.clock)
    return [*(f"{cost:,.1f}" for cost in costs), times]


def faster(figures: dict[str, Figures]) -> float:
    """Return Wagtail's CPU time as a multiple of ours, as far as it was measured."""
    return figures[WAGTAIL].cpu / figures[OURS].cpu


def verdicts(results: dict[int, dict[str, dict[str, Figures]]], vendor: str) -> Iterator[str]:
    """Yield a line for each target: whether it is met."""
    if not results:
        return
    yield ""
    common = results.get(COMPARED, {}).get("common", {})
    if WAGTAIL in common:
        text = "the common word, 10,000 issues: Wagtail / this search"
        yield at_least(text, faster(common), TIMES[vendor])
    largest = max(results)
    for label in (OURS, API):
        for name, figures in results[largest].items():
            most = MAX_CPU_OF_SUGGESTIONS if name.startswith("suggest") else MAX_CPU
            text = f"{name}, {largest:,} stories: {label}"
            yield at_most(text, figures[label].cpu, most, " ms")
