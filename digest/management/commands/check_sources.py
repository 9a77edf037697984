"""``manage.py check_sources``: find the cited sources that are dead or have moved."""

from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.sources.checking import CheckResult
from digest.sources.models import Source, State
from digest.sources.runs import Run, due_sources


def integer(text: str) -> int:
    """Parse an integer from 0 to 99999."""
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ArgumentTypeError(f"{text!r} is not an integer from 0 to 99999.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Check whether the sources that live issues cite still exist. Each is checked again "
        "after DIGEST_SOURCE_CHECK_DAYS. Several runs at once share the work."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=integer, help="check at most this number of sources")
        parser.add_argument(
            "--older-than",
            type=integer,
            metavar="DAYS",
            help="check those not checked for this number of days, instead of those that are due",
        )
        parser.add_argument(
            "--source", metavar="URL", help="check only this one, whether or not it is due"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each source and a summary; CommandError if the URL is not cited."""
        sources = due_sources(options["older_than"], options["source"] or "")
        if options["source"] and not sources.exists():
            raise CommandError("No live issue cites this URL.")
        if options["limit"] is not None:
            sources = sources[: options["limit"]]
        run, counts = Run(), Counter()
        for source, result in run.check(sources):
            counts[result.state] += 1
            self.stdout.write(line_of(source, result))
        self.stdout.write(self.style.SUCCESS(summary_of(counts)))
        if run.skipped:
            self.stdout.write(f"{run.skipped} skipped: another run is checking their hosts.")


def line_of(source: Source, result: CheckResult) -> str:
    """Format the result of one check."""
    state = result.state.label if result.state else State.UNCHECKED.label
    status = f" ({result.http_status})" if result.http_status else ""
    target = f" to {result.moved_to}" if result.moved_to else ""
    detail = f": {result.detail}" if result.detail else ""
    return f"{state}{status}{target}{detail}  {source.canonical_url}"


def summary_of(counts: Counter) -> str:
    """Format the number of sources in each state."""
    states = [f"{counts[state]} {state.label}" for state in State if counts[state]]
    if counts[None]:
        states.append(f"{counts[None]} postponed")
    total = sum(counts.values())
    return f"{total} sources checked" + (f": {', '.join(states)}." if states else ".")
