from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from digest.contrib.changes import relay


class Command(BaseCommand):
    help = "Number the changes that readers can see, for the feed of changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="compare all pages")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            relay.mark_everything()
        self.stdout.write(f"{relay.relay()} changes.")
