"""The queue of deliveries: what is added to it, again or for the first time.

Every function may run while others queue and send: rows are changed by conditional updates.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from digest.contrib.webhooks.presets import preset_of

State = WebhookDelivery.State
# Waiting for another attempt.
FAILED_ONCE = Q(state=State.WAITING, attempt_count__gt=0)
# At most so many deliveries are queued in a transaction: SQLite has one writer at a time.
BATCH = 500


def queue(events: list[WebhookEvent], endpoints: Iterable[WebhookEndpoint]) -> None:
    """Queue events for those of the endpoints that have chosen them."""
    new, now = [], timezone.now()
    for endpoint in endpoints:
        chosen = [event for event in events if is_chosen(event, endpoint)]
        if not preset_of(endpoint).wait:
            new += [new_delivery(endpoint, event.pk, now) for event in chosen]
        elif chosen:
            _merge(endpoint, chosen[-1], now)
    WebhookDelivery.objects.bulk_create(new)


def new_delivery(endpoint: WebhookEndpoint, event_id: UUID, now: datetime) -> WebhookDelivery:
    """Return a delivery that is due now; those of one time are sent in the order of sequences."""
    return WebhookDelivery(endpoint=endpoint, event_id=event_id, due_at=now, queued_at=now)


def is_chosen(event: WebhookEvent, endpoint: WebhookEndpoint) -> bool:
    """Return whether an endpoint has chosen an event."""
    is_of_site = None in (endpoint.site_id, event.site_id) or endpoint.site_id == event.site_id
    # SQL may have stored something else than a list.
    has_events = isinstance(endpoint.events, list) and event.type in endpoint.events
    return is_of_site and has_events


def _merge(endpoint: WebhookEndpoint, event: WebhookEvent, now: datetime) -> None:
    """Let a waiting delivery send a later event, a little later; queue one if none is waiting."""
    new = new_delivery(endpoint, event.pk, now)
    new.due_at += preset_of(endpoint).wait
    waiting = _waiting(endpoint).order_by("attempt_count", "-queued_at").first()
    if not (waiting and _merge_into(waiting, new)):
        new.save(force_insert=True)


def _merge_into(delivery: WebhookDelivery, new: WebhookDelivery) -> bool:
    """Let a delivery send the event of a new one; return False if a sender has just claimed it.

    PostgreSQL may raise a serialization failure instead, after which the relay runs its pass again.
    """
    longest_wait = preset_of(new.endpoint).longest_wait
    if delivery.attempt_count:  # It may work again long before the next attempt would be due.
        due_at = min(delivery.due_at, new.queued_at + longest_wait)
    else:
        due_at = min(new.due_at, delivery.queued_at + longest_wait)
    unclaimed = _waiting(new.endpoint).filter(pk=delivery.pk)
    return bool(unclaimed.update(event=new.event_id, due_at=due_at))


def _waiting(endpoint: WebhookEndpoint) -> QuerySet:
    # The index of the queue is used only with a condition on ``due_at``.
    queued = WebhookDelivery.objects.filter(endpoint=endpoint, due_at__isnull=False)
    rows = queued.filter(state=State.WAITING)
    return rows.exclude(event__type=WebhookEvent.Type.PING)


def send_again(delivery: WebhookDelivery) -> bool:
    """Queue a delivery again that has ended, or send one now that has failed and is waiting.

    False if it is neither.
    """
    return bool(_queue_again(WebhookDelivery.objects.filter(pk=delivery.pk), timezone.now()))


def missed(endpoint: WebhookEndpoint) -> QuerySet:
    """Return the events since an endpoint was made that it has chosen and was not sent.

    Where one event stands for all before it, those before the last one queued are not missed.
    """
    found = _chosen(endpoint).filter(occurred_at__gte=endpoint.created_at)
    queued = WebhookDelivery.objects.filter(endpoint=endpoint).exclude(
        FAILED_ONCE
        | Q(state__in=[State.FAILED, State.WITHDRAWN])
        | Q(event__type=WebhookEvent.Type.PING)
    )
    if not preset_of(endpoint).wait:
        return found.exclude(pk__in=queued.values("event"))
    last = queued.aggregate(last=Max("event__occurred_at"))["last"]
    return found.filter(occurred_at__gt=last) if last else found


def replay(endpoint: WebhookEndpoint, since: datetime | None = None) -> int:
    """Queue all events since a time again, or with none those that were missed.

    Return the number of deliveries. What is no longer true is withdrawn when it is to be sent.
    """
    found = _chosen(endpoint).filter(occurred_at__gte=since) if since else missed(endpoint)
    if preset_of(endpoint).wait:  # The last one stands for all before it.
        last = found.order_by("occurred_at", "sequence").last()
        found = WebhookEvent.objects.filter(pk=last and last.pk)
    known = WebhookDelivery.objects.filter(endpoint=endpoint)
    now = timezone.now()
    number = _queue_again(known.filter(event__in=found.values("pk")), now)
    new = found.exclude(pk__in=known.values("event")).order_by()
    while pks := list(new.values_list("pk", flat=True)[:BATCH]):
        rows = [new_delivery(endpoint, pk, now) for pk in pks]
        # Somebody else may have queued some of them since.
        WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
        number += len(pks)
    return number


def _chosen(endpoint: WebhookEndpoint) -> QuerySet:
    found = WebhookEvent.objects.filter(type__in=endpoint.events)
    if endpoint.site_id:
        found = found.filter(Q(site_id=None) | Q(site_id=endpoint.site_id))
    return found


def _queue_again(rows: QuerySet, now: datetime) -> int:
    ended = rows.exclude(state__in=[State.WAITING, State.SENDING])
    number = ended.update(state=State.WAITING, due_at=now, queued_at=now, attempt_count=0)
    return number + rows.filter(FAILED_ONCE, due_at__gt=now).update(due_at=now)
