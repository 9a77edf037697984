"""Send to a receiver, with a clock that tests set."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count

from django.utils import timezone

from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint
from digest.contrib.webhooks.sending import send_all
from tests.contrib.webhooks.builders import make_delivery, make_endpoint

NUMBERS = count(1)


class Clock:
    """The time of the plugin, which only passes when a test says so."""

    def __init__(self, monkeypatch) -> None:
        self.now = datetime(2026, 4, 14, 12, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: self.now)

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def endpoint_at(receiver, path: str, **fields) -> WebhookEndpoint:
    """Create an endpoint with a path that no other test has."""
    path, _mark, query = path.partition("?")
    url = receiver.url(f"{path}/{next(NUMBERS)}") + (f"?{query}" if query else "")
    return make_endpoint(url=url, **fields)


def attempt(delivery: WebhookDelivery) -> WebhookDelivery:
    """Send what is due, and return the delivery with its attempts."""
    send_all()
    return reload(delivery)


def deliver(receiver, path: str, **fields) -> WebhookDelivery:
    """Make one attempt to deliver to a new endpoint."""
    return attempt(make_delivery(endpoint_at(receiver, path), **fields))


def reload(row):
    return type(row).objects.get(pk=row.pk)


def requests_to(receiver, endpoint: WebhookEndpoint) -> list[dict]:
    path = endpoint.url.removeprefix(receiver.url(""))
    return [request for request in receiver.requests if request["path"] == path]


def ids(requests: list[dict]) -> Counter:
    """Return how often each delivery was sent."""
    return Counter(request["headers"]["webhook-id"] for request in requests)
