"""``manage.py check_sources``: find the cited addresses that are dead or have moved."""

from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.sources.checking import Finding
from digest.sources.models import Source, State
from digest.sources.runs import Run, due_sources


def whole_number(text: str) -> int:
    """A number that is not negative, and no greater than a database takes."""
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ArgumentTypeError(f"{text!r} is no whole number up to 99999.")
    return int(text)


class Command(BaseCommand):
    """Asks for the cited addresses whose time has come, politely, and keeps what it finds."""

    help = (
        "Look whether the sources that live issues cite are still there. Each is checked again "
        "after DIGEST_SOURCE_CHECK_DAYS. Several runs at once share the work."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which sources, and how many."""
        parser.add_argument("--limit", type=whole_number, help="check so many sources at most")
        parser.add_argument(
            "--older-than",
            type=whole_number,
            metavar="DAYS",
            help="check what was not checked for so many days, whatever the setting says",
        )
        parser.add_argument("--source", metavar="URL", help="check this one, due or not")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check them, with a line for each and a sum; CommandError for a source nobody cites."""
        sources = due_sources(options["older_than"], options["source"] or "")
        if options["source"] and not sources.exists():
            raise CommandError("No live issue cites this address.")
        if options["limit"] is not None:
            sources = sources[: options["limit"]]
        run, found = Run(), Counter()
        for source, finding in run.check(sources):
            found[finding.state] += 1
            self.stdout.write(line_of(source, finding))
        self.stdout.write(self.style.SUCCESS(sum_of(found)))
        if run.left:
            self.stdout.write(f"{run.left} left to another run, which is asking their hosts.")


def line_of(source: Source, finding: Finding) -> str:
    """What was found of one source, in one line."""
    said = finding.state.label if finding.state else State.UNCHECKED.label
    status = f" ({finding.http_status})" if finding.http_status else ""
    target = f" to {finding.moved_to}" if finding.moved_to else ""
    detail = f": {finding.detail}" if finding.detail else ""
    return f"{said}{status}{target}{detail}  {source.canonical_url}"


def sum_of(found: Counter) -> str:
    """What was found of all, in one line."""
    states = [f"{found[state]} {state.label}" for state in State if found[state]]
    if found[None]:
        states.append(f"{found[None]} put off")
    total = sum(found.values())
    return f"{total} sources checked" + (f": {', '.join(states)}." if states else ".")
