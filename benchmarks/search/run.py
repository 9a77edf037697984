"""Run the benchmarks of searches for each size."""

import time
from argparse import Namespace
from io import StringIO

from django.core.management import call_command
from django.db import connection

from benchmarks.client import Client
from benchmarks.content import STORIES
from benchmarks.database import database
from benchmarks.measure import Figures, Variant, measure
from benchmarks.profiling import profile
from benchmarks.search.cases import cases
from benchmarks.search.report import API, OURS, WAGTAIL, header, table, verdicts
from benchmarks.search.sizes import sizes
from benchmarks.search.texts import SearchWriter
from benchmarks.start import prepare
from digest.contrib.search.models import Entry

# Each response is rendered: a cached one would measure no search.
UNCACHED = {"DIGEST_CACHE_SECONDS": 0}


def run(options: Namespace, directory: str, is_persistent: bool) -> None:
    """Measure or profile with each size of database."""
    prepare()
    results = {}
    for stories in options.stories:
        with database(
            stories // STORIES, directory, is_persistent, "search-", SearchWriter
        ) as is_new:
            print(f"{stories:,} stories")
            if is_new or options.rebuild:
                index(with_wagtail=is_new)
            print("\n".join(sizes()), flush=True)
            if options.profile:
                profile_one(options.profile, options.rounds)
            else:
                results[stories] = run_cases(options)
    print("\n".join(verdicts(results, connection.vendor)), flush=True)


def index(with_wagtail: bool) -> None:
    """Rebuild our index, and Wagtail's in a new database; print the times."""
    commands = {"rebuild_search": "our index"}
    if with_wagtail:
        commands["update_index"] = "Wagtail's index of all pages"
    Entry.objects.all().delete()
    for command, name in commands.items():
        start, seconds = time.monotonic(), time.process_time()
        call_command(command, verbosity=0, stdout=StringIO())
        took, seconds = time.monotonic() - start, time.process_time() - seconds
        print(f"{name}: built in {took:.0f} s ({seconds:.0f} s of CPU here)", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def run_cases(options: Namespace) -> dict[str, dict[str, Figures]]:
    """Print and return the figures of the named cases, or of all."""
    client, results = Client(), {}
    print(header())
    for case in cases():
        if not options.only or case.name in options.only:
            api = client.variant([case.url], settings=UNCACHED)
            variants = {OURS: Variant(case.ours), API: api}
            if case.wagtail and not options.without_wagtail:
                variants[WAGTAIL] = Variant(case.wagtail)
            results[case.name] = measure(variants, options.rounds, options.timeout)
            print("\n".join(table(case, results[case.name])), flush=True)
    return results


def profile_one(name: str, rounds: int) -> None:
    """Profile our search of a case."""
    case = next(found for found in cases() if found.name == name)
    profile(Variant(case.ours), rounds)
