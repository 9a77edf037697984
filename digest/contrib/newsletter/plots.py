"""Bar charts as inline SVG, which ``digest/newsletter/admin/plot.html`` renders with a legend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

WIDTH, HEIGHT = 1000, 200


class Series(NamedTuple):
    """What a part of each bar counts; ``name`` is in its CSS class."""

    name: str
    label: Any


class Bar(NamedTuple):
    """A rectangle in the units of the SVG."""

    x: str
    y: str
    width: str
    height: str
    series: str


@dataclass
class Plot:
    """A chart with stacked bars, one for each label."""

    title: str
    description: str
    series: Sequence[Series]
    labels: Sequence[str]
    maximum: int
    bars: list[Bar]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def first_label(self) -> str:
        return self.labels[0]

    @property
    def last_label(self) -> str:
        return self.labels[-1] if len(self.labels) > 1 else ""


def bar_plot(
    title: str,
    description: str,
    series: Sequence[Series],
    rows: Sequence[tuple[str, Mapping[str, int]]],
) -> Plot | None:
    """Return the chart of rows, each a label with counts by series; None if there is nothing."""
    maximum = max((sum(counts.values()) for _label, counts in rows), default=0)
    if not maximum:
        return None
    step, scale = WIDTH / len(rows), HEIGHT / maximum
    bars = []
    for number, (_label, counts) in enumerate(rows):
        below = 0.0
        for name, _series_label in series:
            height = counts.get(name, 0) * scale
            if height:
                below += height
                x, y = number * step, HEIGHT - below
                bars.append(Bar(*(f"{n:.2f}" for n in (x, y, step * 0.85, height)), name))
    return Plot(title, description, series, [label for label, _c in rows], maximum, bars)
