import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.contrib.newsletter.models import Subscription
from digest.contrib.newsletter.transfer import exporting
from digest.importing.saving import ImportRejected, find_digest


class Command(BaseCommand):
    help = "Write subscribers with their state and the record of consent as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", default="-", metavar="FILE", help="a new file; - for the output"
        )
        parser.add_argument("--digest", metavar="SLUG", help="only those of this digest")

    def handle(self, *, file: str, digest: str | None, **options: Any) -> None:
        subscriptions = Subscription.objects.all()
        if digest:
            subscriptions = subscriptions.filter(digest=self.find(digest))
        if file == "-":
            exporting.write_csv(subscriptions, sys.stdout)
            return
        try:
            # Only for the owner, and never over another file.
            Path(file).touch(mode=0o600, exist_ok=False)
            with Path(file).open("w", encoding="utf-8", newline="") as output:
                count = exporting.write_csv(subscriptions, output)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        self.stdout.write(self.style.SUCCESS(f"Exported {count} subscriptions."))

    def find(self, slug: str) -> Any:
        try:
            return find_digest(slug)
        except ImportRejected as error:
            raise CommandError(str(error)) from None
