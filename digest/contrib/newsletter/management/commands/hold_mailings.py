from typing import Any

from django.core.management.base import BaseCommand

from digest.contrib.newsletter.mailings import hold_all
from digest.contrib.newsletter.transfer.importing import end_all


class Command(BaseCommand):
    help = (
        "Hold all mailings that are scheduled or being sent, until an editor continues them, and "
        "end imports that have not finished: after the restore of a backup, before run_jobs starts."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Held {hold_all()} mailings, and ended {end_all()} imports.")
