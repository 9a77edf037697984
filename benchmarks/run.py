"""The rounds: one size after the other, then one with many private pages."""

import cProfile
import logging
import platform
import pstats
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

import django
import wagtail
from django.db import connection
from wagtail.models import PageViewRestriction

from benchmarks.catalogue import OURS, questions
from benchmarks.database import drop_database, use_database
from benchmarks.measure import Asker, Figures
from benchmarks.report import HEADER, line, table, verdicts
from digest.models import IssuePage

# Wagtail's APIs take half a minute for each, or fail after it: two questions are enough.
PRIVATE_ROUND = ["detail", "list"]


def run(options: Namespace, directory: str, keep: bool) -> None:
    """Measure, or profile one request, with each size of database."""
    # A failing answer is a line of the table; its traceback would stand in the middle of it.
    logging.disable(logging.CRITICAL)
    versions = f"Wagtail {wagtail.__version__}, Django {django.__version__}"
    print(f"{versions}, Python {platform.python_version()}, {connection.display_name}")
    for issues in options.issues:
        with database(issues, directory, keep):
            if options.profile:
                profile(options.profile, options.rounds)
            else:
                print("\n".join(verdicts(measure(options.only, options.rounds))), flush=True)
                with_restrictions(options, issues)


@contextmanager
def database(issues: int, directory: str, keep: bool) -> Iterator[None]:
    """The database of so many issues; removed again where none is to be kept."""
    original, start = connection.settings_dict["NAME"], time.monotonic()
    use_database(issues, directory)
    print(f"\n{issues:,} issues, ready in {time.monotonic() - start:.0f} s")
    try:
        yield
    finally:
        if not keep:
            drop_database(original)


def measure(names: list[str], rounds: int) -> dict[str, dict[str, Figures]]:
    """Print the table of the questions of these names, or of all; return what stands in it."""
    asker, results = Asker(), {}
    print(line(HEADER))
    for question in questions(asker.get):
        if not names or question.name in names:
            results[question.name] = asker.measure(question, rounds)
            print("\n".join(table(question, results[question.name])), flush=True)
    return results


def with_restrictions(options: Namespace, issues: int) -> None:
    """The same again with many of the older issues private, where there are enough of them."""
    number = options.restrictions
    if not number or issues < 2 * number:
        return
    private = IssuePage.objects.order_by("date", "pk").only("pk")[20 : 20 + number]
    rows = [PageViewRestriction(page=page, restriction_type="login") for page in private]
    PageViewRestriction.objects.bulk_create(rows)
    try:
        print(f"\n{issues:,} issues, {number:,} of them private")
        measure(options.only or PRIVATE_ROUND, options.rounds)
    finally:
        PageViewRestriction.objects.all().delete()


def profile(name: str, rounds: int) -> None:
    """The forty functions in which our answer spends most, then ours with all that they call."""
    asker, profiler = Asker(), cProfile.Profile()
    question = next(found for found in questions(asker.get) if found.name == name)
    print(f"{question.text}: {question.requests[OURS]}, {rounds} times")
    for number in range(rounds + 2):
        environments = asker.environments(question.requests[OURS])
        if number < 2:
            asker.ask(environments)
        else:
            profiler.runcall(asker.ask, environments)
    stats = pstats.Stats(profiler)
    stats.sort_stats("tottime").print_stats(40)
    stats.sort_stats("cumulative").print_stats("/digest/", 40)
