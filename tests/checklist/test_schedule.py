"""Test the rule about the date on which an issue goes live."""

from datetime import UTC, date, datetime

import pytest

from tests.checklist.checking import issue_of, messages_of

pytestmark = pytest.mark.django_db

MORNING = datetime(2036, 4, 15, 3, tzinfo=UTC)  # still the 14th in New York


def found(digest, day, go_live_at):
    return messages_of(issue_of(digest, day=day, go_live_at=go_live_at), "schedule_date")


def test_issue_scheduled_for_another_day_than_its_date(digest):
    message = "It is scheduled for Tue 15 Apr 2036, but dated Mon 14 Apr 2036."
    assert found(digest, date(2036, 4, 14), MORNING) == [(message, "date")]


def test_day_is_that_of_the_time_zone_of_the_digest(digest):
    digest.time_zone = "America/New_York"
    digest.save_revision().publish()
    assert found(digest, date(2036, 4, 14), MORNING) == []


@pytest.mark.parametrize("go_live_at", [None, datetime(2026, 1, 1, tzinfo=UTC)])
def test_issue_without_a_schedule_or_with_a_past_one_is_not_checked(digest, go_live_at):
    assert found(digest, date(2026, 4, 14), go_live_at) == []
