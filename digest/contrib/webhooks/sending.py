"""Send the deliveries that are due.

Any number of threads and processes may do this at once, and each may be killed at any time: a claim
that lapses leaves a delivery that is sent again, with the same ID.
"""

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event

from django.db import connections

from digest.contrib.webhooks import disabling, withdrawals
from digest.contrib.webhooks.attempts import SECONDS, make_attempt
from digest.contrib.webhooks.claims import Claim, claim, free_endpoints
from digest.contrib.webhooks.conf import conf
from digest.contrib.webhooks.models import WebhookDelivery
from digest.contrib.webhooks.outcomes import is_ping, outcome_of

logger = logging.getLogger(__name__)

State = WebhookDelivery.State
# Seconds between two looks at the queue.
PAUSE = 1


def is_due() -> bool:
    """Return whether a delivery can be sent now, with one query."""
    return free_endpoints().exists()


def send_due() -> Counter:
    """Send what is due, in threads; return how many deliveries have got which state."""
    senders = Senders()
    try:
        while senders.work():
            senders.wait()
    finally:
        senders.stop()
    return senders.counts


class Senders:
    """Threads that send what is due, each until it finds nothing more.

    The first one sends to endpoints that work, so that those that do not respond never take all.
    """

    def __init__(self) -> None:
        self.counts: Counter = Counter()
        self._number = conf.WEBHOOK_THREADS
        self._pool = ThreadPoolExecutor(self._number, "digest-webhooks")
        self._running: dict[int, Future] = {}
        self._is_stopping = Event()

    def work(self) -> bool:
        """Start the threads that are missing if something is due; return whether any is running.

        Raises what has ended a thread, such as the loss of the database.
        """
        self._collect()
        if is_due():
            for number in set(range(self._number)) - set(self._running):
                healthy_only = number == 0 and self._number > 1
                self._running[number] = self._pool.submit(self._run, healthy_only)
        return bool(self._running)

    def wait(self) -> None:
        """Wait until all threads have ended, or for a second."""
        wait(self._running.values(), timeout=PAUSE)

    def stop(self) -> None:
        """Let each thread finish its attempt."""
        self._is_stopping.set()
        self._pool.shutdown()
        self._collect()

    def _collect(self) -> None:
        for number, future in list(self._running.items()):
            if future.done():
                del self._running[number]
                self.counts += future.result()

    def _run(self, healthy_only: bool) -> Counter:
        try:
            return send_all(healthy_only, self._is_stopping.is_set)
        finally:
            connections.close_all()


def send_all(
    healthy_only: bool = False, is_stopping: Callable[[], bool] = lambda: False
) -> Counter:
    """Send what is due, in this thread; return how many deliveries have got which state."""
    counts: Counter = Counter()
    while not is_stopping() and (claimed := claim(healthy_only)):
        if state := _send_next(claimed):
            counts[state] += 1
    return counts


def _send_next(claimed: Claim) -> str | None:
    """Send one delivery of a claimed endpoint, and return what has become of it."""
    delivery = claimed.take()
    if delivery is None:
        claimed.release()
        return None
    if not _is_wanted(delivery):
        claimed.end(delivery, {"state": State.WITHDRAWN, "due_at": None})
        return State.WITHDRAWN
    # Frozen for so long, another thread may be sending it.
    return _send(claimed, delivery) if claimed.has_time_for(SECONDS) else None


def _is_wanted(delivery: WebhookDelivery) -> bool:
    is_active = delivery.endpoint.is_active or is_ping(delivery)
    return is_active and withdrawals.is_still_true(delivery.event)


def _send(claimed: Claim, delivery: WebhookDelivery) -> str | None:
    attempt = make_attempt(delivery)
    outcome = outcome_of(delivery, attempt)
    if not claimed.end(delivery, outcome.delivery, **outcome.endpoint):
        return None
    if outcome.disables:
        disabling.notify(delivery.endpoint_id, attempt.error or f"HTTP {attempt.status}")
    return outcome.delivery["state"]
