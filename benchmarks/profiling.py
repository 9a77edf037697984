"""Profile a variant."""

import cProfile
import pstats

from django.test import override_settings

from benchmarks.measure import Variant


def profile(variant: Variant, rounds: int) -> None:
    """Print the forty most expensive functions, then ours by cumulative time."""
    profiler = cProfile.Profile()
    with override_settings(**variant.settings):
        variant.run()
        for _round in range(rounds):
            profiler.runcall(variant.run)
    stats = pstats.Stats(profiler)
    stats.sort_stats("tottime").print_stats(40)
    stats.sort_stats("cumulative").print_stats("/digest/", 40)
