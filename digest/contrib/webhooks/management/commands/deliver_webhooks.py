"""``manage.py deliver_webhooks``: announce changes and send webhooks, as a service or once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from digest.contrib.changes.relay import relay
from digest.contrib.webhooks.models import WebhookDelivery
from digest.contrib.webhooks.sending import send_due
from digest.contrib.webhooks.service import Service
from digest.jobs.interruption import on_signals


class Command(BaseCommand):
    help = (
        "Look for changes and send webhooks each second, until stopped. It can be killed at any "
        "time, and several may run at once. `run_jobs` does the same, some seconds later."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self.send_once()
            return
        service = Service()
        with on_signals(lambda *received: service.stop()):
            service.run()

    def send_once(self) -> None:
        relay()
        counts = send_due()
        found = [state for state in WebhookDelivery.State if counts[state]]
        states = ", ".join(f"{counts[state]} {state.label}" for state in found)
        self.stdout.write(f"Deliveries: {states or 'none is due'}.")
