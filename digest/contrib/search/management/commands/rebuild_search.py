"""``manage.py rebuild_search``: mend or check the index of readers' search."""

from argparse import ArgumentParser
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.contrib.search import index
from digest.pages.page_models import get_issue_page_model


class Command(BaseCommand):
    """Makes the index what the public issues say, or only looks whether it is."""

    help = (
        "Make the index of readers' search agree with the public issues and their stories. It can "
        "be run at any time; only entries that differ are written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to look only."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; name the entries that differ, and exit with 1 if there are any",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Mend, or check; raises CommandError where a check finds something."""
        if options["check"]:
            self.check_entries()
            return
        number = index.rebuild(self.tell if options["verbosity"] else lambda seen: None)
        self.stdout.write(self.style.SUCCESS(f"{number} entries of the index mended."))

    def tell(self, seen: int) -> None:
        """Say how far it is, now and then."""
        if not seen % 1000:
            self.stdout.write(f"{seen} of {get_issue_page_model().objects.count()} issues ...")

    def check_entries(self) -> None:
        """Print every difference as it is found."""
        found = 0
        differences = chain(index.differences(), index.word_differences())
        for found, difference in enumerate(differences, 1):  # noqa: B007
            self.stdout.write(str(difference))
        if found:
            raise CommandError(f"{found} entries or words are wrong: run rebuild_search.")
        self.stdout.write(self.style.SUCCESS("All entries of the index are right."))
