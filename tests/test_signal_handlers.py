"""The list of signal handlers, their senders and their order."""

import pytest
from django.db.models import signals
from django.dispatch import Signal
from wagtail import signals as wagtail_signals

from digest import signal_handlers
from digest.pages.stories import Story
from digest.registry import SignalHandler, connect

SIGNALS = {
    name: found
    for module in (signals, wagtail_signals)
    for name, found in vars(module).items()
    if isinstance(found, Signal)
}


@pytest.mark.parametrize("name", SIGNALS)
def test_no_handler_of_the_plugin_is_called_for_every_sender(name):
    stranger = type("Stranger", (), {})
    receivers = SIGNALS[name]._live_receivers(sender=stranger)[0]
    assert not [found for found in receivers if found.__module__.startswith("digest.")]


def test_handlers_are_called_in_order_for_their_senders_only():
    def first(sender, **kwargs):
        called.append("first")

    def second(sender, **kwargs):
        called.append("second")

    called, signal = [], Signal()
    handlers = [SignalHandler(signal, first, [int, str]), SignalHandler(signal, second, [int])]
    connect(handlers)
    connect(handlers)  # changes nothing
    signal.send(int)
    signal.send(str)
    signal.send(float)
    assert called == ["first", "second", "first"]


@pytest.mark.django_db
def test_every_handler_has_senders():
    assert all(handler.senders for handler in signal_handlers.signal_handlers())


@pytest.mark.optional_apps
def test_search_handlers_are_called_after_those_of_stories():
    found = [
        receiver.__module__
        for receiver in signals.post_save._live_receivers(sender=Story.issue.field.related_model)[0]
        if receiver.__module__.startswith("digest.")
    ]
    assert found.index("digest.pages.stories") < found.index(
        "digest.contrib.search.signal_handlers"
    )
