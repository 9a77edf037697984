"""Store the changes that the relay finds as events, and queue their deliveries."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from digest.contrib.changes.models import FeedState
from digest.contrib.changes.relay import Change
from digest.contrib.webhooks import deliveries
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from digest.contrib.webhooks.presets import PRESETS
from digest.rendering.seo import utc_isoformat

KEPT = timedelta(days=30)
# At most so many events are deleted in a transaction: SQLite has one writer at a time.
BATCH = 500
NAMES = ("kind", "id", "locale", "digest", "url", "previous_url", "api_url")


def store_events(
    state: FeedState,
    changes: list[Change],
    sites: list[Site],
    has_content_changed: bool,
    **kwargs: Any,
) -> None:
    """Receive ``public_changes``, in the transaction of the relay."""
    events = list(_events(state, changes, sites, has_content_changed))
    WebhookEvent.objects.bulk_create(events)
    # An error would stop the relay for all: nothing is queued for a preset that was removed.
    deliveries.queue(events, WebhookEndpoint.objects.filter(is_active=True, preset__in=PRESETS))


def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Queue a test event, which is sent to inactive endpoints, too."""
    state = FeedState.objects.first() or FeedState()
    site = endpoint.site or _default(Site.objects.order_by("pk"))
    event = _event(WebhookEvent.Type.PING, state.sequence, site)
    event.save(force_insert=True)
    delivery = deliveries.new_delivery(endpoint, event.pk, event.occurred_at)
    delivery.save(force_insert=True)
    return delivery


def delete_old_events() -> int:
    """Delete events after 30 days, with their deliveries; return the number of events."""
    old = WebhookEvent.objects.filter(occurred_at__lt=timezone.now() - KEPT)
    number = 0
    while pks := list(old.values_list("pk", flat=True)[:BATCH]):
        WebhookEvent.objects.filter(pk__in=pks).delete()
        number += len(pks)
    return number


def _events(
    state: FeedState, changes: Iterable[Change], sites: list[Site], has_content_changed: bool
) -> Iterator[WebhookEvent]:
    by_pk = {site.pk: site for site in sites}
    for change in changes:
        yield _event_of_page(change, by_pk.get(change.state.site_id))
    if has_content_changed:
        # No sequence of its own: the feed would show that something hidden has changed.
        event = _event(WebhookEvent.Type.CONTENT_CHANGED, state.sequence, _default(sites))
        event.site_id = event.data["data"]["site"] = None
        yield event


def _default(sites: Iterable[Site]) -> Site | None:
    """Return the default site, or the first one if there is none."""
    return max(sites, key=lambda site: site.is_default_site, default=None)


def _event_of_page(change: Change, site: Site | None) -> WebhookEvent:
    row, shown = change.state, change.shown
    about = {"kind": row.kind, "id": row.page_id, "previous_url": change.previous_url or None}
    if shown:
        about |= {"locale": shown.locale, "digest": shown.digest, "url": shown.url or None}
        about["api_url"] = _at(shown.api_url, row.sequence)
    event = _event(f"{row.kind}.{change.type}", row.sequence, site, **about)
    event.site_id, event.page_id = row.site_id, row.page_id
    return event


def _event(type: str, sequence: int, site: Site | None, **about: Any) -> WebhookEvent:
    """Return an event; fields that do not apply to it are null in its data."""
    changes_url = _changes_url(site, sequence) if site and sequence else None
    data = {"sequence": sequence, "site": site.hostname if site else None}
    data |= dict.fromkeys(NAMES) | about | {"changes_url": changes_url}
    occurred_at = timezone.now()
    body = {"type": type, "timestamp": utc_isoformat(occurred_at), "data": data}
    return WebhookEvent(
        type=type,
        sequence=sequence,
        site_id=site.pk if site else None,
        data=body,
        occurred_at=occurred_at,
    )


def _changes_url(site: Site, sequence: int) -> str:
    return _at(site.root_url + reverse("digest:api:changes"), sequence)


def _at(url: str, sequence: int) -> str:
    return f"{url}{'&' if '?' in url else '?'}at={sequence}"
