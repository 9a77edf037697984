from typing import Any

from django.core.management.base import BaseCommand

from digest.contrib.newsletter.mailings import hold_all


class Command(BaseCommand):
    help = (
        "Hold all mailings that are scheduled or being sent, until an editor continues them: after "
        "the restore of a backup, before run_jobs starts."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Held {hold_all()} mailings.")
