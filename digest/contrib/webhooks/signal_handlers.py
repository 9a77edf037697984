"""Store the changes that the relay of ``digest.contrib.changes`` finds."""

from collections.abc import Iterator
from typing import Any

from digest.contrib.changes.models import FeedState
from digest.contrib.changes.signals import public_changes
from digest.registry import SignalHandler, connect


def register_signal_handlers() -> None:
    connect(signal_handlers())


def signal_handlers() -> Iterator[SignalHandler]:
    yield SignalHandler(public_changes, store_events, [FeedState])


def store_events(sender: type, signal: Any, **kwargs: Any) -> None:
    # Imported here, since the API cannot be imported before all apps are ready.
    from digest.contrib.webhooks import events

    events.store_events(**kwargs)
