"""What ``digest_status`` reports of webhooks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from digest.contrib.webhooks.status import status_rows
from digest.registry import registry

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Stop the clock: tests may run long after they are collected."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def endpoint():
    """Return an endpoint with a delivery that is due for an hour, and one that is due later."""
    endpoint = WebhookEndpoint.objects.create(name="Builder", preset="standard")
    for due_at in (NOW - HOUR, NOW - HOUR / 12, NOW + HOUR):
        event = WebhookEvent.objects.create(type="content.changed", sequence=1, data={})
        WebhookDelivery.objects.create(endpoint=endpoint, event=event, due_at=due_at)
    return endpoint


def rows():
    return {row.name: (row.value, row.is_problem) for row in status_rows()}


def test_app_registers_its_rows():
    assert "digest.contrib.webhooks.status.status_rows" in registry.status


def test_delivery_that_has_been_due_for_long_is_a_problem(endpoint):
    assert rows()["webhooks_due"] == (2, False)
    assert rows()["webhooks_oldest_due"] == (NOW - HOUR, True)
    WebhookDelivery.objects.filter(due_at=NOW - HOUR).update(state="sent")
    assert rows()["webhooks_oldest_due"] == (NOW - HOUR / 12, False)


def test_home_page_warns_superusers_of_late_deliveries(admin_client, endpoint):
    def shown():
        return admin_client.get("/admin/").content.decode()

    assert "Webhooks have not been sent for ten minutes." in shown()
    WebhookDelivery.objects.filter(due_at=NOW - HOUR).update(state="sent")
    assert "Webhooks have not been sent" not in shown()


@pytest.mark.parametrize("values", [{"busy_until": NOW + HOUR}, {"is_active": False}])
def test_receiver_that_waits_or_is_off_is_none(endpoint, values):
    WebhookEndpoint.objects.update(**values)
    assert rows()["webhooks_due"] == (0, False)
    assert rows()["webhooks_oldest_due"] == (None, False)


@pytest.mark.parametrize(
    ("reason", "is_problem"), [("failing", True), ("gone", True), ("paused", False)]
)
def test_disabled_endpoints_are_a_problem(endpoint, reason, is_problem):
    WebhookEndpoint.objects.update(is_active=False, disabled_reason=reason)
    assert rows()["webhooks_disabled"] == (["Builder"] if is_problem else [], is_problem)
