"""``manage.py send_newsletters``: one pass of the job of that name."""

from typing import Any

from django.core.management.base import BaseCommand

from digest.contrib.newsletter import sending
from digest.contrib.newsletter.models import EmailDelivery


class Command(BaseCommand):
    help = (
        "Process sign-ups, and send the letters and mailings that are due. It can be killed at any "
        "time, and several may run at once. `run_jobs` does the same, within seconds of a sign-up."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = sending.run()
        found = [state for state in EmailDelivery.State if counts[state]]
        states = ", ".join(f"{counts[state]} {state.label}" for state in found)
        self.stdout.write(f"Mails: {states or 'none is due'}.")
