"""Claims: one thread at a time sends to an endpoint.

``WebhookEndpoint.busy_until`` is the end of a claim and, with its exact value, its token. A pause
that a receiver has asked for is stored in the same place.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils import timezone

from digest.contrib.webhooks.models import CLAIM, WebhookDelivery, WebhookEndpoint

State = WebhookDelivery.State

LONGEST_PAUSE = timedelta(hours=24)
# A delivery is due again after 24 hours and a fifth at most.
LONGEST_WAIT = timedelta(hours=29)
QUEUED = Q(state__in=[State.WAITING, State.SENDING])


class Claim:
    """The right to send to an endpoint for half a minute, after which others may claim it."""

    def __init__(self, endpoint_pk: int, token: datetime) -> None:
        self.endpoint_pk, self.token = endpoint_pk, token

    def take(self) -> WebhookDelivery | None:
        """Mark the next due delivery as being sent, and return it."""
        due = due_deliveries().filter(endpoint=self.endpoint_pk)
        found = due.order_by("due_at", "event__sequence").values("pk", "due_at").first()
        # It may have been postponed for a later event, which is then in it.
        if not found or not WebhookDelivery.objects.filter(QUEUED, **found).update(
            state=State.SENDING
        ):
            return None
        rows = WebhookDelivery.objects.select_related("event", "endpoint")
        return rows.filter(pk=found["pk"]).first()

    def has_time_for(self, seconds: float) -> bool:
        """Return whether the claim lasts so long, which it does unless the process was frozen."""
        return timezone.now() + timedelta(seconds=seconds) < self.token

    @transaction.atomic
    def end(self, delivery: WebhookDelivery, changes: dict[str, Any], **endpoint: Any) -> bool:
        """Save what has become of a delivery, and release the endpoint with changes of its own.

        False if another thread has claimed it: then that one sends the delivery again.
        """
        if not self.release(**endpoint):
            return False
        WebhookDelivery.objects.filter(pk=delivery.pk).update(**changes)
        return True

    def release(self, **changes: Any) -> bool:
        rows = WebhookEndpoint.objects.filter(pk=self.endpoint_pk, busy_until=self.token)
        return bool(rows.update(**({"busy_until": None} | changes)))


def claim(healthy_only: bool = False) -> Claim | None:
    """Claim an endpoint with a due delivery, if there is one that nobody has claimed."""
    for pk in free_endpoints(healthy_only).values_list("pk", flat=True):
        now = timezone.now()
        if WebhookEndpoint.objects.filter(_is_free(now), pk=pk).update(busy_until=now + CLAIM):
            return Claim(pk, now + CLAIM)
    return None


def free_endpoints(healthy_only: bool = False) -> QuerySet:
    """Return the endpoints to which something can be sent now, those that fail last.

    At random apart from that, so that a long queue of one endpoint delays no other one.
    """
    due = due_deliveries().filter(endpoint=OuterRef("pk"))
    found = WebhookEndpoint.objects.filter(_is_free(timezone.now()), Exists(due))
    if healthy_only:
        return found.filter(failing_since=None).order_by("?")
    is_failing = ExpressionWrapper(Q(failing_since__isnull=False), BooleanField())
    return found.annotate(is_failing=is_failing).order_by("is_failing", "?")


def due_deliveries() -> QuerySet:
    """Return the deliveries that are due, also those that a killed sender was sending."""
    now = timezone.now()
    # If it is further away, the clock was set back.
    is_due = Q(due_at__lte=now) | Q(due_at__gt=now + LONGEST_WAIT)
    return WebhookDelivery.objects.filter(QUEUED, is_due)


def _is_free(now: datetime) -> Q:
    is_void = Q(busy_until__gt=now + LONGEST_PAUSE)
    return Q(busy_until=None) | Q(busy_until__lte=now) | is_void
