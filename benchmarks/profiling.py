"""Where an answer takes its time."""

import cProfile
import pstats

from django.test import override_settings

from benchmarks.measure import Way


def profile(way: Way, rounds: int) -> None:
    """The forty functions in which a way spends most, then ours with all that they call."""
    profiler = cProfile.Profile()
    with override_settings(**way.settings):
        way.ask()
        for _round in range(rounds):
            profiler.runcall(way.ask)
    stats = pstats.Stats(profiler)
    stats.sort_stats("tottime").print_stats(40)
    stats.sort_stats("cumulative").print_stats("/digest/", 40)
