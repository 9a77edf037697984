from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.contrib.newsletter import removals, subscriptions
from digest.contrib.newsletter.email_addresses import InvalidAddress, parse
from digest.contrib.newsletter.restoring import RemovalsAgain


class Command(BaseCommand):
    help = (
        "Erase an address and everything stored about it. With --again, repeat the erasures and "
        "unsubscriptions of a removals file, after the restore of a backup."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_mutually_exclusive_group(required=True)
        chosen.add_argument("address", nargs="?", help="the e-mail address")
        chosen.add_argument(
            "--again",
            type=Path,
            metavar="FILE",
            help="repeat what this removals file records, unless the reader signed up later",
        )

    def handle(self, *, address: str | None, again: Path | None, **options: Any) -> None:
        if again:
            self.repeat(again)
        else:
            self.erase(address or "")

    def erase(self, text: str) -> None:
        try:
            key = parse(text).key
        except InvalidAddress as error:
            raise CommandError(str(error)) from None
        if not subscriptions.erase_address(key):
            raise CommandError("Nothing is stored about this address.")
        self.stdout.write(self.style.SUCCESS("Erased the address and its subscriptions."))

    def repeat(self, path: Path) -> None:
        try:
            # At once, because applying a line may append to the same file.
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        count, invalid, again = 0, [], RemovalsAgain()
        for number, line in removals.parse(lines):
            if line is None:
                invalid.append(str(number))
            else:
                count += again.apply(line)
        self.stdout.write(f"Ended or deleted {count} subscriptions.")
        if invalid:
            raise CommandError(f"Lines that are no removals: {', '.join(invalid)}.")
