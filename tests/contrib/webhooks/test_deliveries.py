"""The queue: which endpoints get an event, merging, and what is queued again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from digest.contrib.webhooks import deliveries
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEvent
from tests.builders import make_digest
from tests.contrib.webhooks.builders import (
    PatientPreset,
    deliveries_of,
    make_delivery,
    make_endpoint,
    make_event,
    queue_event,
)

pytestmark = pytest.mark.django_db

State, Type = WebhookDelivery.State, WebhookEvent.Type
WAIT, LONGEST_WAIT = PatientPreset.wait, PatientPreset.longest_wait


@pytest.fixture
def clock(monkeypatch):
    """Return a list with the present time, which a test may change."""
    found = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: found[0])
    return found


def waiting(endpoint):
    return list(endpoint.deliveries.filter(state=State.WAITING).order_by("queued_at", "pk"))


def test_event_is_queued_at_once_for_those_that_have_chosen_it(endpoint, clock):
    other = make_endpoint(events=[Type.ISSUE_PUBLISHED])
    queue_event(endpoint, other)
    [delivery] = waiting(endpoint)
    assert delivery.due_at == delivery.queued_at == clock[0]
    assert waiting(other) == []


def test_endpoint_of_a_site_gets_its_events_and_those_of_all_sites(site):
    one = make_endpoint(site=site)
    queue_event(one, site_id=site.pk)
    queue_event(one, site_id=site.pk + 1)
    queue_event(one, site_id=None)
    assert set(one.deliveries.values_list("event__site_id", flat=True)) == {site.pk, None}
    assert one.deliveries.count() == 2


# Presets that wait


def test_first_event_waits(patient, clock):
    queue_event(patient)
    [delivery] = waiting(patient)
    assert delivery.due_at == clock[0] + WAIT


def test_later_event_is_merged_and_waits_again(patient, clock):
    queue_event(patient)
    [first] = waiting(patient)
    clock[0] += timedelta(seconds=50)
    event = queue_event(patient)
    [delivery] = waiting(patient)
    assert (delivery.pk, delivery.event) == (first.pk, event)
    assert (delivery.due_at, delivery.queued_at) == (clock[0] + WAIT, first.queued_at)


def test_merged_events_wait_no_longer_than_the_limit(patient, clock):
    started = clock[0]
    for _ in range(12):
        queue_event(patient)
        clock[0] += timedelta(seconds=50)
    [delivery] = waiting(patient)
    assert delivery.due_at == started + LONGEST_WAIT


def test_clock_that_is_set_back_makes_none_wait_for_long(patient, clock):
    queue_event(patient)
    clock[0] -= timedelta(days=1)
    queue_event(patient)
    [delivery] = waiting(patient)
    assert delivery.due_at == clock[0] + WAIT


def test_events_of_one_pass_are_one_delivery(patient):
    events = [make_event(), make_event()]
    deliveries.queue(events, [patient])
    [delivery] = waiting(patient)
    assert delivery.event == events[-1]


def test_event_is_not_merged_into_one_that_is_being_sent(patient):
    first = queue_event(patient)
    patient.deliveries.update(state=State.SENDING)
    second = queue_event(patient)
    states = {row.event: row.state for row in patient.deliveries.all()}
    assert states == {first: State.SENDING, second: State.WAITING}


def test_delivery_that_is_claimed_meanwhile_keeps_its_event(patient, monkeypatch):
    first = queue_event(patient)
    real = deliveries._merge_into

    def claim_and_replace(*args):
        patient.deliveries.update(state=State.SENDING)
        return real(*args)

    monkeypatch.setattr(deliveries, "_merge_into", claim_and_replace)
    second = queue_event(patient)
    states = {row.event: row.state for row in patient.deliveries.all()}
    assert states == {first: State.SENDING, second: State.WAITING}


@pytest.mark.parametrize(("hours", "minutes"), [(10, 5), (0, 0)])
def test_event_that_is_merged_into_a_failed_one_is_sent_within_five_minutes(
    patient, clock, hours, minutes
):
    due_at = clock[0] + timedelta(hours=hours)
    failed = make_delivery(patient, attempt_count=5, due_at=due_at)
    event = queue_event(patient)
    [delivery] = waiting(patient)
    expected = clock[0] + timedelta(minutes=minutes)
    assert (delivery.pk, delivery.event, delivery.due_at) == (failed.pk, event, expected)


def test_event_is_merged_into_one_of_several(patient):
    """A delivery that has failed is waiting again, beside one that was queued meanwhile."""
    failed = make_delivery(patient, attempt_count=1)
    fresh = make_delivery(patient)
    event = queue_event(patient)
    rows = {row.pk: row.event for row in waiting(patient)}
    assert rows == {failed.pk: failed.event, fresh.pk: event}


def test_event_is_not_merged_into_a_test(patient):
    make_delivery(patient, make_event(Type.PING))
    queue_event(patient)
    assert len(waiting(patient)) == 2


# Again


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.WITHDRAWN])
def test_delivery_that_has_ended_is_queued_again(endpoint, clock, state):
    delivery = make_delivery(endpoint, state=state, attempt_count=10)
    clock[0] += timedelta(hours=1)
    assert deliveries.send_again(delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempt_count) == (State.WAITING, 0)
    assert delivery.due_at == delivery.queued_at == clock[0]


def test_delivery_that_waits_after_a_failure_is_sent_now(endpoint, clock):
    delivery = make_delivery(endpoint, attempt_count=5, due_at=clock[0] + timedelta(hours=10))
    assert list(deliveries.missed(endpoint)) == [delivery.event]
    assert deliveries.replay(endpoint) == 1
    delivery.refresh_from_db()
    assert (delivery.attempt_count, delivery.due_at) == (5, clock[0])
    assert delivery.may_be_sent_again


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING])
def test_delivery_that_has_not_ended_stays(endpoint, clock, state):
    delivery = make_delivery(endpoint, state=state, attempt_count=2)
    clock[0] += timedelta(hours=1)
    assert not deliveries.send_again(delivery)
    again = WebhookDelivery.objects.get()
    assert (again.state, again.attempt_count) == (state, 2)
    assert again.due_at == delivery.due_at


@pytest.fixture
def history(endpoint, clock):
    """Return the events of five hours by name; since the third, the endpoint is told of none."""
    events = {}
    for name in ("sent", "failed", "withdrawn", "unknown", "other type"):
        clock[0] += timedelta(hours=1)
        type = Type.PING if name == "other type" else Type.CONTENT_CHANGED
        events[name] = make_event(type, occurred_at=clock[0])
    for name in (State.SENT, State.FAILED, State.WITHDRAWN):
        make_delivery(endpoint, events[name], state=name)
    endpoint.created_at = events["sent"].occurred_at - timedelta(hours=1)
    return events


def test_missed_are_those_that_were_not_sent(endpoint, history):
    expected = {history[name] for name in ("failed", "withdrawn", "unknown")}
    assert set(deliveries.missed(endpoint)) == expected
    assert deliveries.replay(endpoint) == 3
    assert {row.event for row in waiting(endpoint)} == expected
    assert deliveries.replay(endpoint) == 0


def test_what_was_before_the_endpoint_is_not_missed(endpoint, history):
    endpoint.created_at = history["unknown"].occurred_at + timedelta(seconds=1)
    assert not deliveries.missed(endpoint).exists()


def test_events_of_another_site_are_not_missed(site, history):
    WebhookEvent.objects.update(site_id=site.pk + 1)
    other = make_endpoint(site=site)
    other.created_at -= timedelta(days=1)
    assert not deliveries.missed(other).exists()


def test_replay_queues_all_since_a_time(endpoint, history, clock):
    assert deliveries.replay(endpoint, history["failed"].occurred_at) == 3
    rows = {row.event: row for row in endpoint.deliveries.all()}
    assert rows[history["sent"]].state == State.SENT
    assert {rows[history[name]].state for name in ("failed", "withdrawn", "unknown")} == {
        State.WAITING
    }
    assert {row.due_at for row in waiting(endpoint)} == {clock[0]}


def test_replay_queues_what_was_sent_with_the_same_id(endpoint, history):
    sent = endpoint.deliveries.get(state=State.SENT)
    deliveries.replay(endpoint, history["sent"].occurred_at)
    assert endpoint.deliveries.get(event=history["sent"]).pk == sent.pk
    assert endpoint.deliveries.count() == 4


def test_replay_of_a_preset_that_waits_is_the_last_event(patient, clock):
    events = [make_event(occurred_at=clock[0] + timedelta(minutes=n)) for n in range(3)]
    assert deliveries.replay(patient, clock[0]) == 1
    assert [row.event for row in waiting(patient)] == events[-1:]


def test_merged_events_are_not_missed(patient, clock):
    for _ in range(3):
        clock[0] += timedelta(seconds=1)
        queue_event(patient)
    assert not deliveries.missed(patient).exists()
    patient.deliveries.update(state=State.FAILED)
    assert deliveries.replay(patient) == 1


def test_test_event_hides_no_missed_one(patient, clock):
    event = make_event(occurred_at=clock[0] + timedelta(seconds=1))
    make_delivery(patient, make_event(Type.PING, occurred_at=clock[0] + timedelta(hours=1)))
    assert list(deliveries.missed(patient)) == [event]


def test_nothing_to_replay_is_no_delivery(endpoint, patient):
    assert deliveries.replay(endpoint) == deliveries.replay(patient) == 0


def test_replay_of_many_events_has_few_queries(endpoint, django_assert_max_num_queries):
    body = make_event().data
    events = [WebhookEvent(type=Type.CONTENT_CHANGED, sequence=n, data=body) for n in range(10_000)]
    WebhookEvent.objects.bulk_create(events)
    rows = [WebhookDelivery(endpoint=endpoint, event=e, state=State.SENT) for e in events[:5000]]
    WebhookDelivery.objects.bulk_create(rows)
    since = timezone.now() - timedelta(days=1)
    with django_assert_max_num_queries(150):
        assert deliveries.replay(endpoint, since) == 10_001
    assert endpoint.deliveries.filter(state=State.WAITING).count() == 10_001


def test_replay_goes_on_if_another_one_queues_the_same_event(endpoint, monkeypatch):
    event, real = make_event(), deliveries.new_delivery

    def queue_meanwhile(*args):
        make_delivery(endpoint, event)
        return real(*args)

    monkeypatch.setattr(deliveries, "new_delivery", queue_meanwhile)
    deliveries.replay(endpoint, event.occurred_at)
    assert deliveries_of(endpoint) == [(Type.CONTENT_CHANGED, State.WAITING)]


def test_deliveries_go_with_the_endpoint_and_not_with_the_page(endpoint, home_page):
    digest = make_digest(home_page)
    event = queue_event(endpoint, page_id=digest.pk)
    digest.delete()
    assert waiting(endpoint)
    endpoint.delete()
    assert not WebhookDelivery.objects.exists()
    assert WebhookEvent.objects.get() == event


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans small tables")
def test_delivery_to_merge_into_is_found_by_the_index_of_the_queue(patient):
    assert "digest_webhooks_due" in deliveries._waiting(patient).explain()
