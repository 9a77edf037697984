"""``manage.py rebuild_sources``: mend or check the register of sources."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.sources import index


class Command(BaseCommand):
    """Makes the register of sources what the live issues cite, or only looks whether it is."""

    help = (
        "Make the register of sources agree with the live issues. It can be run at any time; "
        "only rows that differ are written, and what checks have found is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to look only."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; name the rows that differ, and exit with 1 if there are any",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Mend, or check; raises CommandError where a check finds something."""
        if options["check"]:
            self.check_rows()
        else:
            self.stdout.write(self.style.SUCCESS(f"{index.rebuild()} citations mended."))

    def check_rows(self) -> None:
        """Print every difference as it is found."""
        found = 0
        for found, difference in enumerate(index.differences(), 1):  # noqa: B007
            self.stdout.write(str(difference))
        if found:
            raise CommandError(f"{found} citations are wrong: run rebuild_sources.")
        self.stdout.write(self.style.SUCCESS("The register of sources is right."))
