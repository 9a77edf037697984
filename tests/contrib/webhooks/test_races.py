"""Endpoints that are deleted or claimed in a pass of the relay."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, connections
from wagtail.models import Page

from digest.contrib.changes.relay import relay
from digest.contrib.webhooks import deliveries
from digest.contrib.webhooks.claims import CLAIM
from digest.contrib.webhooks.models import WebhookEndpoint
from tests.builders import make_digest
from tests.contrib.webhooks.builders import make_endpoint

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def beside(function):
    """Run a function in another thread, with a connection of its own; return its result."""

    def run():
        try:
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=10)


@pytest.fixture
def relay_beside(home_page, monkeypatch):
    """Return a function that runs the relay, and a function before deliveries are queued."""
    digest = make_digest(home_page)
    relay()
    Page.objects.filter(pk=digest.pk).update(title="Another title")
    real = deliveries.queue

    def run(function):
        def queue(events, endpoints):
            found = list(endpoints)
            beside(function)
            real(events, found)

        monkeypatch.setattr(deliveries, "queue", queue)
        return relay()

    return run


def test_claim_in_a_pass_does_not_undo_it(endpoint, relay_beside):
    now = endpoint.created_at + CLAIM
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    assert relay_beside(lambda: rows.update(busy_until=now)) == 1
    assert endpoint.deliveries.count() == 2


def test_endpoint_that_is_deleted_in_a_pass_does_not_stop_the_next(endpoint, relay_beside):
    other = make_endpoint()
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    with suppress(IntegrityError):
        relay_beside(rows.delete)
    relay()
    assert other.deliveries.count() == 2
