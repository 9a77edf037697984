"""Build endpoints and events, as the admin and the relay store them."""

from datetime import timedelta
from itertools import count
from typing import Any

from digest.contrib.webhooks.deliveries import queue
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from digest.contrib.webhooks.presets import PRESETS
from digest.contrib.webhooks.presets.standard import StandardPreset
from tests.contrib.changes.feed import relay

SEQUENCES = count(1)


class PatientPreset(StandardPreset):
    """A preset that merges events; tests add it to ``PRESETS``."""

    name = "patient"
    events = (WebhookEvent.Type.CONTENT_CHANGED,)
    wait, longest_wait = timedelta(seconds=60), timedelta(minutes=5)


def make_endpoint(**fields: Any) -> WebhookEndpoint:
    """Create an endpoint of the preset "standard", which is told of all events of all sites."""
    preset = fields.get("preset", "standard")
    defaults = {
        "name": "A receiver",
        "preset": preset,
        "url": "https://hooks.example/receive",
        "events": list(PRESETS[preset].events),
    }
    return WebhookEndpoint.objects.create(**(defaults | fields))


def make_event(type: str = WebhookEvent.Type.CONTENT_CHANGED, **fields: Any) -> WebhookEvent:
    """Create an event without a page, so that it is always true."""
    sequence = fields.pop("sequence", None) or next(SEQUENCES)
    data = {"type": type, "timestamp": "2026-04-14T12:00:00Z", "data": {"sequence": sequence}}
    return WebhookEvent.objects.create(type=type, sequence=sequence, **({"data": data} | fields))


def make_delivery(
    endpoint: WebhookEndpoint | None = None, event: WebhookEvent | None = None, **fields: Any
) -> WebhookDelivery:
    """Create a delivery that is due, to an endpoint and of an event of its own."""
    return WebhookDelivery.objects.create(
        endpoint=endpoint or make_endpoint(), event=event or make_event(), **fields
    )


def queue_event(*endpoints: WebhookEndpoint, **fields: Any) -> WebhookEvent:
    """Create an event and queue it for the endpoints that have chosen it, as the relay does."""
    event = make_event(**fields)
    queue([event], endpoints)
    return event


def deliveries_of(endpoint: WebhookEndpoint) -> list[tuple[str, str]]:
    """Return the type of event and the state of each delivery, in the order of the sequence."""
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by(
        "event__sequence", "event__occurred_at"
    )
    return list(rows.values_list("event__type", "state"))


def relay_events() -> list[WebhookEvent]:
    """Run the relay until nothing is left; return the events that it stores, in their order."""
    before = set(WebhookEvent.objects.values_list("pk", flat=True))
    relay()
    return list(WebhookEvent.objects.exclude(pk__in=before).order_by("sequence", "occurred_at"))


def page_events() -> list[tuple[str, int]]:
    """Run the relay; return type and page of each event that it stores of a page."""
    return [(event.type, event.page_id) for event in relay_events() if event.page_id]
