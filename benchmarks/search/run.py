"""The rounds: one size after the other, in one database."""

import time
from argparse import Namespace
from io import StringIO

from django.core.management import call_command
from django.db import connection

from benchmarks.asker import Asker
from benchmarks.content import STORIES
from benchmarks.database import database
from benchmarks.measure import Figures, Way, measure
from benchmarks.profiling import profile
from benchmarks.search.questions import questions
from benchmarks.search.report import API, OURS, WAGTAIL, header, table, verdicts
from benchmarks.search.sizes import sizes
from benchmarks.search.texts import SearchWriter
from benchmarks.start import announce
from digest.contrib.search.models import Entry

# Each answer is made: what is kept of one says nothing about a search.
MADE = {"DIGEST_CACHE_SECONDS": 0}


def run(options: Namespace, directory: str, is_kept: bool) -> None:
    """Measure, or profile one search, with each size of database."""
    announce()
    results = {}
    for stories in options.stories:
        with database(stories // STORIES, directory, is_kept, "search-", SearchWriter) as is_new:
            print(f"{stories:,} stories")
            if is_new or options.rebuild:
                index(with_wagtails=is_new)
            print("\n".join(sizes()), flush=True)
            if options.profile:
                profile_one(options.profile, options.rounds)
            else:
                results[stories] = ask(options)
    print("\n".join(verdicts(results, connection.vendor)), flush=True)


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
    print(header())
    for question in questions():
        if not options.only or question.name in options.only:
            api = asker.way([question.address], settings=MADE)
            ways = {OURS: Way(question.ours), API: api}
            if question.wagtail and not options.without_wagtail:
                ways[WAGTAIL] = Way(question.wagtail)
            results[question.name] = measure(ways, options.rounds, options.patience)
            print("\n".join(table(question, results[question.name])), flush=True)
    return results


def profile_one(name: str, rounds: int) -> None:
    """Where our search for one thing takes its time."""
    question = next(found for found in questions() if found.name == name)
    profile(Way(question.ours), rounds)
