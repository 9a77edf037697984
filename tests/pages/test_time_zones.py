"""The time zone of a digest: dates of issues, schedules, and how times are shown."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.utils import timezone, translation

from digest.models import DigestPage, IssuePage
from digest.pages.forms import ScheduleField
from digest.pages.new_issues import day_of_new_issue
from digest.pages.time_zones import (
    format_datetime,
    time_zone_named,
    time_zone_of,
    usual_publication,
)
from tests.builders import make_digest, make_issue

pytestmark = pytest.mark.django_db
# They are never on the same day: 25 hours apart.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"
SUMMER = datetime(2026, 7, 1, 10, tzinfo=UTC)


def form_of(issue, **kwargs):
    form_class = type(issue).get_edit_handler().get_form_class()
    return form_class(instance=issue, parent_page=issue.get_parent(), **kwargs)


def test_time_zone_of_a_digest_is_that_of_its_issues(home_page):
    issue = make_issue(make_digest(home_page, time_zone="Asia/Kolkata"), 14)
    assert time_zone_of(issue) == time_zone_of(issue.digest) == ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd"])
def test_without_a_valid_name_the_time_zone_is_the_sites(settings, digest, name):
    settings.TIME_ZONE = "America/Lima"
    digest.time_zone = name
    assert time_zone_of(digest) == time_zone_of(None) == ZoneInfo("America/Lima")


@pytest.mark.parametrize("name", ["Mars/Olympus", "berlin", "+02:00", "../etc/passwd"])
def test_an_unknown_time_zone_is_rejected(digest, name):
    digest.time_zone = name
    with pytest.raises(ValidationError, match="no such time zone"):
        digest.full_clean()


def test_form_offers_the_time_zones_of_the_users_and_the_one_in_use(digest):
    digest.time_zone = "Mars/Olympus"
    form = DigestPage.get_edit_handler().get_form_class()(instance=digest)
    names = [name for name, _label in form.fields["time_zone"].widget.choices]
    assert names[0] == ""
    assert {"Europe/Paris", "Asia/Tokyo", "Mars/Olympus"} <= {*names}


def test_new_issue_is_dated_today_in_the_time_zone_of_its_digest(home_page):
    days = []
    for name in (EAST, WEST):
        digest = make_digest(home_page, f"of-{name[8:10]}", time_zone=name)
        days.append(day_of_new_issue(digest))
        assert days[-1] == timezone.localdate(timezone=ZoneInfo(name))
    assert days[0] != days[1]


@pytest.mark.parametrize(("name", "day"), [(WEST, date.max), ("Asia/Tokyo", date.min)])
def test_usual_time_outside_of_the_calendar_is_none(home_page, name, day):
    usual_time = time(23) if day == date.max else time(1)
    digest = make_digest(home_page, time_zone=name, usual_time=usual_time)
    assert usual_publication(make_issue(digest, publish=False), day) is None


@pytest.mark.parametrize("name", ["go_live_at", "expire_at"])
def test_schedule_is_shown_and_read_in_the_time_zone_of_the_digest(home_page, name):
    issue = make_issue(make_digest(home_page, time_zone="America/Toronto"), publish=False)
    setattr(issue, name, SUMMER)
    with timezone.override("Asia/Tokyo"):  # that of the user
        field = form_of(issue)[name]
        assert field.value() == datetime(2026, 7, 1, 6)
        assert field.field.clean("2026-07-01 06:00") == SUMMER
    assert "America/Toronto" in field.help_text


def test_schedule_keeps_the_options_of_a_sites_own_field():
    own = forms.DateTimeField(
        disabled=True,
        initial=SUMMER,
        validators=[MaxValueValidator(SUMMER)],
        error_messages={"invalid": "Not a time."},
        help_text="Before noon & after six.",
    )
    field = ScheduleField.replacing(own, ZoneInfo("America/Toronto"))
    assert (field.disabled, field.initial, field.validators) == (True, SUMMER, own.validators)
    assert field.error_messages["invalid"] == "Not a time."
    assert field.help_text.startswith("Before noon &amp; after six. In the time zone")
    assert field.clean("2026-07-01 06:00") == SUMMER


def test_a_time_that_the_clock_skips_is_rejected_with_the_zone(home_page):
    issue = make_issue(make_digest(home_page, time_zone="Europe/Madrid"), publish=False)
    with pytest.raises(ValidationError, match="Europe/Madrid"):
        form_of(issue).fields["go_live_at"].clean("2026-03-29 02:30")


def test_issue_made_live_by_code_is_published_when_its_day_begins_there(home_page, client):
    make_issue(make_digest(home_page, time_zone="Asia/Seoul"), 14)
    IssuePage.objects.update(first_published_at=None, last_published_at=None)
    [issue] = client.get("/api/v1/issues/").json()["results"]
    assert (issue["date"], issue["published_at"]) == ("2026-04-14", "2026-04-13T15:00:00Z")


@pytest.mark.parametrize(("name", "midnight"), [("Asia/Seoul", "13T15"), (WEST, "14T11")])
def test_issue_made_live_by_code_is_found_since_its_day_began(home_page, client, name, midnight):
    make_issue(make_digest(home_page, time_zone=name), 14)
    IssuePage.objects.update(first_published_at=None, last_published_at=None)
    for offset in ("Z", "-12:00", "+14:00"):
        since = datetime.fromisoformat(f"2026-04-{midnight}:00:00+00:00").astimezone(
            datetime.fromisoformat(f"2026-04-14T00:00:00{offset}").tzinfo
        )
        found = client.get("/api/v1/issues/", {"updated_since": since.isoformat()}).json()
        assert found["results"]


def test_a_time_is_shown_with_its_zone_in_the_language_of_the_user():
    zone = time_zone_named("America/New_York")
    assert format_datetime(SUMMER, zone) == "Wed 1 Jul 2026, 06:00 New York"
    with timezone.override("Asia/Tokyo"), translation.override("de"):
        assert format_datetime(SUMMER) == "Mi 1 Jul 2026, 19:00 Tokyo"
    assert format_datetime(SUMMER, UTC).endswith("10:00 UTC")
