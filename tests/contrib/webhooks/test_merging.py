"""The relay merges an event while a sender claims the delivery."""

from threading import Thread

import pytest
from django.db import connection
from wagtail.models import Page

from digest.contrib.changes.relay import relay
from digest.contrib.webhooks import deliveries
from digest.contrib.webhooks.models import WebhookDelivery
from tests.builders import make_digest
from tests.contrib.webhooks.builders import queue_event

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]

State = WebhookDelivery.State


def claim():
    WebhookDelivery.objects.filter(state=State.WAITING).update(state=State.SENDING)
    connection.close()


def test_pass_is_run_again_if_a_sender_has_claimed_the_delivery(home_page, patient, monkeypatch):
    digest = make_digest(home_page)
    relay()
    first = queue_event(patient)
    Page.objects.filter(pk=digest.pk).update(title="Another title")
    real = deliveries._merge_into

    def claim_and_merge(*args):
        thread = Thread(target=claim)
        thread.start()
        thread.join()
        return real(*args)

    monkeypatch.setattr(deliveries, "_merge_into", claim_and_merge)
    assert relay() == 1
    rows = {row.state: row.event for row in patient.deliveries.select_related("event")}
    assert rows[State.SENDING] == first
    assert rows[State.WAITING].type == "content.changed"
    assert patient.deliveries.count() == 2
