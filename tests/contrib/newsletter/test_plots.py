"""Bar charts as SVG."""

from digest.contrib.newsletter.plots import HEIGHT, WIDTH, Series, bar_plot

SERIES = [Series("accepted", "accepted"), Series("refused", "refused")]


def test_bars_are_stacked_to_scale():
    rows = [("10:00", {"accepted": 3, "refused": 1}), ("10:01", {"accepted": 2})]
    plot = bar_plot("Title", "Description", SERIES, rows)
    assert (plot.maximum, plot.first_label, plot.last_label) == (4, "10:00", "10:01")
    assert [(bar.series, float(bar.x), float(bar.y), float(bar.height)) for bar in plot.bars] == [
        ("accepted", 0, HEIGHT / 4, HEIGHT * 3 / 4),
        ("refused", 0, 0, HEIGHT / 4),
        ("accepted", WIDTH / 2, HEIGHT / 2, HEIGHT / 2),
    ]


def test_nothing_is_no_plot():
    assert bar_plot("Title", "Description", SERIES, []) is None
    assert bar_plot("Title", "Description", SERIES, [("10:00", {})]) is None
