"""Run the benchmarks for each size, and again with many private pages."""

from argparse import Namespace

from wagtail.models import PageViewRestriction

from benchmarks.cases import cases
from benchmarks.client import Client
from benchmarks.database import database
from benchmarks.measure import measure
from benchmarks.profiling import profile
from benchmarks.report import Results, growth, header, table, verdicts
from benchmarks.start import prepare
from benchmarks.tools import compare
from benchmarks.variants import CACHED, RENDERED, variants
from digest.models import IssuePage

# Wagtail's APIs take half a minute for each, or fail: two cases are enough.
PRIVATE_CASES = ["detail", "list"]


def run(options: Namespace, directory: str, is_persistent: bool) -> None:
    """Measure or profile with each size of database."""
    prepare()
    sizes = {}
    for issues in options.issues:
        with database(issues, directory, is_persistent):
            if options.profile:
                profile_one(options)
            else:
                sizes[issues] = run_cases(options.only, options)
                print("\n".join(verdicts(sizes[issues])), flush=True)
                compare_tools(options)
                with_restrictions(options, issues)
    if sizes:
        print("\n".join(["", *growth(sizes)]), flush=True)


def run_cases(names: list[str], options: Namespace) -> Results:
    """Print and return the figures of the named cases, or of all."""
    client, results = Client(), {}
    print(header())
    for case in cases(client.get):
        if not names or case.name in names:
            found = measure(variants(client, case), options.rounds, options.timeout)
            results[case.name] = found
            print("\n".join(table(case, found)), flush=True)
    return results


def compare_tools(options: Namespace) -> None:
    """Print what the tools of the MCP server cost beside their endpoints."""
    if not options.only or "tools" in options.only:
        print("\n".join(compare(Client(), options.rounds, options.timeout)), flush=True)


def with_restrictions(options: Namespace, issues: int) -> None:
    """Run again with many older issues private, if there are enough of them."""
    number = options.restrictions
    if not number or issues < 2 * number:
        return
    private = IssuePage.objects.order_by("date", "pk").only("pk")[20 : 20 + number]
    rows = [PageViewRestriction(page=page, restriction_type="login") for page in private]
    PageViewRestriction.objects.bulk_create(rows)
    try:
        print(f"\n{issues:,} issues, {number:,} of them private")
        run_cases(options.only or PRIVATE_CASES, options)
    finally:
        PageViewRestriction.objects.all().delete()


def profile_one(options: Namespace) -> None:
    """Profile a case of this API, rendered or cached."""
    client, label = Client(), CACHED if options.cached else RENDERED
    case = next(found for found in cases(client.get) if found.name == options.profile)
    print(f"{case.text}: {label}, {options.rounds} times")
    profile(variants(client, case)[label], options.rounds)
