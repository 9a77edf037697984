"""Which deliveries are sent, and in which order."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from digest.contrib.webhooks import sending
from digest.contrib.webhooks.claims import CLAIM, claim, free_endpoints
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEvent
from digest.contrib.webhooks.sending import is_due, send_all
from tests.builders import make_issue
from tests.contrib.webhooks.builders import make_delivery, make_endpoint, make_event
from tests.contrib.webhooks.sending import (
    Clock,
    attempt,
    deliver,
    endpoint_at,
    reload,
    requests_to,
)

pytestmark = pytest.mark.django_db

State = WebhookDelivery.State


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_delivery_is_posted_as_json_and_logged(receiver):
    delivery = deliver(receiver, "/statuses/202?body=Thanks")
    [request] = requests_to(receiver, delivery.endpoint)
    assert request["headers"]["Content-Type"] == "application/json"
    assert request["headers"]["webhook-id"] == str(delivery.pk)
    assert json.loads(request["body"]) == delivery.event.data
    [logged] = delivery.attempts
    assert (delivery.state, delivery.due_at, delivery.attempt_count) == (State.SENT, None, 1)
    assert (logged["status"], logged["error"], logged["response"]) == (202, "", "Thanks")
    assert (logged["at"][-1], logged["ms"] >= 0) == ("Z", True)


def test_success_is_recorded_at_the_endpoint_and_releases_it(receiver):
    endpoint = endpoint_at(receiver, "/statuses/204", failing_since=timezone.now())
    make_delivery(endpoint)
    send_all()
    found = reload(endpoint)
    assert found.last_success_at
    assert (found.failing_since, found.busy_until) == (None, None)


def test_deliveries_are_sent_by_due_time_and_then_by_sequence(receiver, clock):
    endpoint = endpoint_at(receiver, "/statuses/204")
    for sequence, minutes in [(8, 0), (7, 0), (9, 5)]:
        due_at = clock.now - timedelta(minutes=minutes)
        make_delivery(endpoint, make_event(sequence=sequence), due_at=due_at)
    send_all()
    bodies = [json.loads(request["body"]) for request in requests_to(receiver, endpoint)]
    assert [body["data"]["sequence"] for body in bodies] == [9, 7, 8]


def test_delivery_that_is_not_due_waits(receiver, clock):
    delivery = make_delivery(
        endpoint_at(receiver, "/statuses/204"), due_at=clock.now + timedelta(minutes=1)
    )
    assert not is_due()
    assert attempt(delivery).state == State.WAITING
    clock.move(minutes=1)
    assert is_due()
    assert attempt(delivery).state == State.SENT


def test_endpoint_that_is_busy_is_left_alone_and_is_not_due(receiver, clock):
    endpoint = endpoint_at(receiver, "/statuses/204", busy_until=clock.now + timedelta(hours=1))
    delivery = make_delivery(endpoint)
    assert not is_due()
    assert attempt(delivery).state == State.WAITING
    clock.move(hours=1)
    assert attempt(delivery).state == State.SENT


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.WITHDRAWN])
def test_what_is_over_is_not_due(endpoint, state):
    make_delivery(endpoint, state=state)
    assert not is_due()


def test_is_due_is_one_query(endpoint, django_assert_num_queries):
    make_delivery(endpoint)
    with django_assert_num_queries(1):
        assert is_due()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans small tables")
def test_queue_is_read_by_its_index(endpoint):
    assert "digest_webhooks_due (endpoint_id=? AND due_at<?)" in free_endpoints().explain()


def test_endpoints_that_work_come_first(clock):
    failing = [make_endpoint(failing_since=clock.now) for _number in range(5)]
    healthy = make_endpoint()
    for endpoint in [*failing, healthy]:
        make_delivery(endpoint)
    assert claim().endpoint_pk == healthy.pk
    assert claim(healthy_only=True) is None
    assert claim().endpoint_pk in [endpoint.pk for endpoint in failing]


def test_claimed_endpoint_cannot_be_claimed_until_the_claim_lapses(endpoint, clock):
    make_delivery(endpoint)
    assert claim()
    assert claim() is None
    clock.move(seconds=30)
    assert claim()


def test_delivery_left_behind_by_a_killed_sender_is_sent_with_the_same_id(receiver, clock):
    endpoint = endpoint_at(receiver, "/statuses/204")
    delivery = make_delivery(endpoint)
    claim().take()
    assert attempt(delivery).state == State.SENDING
    clock.now += CLAIM
    assert attempt(delivery).state == State.SENT
    [request] = requests_to(receiver, endpoint)
    assert request["headers"]["webhook-id"] == str(delivery.pk)


def test_result_is_not_saved_if_another_sender_has_claimed_the_endpoint(receiver, clock):
    delivery = make_delivery(endpoint_at(receiver, "/statuses/500"))
    lapsed = claim()
    taken = lapsed.take()
    clock.now += CLAIM
    other = claim()
    assert sending._send(lapsed, taken) is None
    found = reload(delivery)
    assert (found.state, found.attempts) == (State.SENDING, [])
    assert found.endpoint.failing_since is None
    assert sending._send(other, other.take()) == State.WAITING


def test_sender_that_was_frozen_sends_nothing(receiver, clock):
    endpoint = endpoint_at(receiver, "/statuses/204")
    make_delivery(endpoint)
    claimed = claim()
    clock.move(seconds=20)
    assert sending._send_next(claimed) is None
    assert requests_to(receiver, endpoint) == []


def test_delivery_that_is_postponed_meanwhile_is_not_taken(endpoint, clock, monkeypatch):
    delivery = make_delivery(endpoint)
    claimed, update = claim(), type(WebhookDelivery.objects.all()).update

    def postpone_first(rows, **changes):
        later = WebhookDelivery.objects.filter(pk=delivery.pk)
        update(later, due_at=clock.now + timedelta(minutes=1))
        return update(rows, **changes)

    monkeypatch.setattr(type(WebhookDelivery.objects.all()), "update", postpone_first)
    assert claimed.take() is None
    assert reload(delivery).state == State.WAITING


@pytest.mark.parametrize(
    ("is_active", "type", "state"),
    [
        (False, "content.changed", State.WITHDRAWN),
        (False, "webhook.ping", State.SENT),
        (True, "webhook.ping", State.SENT),
    ],
)
def test_endpoint_that_is_off_gets_tests_only(receiver, is_active, type, state):
    endpoint = endpoint_at(receiver, "/statuses/204", is_active=is_active)
    delivery = attempt(make_delivery(endpoint, make_event(type)))
    assert (delivery.state, delivery.due_at) == (state, None)
    assert len(requests_to(receiver, endpoint)) == (state == State.SENT)
    assert reload(endpoint).busy_until is None


def test_event_that_is_no_longer_true_is_withdrawn_before_each_attempt(receiver, digest, clock):
    issue = make_issue(digest)
    endpoint = endpoint_at(receiver, "/statuses/500")
    site = issue.get_site()
    event = make_event(WebhookEvent.Type.ISSUE_PUBLISHED, page_id=issue.pk, site_id=site.pk)
    delivery = make_delivery(endpoint, event)
    assert attempt(delivery).state == State.WAITING
    issue.unpublish()
    clock.move(minutes=1)
    assert attempt(delivery).state == State.WITHDRAWN
    assert len(requests_to(receiver, endpoint)) == 1
