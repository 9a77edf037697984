"""``manage.py rebuild_stories``: mend or check the table that ``digest.pages.stories`` keeps."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.pages import stories


class Command(BaseCommand):
    """Makes the table of stories what the live issues say, or only looks whether it is."""

    help = (
        "Make the table of stories agree with the live issues. It can be run at any time; only "
        "rows that differ are written."
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
            self.stdout.write(self.style.SUCCESS(f"{stories.rebuild()} rows of stories mended."))

    def check_rows(self) -> None:
        """Print every difference as it is found."""
        found = 0
        for found, difference in enumerate(stories.differences(), 1):  # noqa: B007
            self.stdout.write(str(difference))
        if found:
            raise CommandError(f"{found} rows of stories are wrong: run rebuild_stories.")
        self.stdout.write(self.style.SUCCESS("All rows of stories are right."))
