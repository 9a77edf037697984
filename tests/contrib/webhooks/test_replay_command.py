"""The command ``webhook_replay``."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.contrib.webhooks.builders import deliveries_of, make_endpoint, make_event

pytestmark = pytest.mark.django_db


def run(endpoint, since):
    output = StringIO()
    call_command("webhook_replay", f"--endpoint={endpoint}", f"--since={since}", stdout=output)
    return output.getvalue()


@pytest.fixture
def events(db):
    """Return events of two hours of a summer's day."""
    hours = (datetime(2026, 7, 1, hour, tzinfo=UTC) for hour in (9, 11))
    return [make_event(occurred_at=hour) for hour in hours]


@pytest.mark.parametrize(
    ("since", "number"),
    [
        ("2026-07-01", 2),
        ("2026-07-01T10:00:00Z", 1),
        ("2026-07-01T13:00:00+03:00", 1),
        ("2026-07-01 10:00", 2),  # in Berlin
        ("2026-07-02", 0),
    ],
)
def test_events_since_a_time_are_queued(endpoint, events, settings, since, number):
    settings.TIME_ZONE = "Europe/Berlin"
    assert run(endpoint.pk, since) == f"{number} deliveries queued.\n"
    assert len(deliveries_of(endpoint)) == number


def test_other_endpoints_get_none(endpoint, events):
    other = make_endpoint()
    run(endpoint.pk, "2026-07-01")
    assert deliveries_of(other) == []


TOO_EARLY, TOO_LATE = "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"


@pytest.mark.parametrize(
    "since", ["", "x", "yesterday", "2026-02-30", "12:00", "1", TOO_EARLY, TOO_LATE]
)
def test_other_times_are_errors(endpoint, events, since):
    with pytest.raises(CommandError, match="is no ISO 8601 date or datetime"):
        run(endpoint.pk, since)
    assert deliveries_of(endpoint) == []


def test_unknown_endpoint_is_an_error(db):
    with pytest.raises(CommandError, match="There is no endpoint 5"):
        run(5, "2026-07-01")


def test_inactive_endpoint_is_an_error(events):
    endpoint = make_endpoint(is_active=False)
    with pytest.raises(CommandError, match="is not active"):
        run(endpoint.pk, timezone.now() - timedelta(days=1))
    assert deliveries_of(endpoint) == []
