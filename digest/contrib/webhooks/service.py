"""The service that relays changes and sends webhooks, each second."""

import logging
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from django.db import close_old_connections

from digest.contrib.changes.relay import relay
from digest.contrib.webhooks.sending import PAUSE, Senders

logger = logging.getLogger(__name__)

# So long the relay works through many changes before the threads that have ended are replaced.
RELAY_SECONDS = 5


class Service:
    """Relay and send until stopped, whatever happens to the database."""

    def __init__(self) -> None:
        self._senders = Senders()
        self._is_broken = False
        self._is_stopping = False
        # Its put() is safe in a signal handler; the set() of an Event may deadlock there.
        self._stops: SimpleQueue[None] = SimpleQueue()

    def run(self) -> None:
        while not self._is_stopping:
            self._run_once()
            with suppress(Empty):
                self._stops.get(timeout=PAUSE)
        self._senders.stop()

    def stop(self) -> None:
        """Let the current attempts end, and return from ``run``."""
        self._is_stopping = True
        self._stops.put(None)

    def _run_once(self) -> None:
        """Relay, and start what sends; log the first of several errors, such as a lost database."""
        close_old_connections()
        # A relay that fails must not hold up what is queued.
        works = [self._try(relay, RELAY_SECONDS), self._try(self._senders.work)]
        self._is_broken = not all(works)
        close_old_connections()

    def _try(self, function: Callable[..., Any], *args: Any) -> bool:
        try:
            function(*args)
        except Exception:
            if not self._is_broken:
                logger.exception("Webhooks could not be sent; it is tried again.")
            self._is_broken = True
            return False
        return True
