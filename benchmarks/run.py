"""The rounds: one size after the other, then one with many private pages."""

from argparse import Namespace

from wagtail.models import PageViewRestriction

from benchmarks.asker import Asker
from benchmarks.catalogue import questions
from benchmarks.database import database
from benchmarks.measure import measure
from benchmarks.profiling import profile
from benchmarks.report import Results, growth, header, table, verdicts
from benchmarks.start import announce
from benchmarks.ways import CACHED, RENDERED, ways
from digest.models import IssuePage

# Wagtail's APIs take half a minute for each, or fail after it: two questions are enough.
PRIVATE_ROUND = ["detail", "list"]


def run(options: Namespace, directory: str, is_kept: bool) -> None:
    """Measure, or profile one request, with each size of database."""
    announce()
    sizes = {}
    for issues in options.issues:
        with database(issues, directory, is_kept):
            if options.profile:
                profile_one(options)
            else:
                sizes[issues] = ask(options.only, options)
                print("\n".join(verdicts(sizes[issues])), flush=True)
                with_restrictions(options, issues)
    if sizes:
        print("\n".join(["", *growth(sizes)]), flush=True)


def ask(names: list[str], options: Namespace) -> Results:
    """Print the table of the questions of these names, or of all; return what stands in it."""
    asker, results = Asker(), {}
    print(header())
    for question in questions(asker.get):
        if not names or question.name in names:
            found = measure(ways(asker, question), options.rounds, options.patience)
            results[question.name] = found
            print("\n".join(table(question, found)), flush=True)
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
        ask(options.only or PRIVATE_ROUND, options)
    finally:
        PageViewRestriction.objects.all().delete()


def profile_one(options: Namespace) -> None:
    """Where our answer to one question takes its time, rendered or cached."""
    asker, who = Asker(), CACHED if options.cached else RENDERED
    question = next(found for found in questions(asker.get) if found.name == options.profile)
    print(f"{question.text}: {who}, {options.rounds} times")
    profile(ways(asker, question)[who], options.rounds)
