from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from digest.contrib.webhooks import deliveries
from digest.contrib.webhooks.models import WebhookEndpoint


class Command(BaseCommand):
    help = "Queue the events since a time again, for an endpoint that has lost them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--endpoint", type=int, required=True, metavar="ID")
        parser.add_argument(
            "--since", required=True, metavar="TIME", help="an ISO 8601 date or datetime"
        )

    def handle(self, *args: Any, endpoint: int, since: str, **options: Any) -> None:
        start = parse_time(since)
        found = WebhookEndpoint.objects.filter(pk=endpoint).first()
        if found is None:
            raise CommandError(f"There is no endpoint {endpoint}.")
        if not found.is_active:
            raise CommandError(f"Endpoint {endpoint} is not active.")
        self.stdout.write(f"{deliveries.replay(found, start)} deliveries queued.")


def parse_time(text: str) -> datetime:
    """Return a datetime, in the site's time zone unless the text has an offset."""
    try:
        found = datetime.fromisoformat(text)
        aware = found if timezone.is_aware(found) else timezone.make_aware(found)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        example = "2026-04-14T12:00:00Z"
        raise CommandError(f"{text!r} is no ISO 8601 date or datetime, as {example}.") from None
