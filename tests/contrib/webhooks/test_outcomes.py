"""What an attempt means: retries, pauses, and what is disabled."""

import random
from datetime import timedelta

import pytest

from digest.contrib.webhooks import attempts, outcomes
from digest.contrib.webhooks.deliveries import send_again
from digest.contrib.webhooks.models import WebhookDelivery
from digest.contrib.webhooks.outcomes import retry_after
from digest.contrib.webhooks.sending import is_due, send_all
from tests.contrib.webhooks.builders import make_delivery, make_event
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
SECOND = timedelta(seconds=1)
# Seconds after the attempt before.
WAITS = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
GARBAGE = ["", "soon", "-5", "1.5", "١", "Wed, 99 Foo 2026 12:00:00 GMT", "\x7f", "1e9"]


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def no_jitter(monkeypatch):
    monkeypatch.setattr(random, "uniform", lambda low, high: 1.0)


def test_attempts_are_made_ten_times_with_growing_waits(receiver, clock, no_jitter, monkeypatch):
    monkeypatch.setattr(outcomes, "FAILING_FOR", timedelta(days=9))
    delivery = deliver(receiver, "/statuses/500")
    for seconds in WAITS:
        assert (delivery.state, delivery.due_at) == (State.WAITING, clock.now + seconds * SECOND)
        clock.move(seconds=seconds)
        delivery = attempt(delivery)
    assert (delivery.state, delivery.due_at, delivery.attempt_count) == (State.FAILED, None, 10)
    found = requests_to(receiver, delivery.endpoint)
    assert {request["headers"]["webhook-id"] for request in found} == {str(delivery.pk)}
    assert len({request["headers"]["webhook-timestamp"] for request in found}) == 10


def test_waits_differ_by_a_fifth_at_most():
    waits = [outcomes.usual_wait(9) / timedelta(hours=24) for _number in range(300)]
    assert 0.8 <= min(waits) < 0.85
    assert 1.15 < max(waits) <= 1.2


def test_log_has_the_last_ten_attempts(receiver, clock):
    delivery = deliver(receiver, "/statuses/500,410", attempts=[{"at": str(n)} for n in range(10)])
    assert [entry["at"] for entry in delivery.attempts[:9]] == list("123456789")
    assert delivery.attempts[-1] == delivery.attempts[-1]
    assert delivery.attempts[-1]["status"] == 500


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_2xx_is_success(receiver, status):
    assert deliver(receiver, f"/statuses/{status}").state == State.SENT


@pytest.mark.parametrize("status", [304, 400, 401, 404, 409, 422, 500, 503, 599])
def test_other_statuses_are_tried_again(receiver, clock, status):
    delivery = deliver(receiver, f"/statuses/{status},204")
    assert (delivery.state, delivery.attempts[-1]["status"]) == (State.WAITING, status)
    clock.move(seconds=10)
    assert attempt(delivery).state == State.SENT


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_overloaded_endpoint_gets_the_pause_it_asks_for(receiver, clock, status):
    delivery = deliver(receiver, f"/statuses/{status},204?after=600")
    other = make_delivery(delivery.endpoint)
    assert reload(delivery.endpoint).busy_until == clock.now + timedelta(minutes=10)
    clock.move(seconds=599)
    assert not is_due()
    clock.move(seconds=1)
    send_all()
    assert [reload(row).state for row in (delivery, other)] == [State.SENT, State.SENT]


@pytest.mark.parametrize("value", GARBAGE)
def test_retry_after_that_is_not_valid(clock, value):
    assert retry_after(value, clock.now) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("Tue, 14 Apr 2026 12:01:00 GMT", 60),
        ("Tuesday, 14-Apr-26 12:01:00 GMT", 60),
        ("Tue, 14 Apr 2020 10:00:00 GMT", 0),
    ],
)
def test_retry_after_is_in_seconds_or_a_date(clock, value, seconds):
    assert retry_after(value, clock.now) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["1000000000", "9" * 5000, "Tue, 14 Apr 2099 10:00:00 GMT"])
def test_pause_is_a_day_at_most(receiver, clock, value):
    found = attempts.Attempt(clock.now, status=429, retry_after=value)
    assert outcomes._pause(found, clock.now, SECOND)["busy_until"] == clock.now + timedelta(days=1)


def test_overloaded_endpoint_without_a_date_gets_the_usual_wait(receiver, clock, no_jitter):
    endpoint = deliver(receiver, "/statuses/503?after=soon").endpoint
    assert reload(endpoint).busy_until == clock.now + timedelta(seconds=5)


def test_endpoint_that_asks_for_no_pause_gets_no_long_one(clock):
    found = attempts.Attempt(clock.now, status=502)
    busy_until = outcomes._pause(found, clock.now, timedelta(hours=20))["busy_until"]
    assert busy_until == clock.now + timedelta(minutes=5)


def test_pause_that_is_further_away_than_any_is_void(receiver, clock):
    delivery = deliver(receiver, "/statuses/429,204?after=86400")
    clock.move(days=-400)
    assert attempt(delivery).state == State.SENT


def test_410_disables_the_endpoint_at_once(receiver, clock):
    delivery = deliver(receiver, "/statuses/410")
    endpoint = reload(delivery.endpoint)
    assert (endpoint.is_active, endpoint.disabled_reason) == (False, "gone")
    assert (delivery.state, delivery.due_at) == (State.FAILED, None)
    assert attempt(make_delivery(endpoint)).state == State.WITHDRAWN


def test_three_days_of_failures_disable_the_endpoint(receiver, clock, no_jitter):
    delivery = deliver(receiver, "/statuses/500")
    start, endpoint = clock.now, delivery.endpoint
    while delivery.due_at:
        assert reload(endpoint).is_active
        assert reload(endpoint).failing_since == start
        clock.now = delivery.due_at
        delivery = attempt(delivery)
    assert clock.now - start >= timedelta(days=3)
    assert (delivery.state, delivery.attempt_count) == (State.FAILED, 10)
    assert reload(endpoint).disabled_reason == "failing"


def test_success_begins_the_three_days_again(receiver, clock):
    endpoint = deliver(receiver, "/statuses/500,204,500").endpoint
    clock.move(days=2)
    send_all()
    clock.move(days=2)
    attempt(make_delivery(endpoint))
    found = reload(endpoint)
    assert (found.is_active, found.failing_since) == (True, clock.now)


def test_endpoint_is_not_disabled_before_three_days(receiver, clock):
    since = clock.now - timedelta(days=3) + SECOND
    endpoint = endpoint_at(receiver, "/statuses/500", failing_since=since)
    attempt(make_delivery(endpoint))
    assert reload(endpoint).is_active


def test_clock_that_is_set_back_begins_the_three_days_again(receiver, clock):
    endpoint = deliver(receiver, "/statuses/500").endpoint
    clock.move(days=-400)
    send_all()
    assert reload(endpoint).failing_since == clock.now
    clock.move(days=3)
    send_all()
    assert reload(endpoint).disabled_reason == "failing"


def test_delivery_that_is_due_further_away_than_any_is_due(receiver, clock):
    delivery = deliver(receiver, "/statuses/500,204")
    clock.move(days=-2)
    assert attempt(delivery).state == State.SENT


@pytest.mark.parametrize("status", [410, 500])
def test_failed_test_changes_nothing_at_the_endpoint(receiver, clock, status):
    long_ago = clock.now - timedelta(days=9)
    for since in (None, long_ago):
        endpoint = endpoint_at(receiver, f"/statuses/{status}", failing_since=since)
        delivery = attempt(make_delivery(endpoint, make_event("webhook.ping")))
        assert (delivery.state, delivery.due_at) == (State.FAILED, None)
        found = reload(endpoint)
        assert (found.is_active, found.failing_since) == (True, since)


def test_successful_test_is_a_success(receiver, clock):
    endpoint = endpoint_at(receiver, "/statuses/204", failing_since=clock.now)
    attempt(make_delivery(endpoint, make_event("webhook.ping")))
    assert reload(endpoint).failing_since is None


def test_delivery_that_has_failed_can_be_sent_again_with_ten_attempts(receiver, clock):
    delivery = deliver(receiver, "/statuses/500,500,204", attempt_count=9)
    assert delivery.state == State.FAILED
    assert send_again(delivery)
    delivery = attempt(delivery)
    assert (delivery.state, delivery.attempt_count, len(delivery.attempts)) == (State.WAITING, 1, 2)
