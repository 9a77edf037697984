from typing import Any

from django.core.management.base import BaseCommand

from digest.contrib.changes.tombstones import start_new_epoch


class Command(BaseCommand):
    help = "Make all clients of the feed of changes start over, after a backup was restored."

    def handle(self, *args: Any, **options: Any) -> None:
        start_new_epoch()
        self.stdout.write("All clients start over.")
