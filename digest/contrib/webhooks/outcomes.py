"""What an attempt means for its delivery and its endpoint."""

import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from django.utils import timezone

from digest.contrib.webhooks.attempts import Attempt
from digest.contrib.webhooks.claims import LONGEST_PAUSE
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent

State, Reason = WebhookDelivery.State, WebhookEndpoint.DisabledReason

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Before each attempt, after the one before.
WAITS = [timedelta(), timedelta(seconds=5), 5 * MINUTE, 30 * MINUTE]
WAITS += [hours * HOUR for hours in (2, 5, 10, 14, 20, 24)]
# So that the receivers of many sites, or of many deliveries, recover in peace.
JITTER = 0.2
KEPT_ATTEMPTS = 10
# An endpoint whose deliveries have failed for so long, without a success, is disabled.
FAILING_FOR = timedelta(days=3)
GONE = 410
# Statuses of a receiver that is overloaded or down, which gets a pause.
OVERLOADED = {429, 502, 503, 504}
# The longest pause that a receiver has not asked for: new events should not wait for a day.
UNASKED_PAUSE = 5 * MINUTE


class Outcome(NamedTuple):
    """What changes in the rows of the delivery and of its endpoint."""

    delivery: dict[str, Any]
    endpoint: dict[str, Any]

    @property
    def disables(self) -> bool:
        return "disabled_reason" in self.endpoint


def outcome_of(delivery: WebhookDelivery, attempt: Attempt) -> Outcome:
    """Return what an attempt changes."""
    count = delivery.attempt_count + 1
    log = [*delivery.attempts, attempt.as_json()][-KEPT_ATTEMPTS:]
    changes: dict[str, Any] = {"attempt_count": count, "attempts": log, "due_at": None}
    now = timezone.now()
    if attempt.is_success:
        success = {"last_success_at": now, "failing_since": None}
        return Outcome(changes | {"state": State.SENT}, success)
    wait = usual_wait(count)
    endpoint = _pause(attempt, now, wait) | _health(delivery, attempt, now)
    if is_ping(delivery) or "disabled_reason" in endpoint or count >= len(WAITS):
        return Outcome(changes | {"state": State.FAILED}, endpoint)
    return Outcome(changes | {"state": State.WAITING, "due_at": now + wait}, endpoint)


def is_ping(delivery: WebhookDelivery) -> bool:
    return delivery.event.type == WebhookEvent.Type.PING


def usual_wait(count: int) -> timedelta:
    """Return for how long a delivery waits after so many attempts."""
    wait = WAITS[min(count, len(WAITS) - 1)]
    return wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311


def _pause(attempt: Attempt, now: datetime, wait: timedelta) -> dict[str, Any]:
    if attempt.status not in OVERLOADED:
        return {}
    pause = retry_after(attempt.retry_after, now)
    if pause is None:
        pause = min(wait, UNASKED_PAUSE)
    return {"busy_until": now + min(pause, LONGEST_PAUSE)}


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Return the pause of a ``Retry-After`` (RFC 9110, section 10.2.3); None if it is not valid."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        # A timedelta has a limit, and so has the length of a number.
        return timedelta(seconds=int(value)) if len(value) < 9 else LONGEST_PAUSE
    try:
        until = parsedate_to_datetime(value)
        return max(until - now, timedelta())
    except (ValueError, TypeError, OverflowError):
        return None


def _health(delivery: WebhookDelivery, attempt: Attempt, now: datetime) -> dict[str, Any]:
    """Return since when the endpoint fails, and why it is disabled; tests change neither."""
    if is_ping(delivery):
        return {}
    # A later time is from before the clock was set back.
    since = min(delivery.endpoint.failing_since or now, now)
    if attempt.status == GONE:
        return {"failing_since": since, "is_active": False, "disabled_reason": Reason.GONE}
    if now - since >= FAILING_FOR:
        return {"failing_since": since, "is_active": False, "disabled_reason": Reason.FAILING}
    return {"failing_since": since}
