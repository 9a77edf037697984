"""The rounds: one size after the other, in one database."""

import cProfile
import logging
import platform
import pstats
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import django
import wagtail
from django.core.management import call_command
from django.db import connection
from django.db.backends.signals import connection_created

from benchmarks.content import STORIES
from benchmarks.database import drop_database, use_database
from benchmarks.measure import Asker
from benchmarks.search.measure import Figures, measure
from benchmarks.search.questions import Question, questions
from benchmarks.search.report import API, HEADER, OURS, WAGTAIL, line, table, verdicts
from benchmarks.search.sizes import sizes
from benchmarks.search.texts import SearchWriter
from digest.search.models import Entry


def run(options: Namespace, directory: str, is_kept: bool) -> None:
    """Measure, or profile one search, with each size of database."""
    logging.disable(logging.CRITICAL)
    versions = f"Wagtail {wagtail.__version__}, Django {django.__version__}"
    print(f"\n{versions}, Python {platform.python_version()}, {connection.display_name}")
    connection.settings_dict["CONN_MAX_AGE"] = None  # One process of the server, to look at.
    connection_created.connect(without_helpers)
    results = {}
    for stories in options.stories:
        with database(stories, directory, is_kept, options.rebuild):
            if options.profile:
                profile(options.profile, options.rounds)
            else:
                results[stories] = ask(options)
    print("\n".join(verdicts(results, connection.vendor)), flush=True)


def without_helpers(connection, **kwargs) -> None:
    """Have PostgreSQL answer in one process, whose CPU time is then all there is."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")


@contextmanager
def database(stories: int, directory: str, is_kept: bool, rebuild: bool) -> Iterator[None]:
    """The database of so many stories, with both indexes; removed where none is to be kept."""
    original, start = connection.settings_dict["NAME"], time.monotonic()
    issues = stories // STORIES
    is_new = use_database(issues, directory, "search-", SearchWriter)
    print(f"\n{stories:,} stories in {issues:,} issues, ready in {time.monotonic() - start:.0f} s")
    try:
        if is_new or rebuild:
            index(with_wagtails=is_new)
        print("\n".join(sizes()), flush=True)
        yield
    finally:
        if not is_kept:
            drop_database(original)


def index(with_wagtails: bool) -> None:
    """Fill our index, and Wagtail's where it is empty; print how long each takes."""
    commands = {"rebuild_search": "our index"}
    if with_wagtails:
        commands["update_index"] = "Wagtail's index of all pages"
    Entry.objects.all().delete()
    for command, name in commands.items():
        start, seconds = time.monotonic(), time.process_time()
        call_command(command, verbosity=0, stdout=StringIO())
        took, seconds = time.monotonic() - start, time.process_time() - seconds
        print(f"{name}: made in {took:.0f} s ({seconds:.0f} s of CPU here)", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def ask(options: Namespace) -> dict[str, dict[str, Figures]]:
    """Print the table of the questions of these names, or of all; return what stands in it."""
    asker, results = Asker(), {}
    print(line(HEADER))
    for question in questions():
        if not options.only or question.name in options.only:
            answers = {OURS: question.ours, API: requested(asker, question)}
            if question.wagtail and not options.without_wagtail:
                answers[WAGTAIL] = question.wagtail
            results[question.name] = measure(answers, options.rounds, options.patience)
            print("\n".join(table(question, results[question.name])), flush=True)
    return results


def requested(asker: Asker, question: Question):
    """The whole answer of the API to a question; how many bytes it has."""

    def answer() -> int:
        status, content = asker.ask(asker.environments([question.address]))
        if status != 200:
            raise RuntimeError(f"{question.address} answers {status}: {content[:500]!r}")
        return len(content)

    return answer


def profile(name: str, rounds: int) -> None:
    """The forty functions in which our search spends most, then ours with all that they call."""
    profiler = cProfile.Profile()
    question = next(found for found in questions() if found.name == name)
    question.ours()
    for _round in range(rounds):
        profiler.runcall(question.ours)
    stats = pstats.Stats(profiler)
    stats.sort_stats("tottime").print_stats(40)
    stats.sort_stats("cumulative").print_stats("/digest/", 40)
