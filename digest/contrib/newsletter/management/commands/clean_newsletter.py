from typing import Any

from django.core.management.base import BaseCommand

from digest.contrib.newsletter.cleaning import clean


class Command(BaseCommand):
    help = (
        "Delete sign-up requests, unconfirmed and ended subscriptions, and deliveries past their "
        "time. run_jobs does so once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = ", ".join(f"{count} {name}" for name, count in clean().items())
        self.stdout.write(f"Deleted: {counts}.")
