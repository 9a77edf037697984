"""The table, and whether the figures are what was wanted."""

from collections.abc import Iterator

from benchmarks.measure import Figures
from benchmarks.search.questions import Question
from benchmarks.tables import at_least, at_most, line

OURS, API, WAGTAIL = "this search", "the API's answer", "Wagtail's search"
HEADER = ["", "found", "queries", "CPU ms", "least", "server's", "clock ms", "times"]
WIDTHS = [26, 13, 9, 10, 10, 10, 11, 10]
# At 10,000 issues: how many times less than Wagtail's the common word is to cost.
COMPARED, TIMES = 50_000, {"sqlite": 100, "postgresql": 5}
# At 100,000 stories: milliseconds of CPU, of this process and of the server's.
MOST, MOST_OF_SUGGESTIONS = 50, 30


def header() -> str:
    """The names of the columns."""
    return line(HEADER, WIDTHS)


def table(question: Question, figures: dict[str, Figures]) -> Iterator[str]:
    """The lines of one question: who, and what it cost."""
    yield f"{question.text} ({question.name})"
    for who, found in figures.items():
        if found.found is None:
            yield f"  {who:<24} no answer within {found.first:.0f} s"
        else:
            number = f"{found.found:,}{' bytes' if who == API else ''}"
            queries = str(found.queries or "")
            yield line([f"  {who}", number, queries, *_costs(found, figures)], WIDTHS)


def _costs(found: Figures, figures: dict[str, Figures]) -> list[str]:
    times = ""
    if WAGTAIL in figures and found is figures[OURS]:
        times = f"{'> ' if figures[WAGTAIL].found is None else ''}{faster(figures):,.1f}"
    costs = (found.own, found.least, found.servers, found.clock)
    return [*(f"{cost:,.1f}" for cost in costs), times]


def faster(figures: dict[str, Figures]) -> float:
    """How many times the CPU time of ours Wagtail's takes, as far as it came."""
    return figures[WAGTAIL].cpu / figures[OURS].cpu


def verdicts(results: dict[int, dict[str, dict[str, Figures]]], vendor: str) -> Iterator[str]:
    """The wanted figures, each with yes or no."""
    if not results:
        return
    yield ""
    common = results.get(COMPARED, {}).get("common", {})
    if WAGTAIL in common:
        text = "the common word, 10,000 issues: Wagtail / this search"
        yield at_least(text, faster(common), TIMES[vendor])
    largest = max(results)
    for who in (OURS, API):
        for name, figures in results[largest].items():
            most = MOST_OF_SUGGESTIONS if name.startswith("suggest") else MOST
            text = f"{name}, {largest:,} stories: {who}"
            yield at_most(text, figures[who].cpu, most, " ms")
