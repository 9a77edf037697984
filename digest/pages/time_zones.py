"""The time zone of a digest, in which its issues are dated and scheduled, and its usual time."""

import zoneinfo
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from digest.pages.page_models import parent_of

DATE_FORMAT = "D j M Y"
DATETIME_FORMAT = f"{DATE_FORMAT}, H:i"


class TimeZoneMixin(models.Model):
    """Store the time zone of a digest; empty for that of the site (``TIME_ZONE``).

    With a usual time of publication, the editor's form offers to schedule an issue for it.
    """

    time_zone = models.CharField(
        _("time zone"),
        max_length=100,
        blank=True,
        help_text=_(
            "Decides which day a new issue is dated, and at what time a scheduled one goes live."
        ),
    )

    usual_time = models.TimeField(
        _("usual time of publication"),
        null=True,
        blank=True,
        help_text=_(
            "In the time zone of the digest. An issue can be scheduled for it in one step: "
            "it goes live at this time on its date."
        ),
    )

    time_zone_panels = [FieldPanel("time_zone"), FieldPanel("usual_time")]

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raise ValidationError for an unknown time zone."""
        super().clean()
        if self.time_zone and self.time_zone not in _known_time_zones():
            raise ValidationError({"time_zone": _("There is no such time zone.")})


@cache
def _known_time_zones() -> set[str]:
    return zoneinfo.available_timezones()


def time_zone_named(name: str) -> tzinfo:
    """Return the time zone with a name; the site's if there is none, or none any more."""
    try:
        return zoneinfo.ZoneInfo(name) if name else timezone.get_default_timezone()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return timezone.get_default_timezone()


def time_zone_of(page: Any) -> tzinfo:
    """Return the time zone of a digest, or of the digest of an issue; else the site's."""
    if page is not None and not isinstance(page, TimeZoneMixin):
        parent = parent_of(page)
        page = parent and parent.specific
    return time_zone_named(getattr(page, "time_zone", ""))


def today_in(page: Any) -> date:
    """Return the current date in the time zone of a digest or an issue."""
    return timezone.localdate(timezone=time_zone_of(page))


def at_time(day: date, hour: int, zone: tzinfo) -> datetime:
    """Return the datetime of an hour of a day in a time zone."""
    return datetime.combine(day, time(hour), zone)


def usual_time_of(issue: Any) -> time | None:
    """Return the usual time of publication of the digest of an issue."""
    parent = parent_of(issue)
    return getattr(parent and parent.specific, "usual_time", None)


def usual_publication(issue: Any, day: date | None) -> datetime | None:
    """Return the usual time of publication on a day; None if the digest has none or it is past."""
    usual_time = usual_time_of(issue)
    if usual_time is None or not day:
        return None
    try:
        at = datetime.combine(day, usual_time, time_zone_of(issue)).astimezone(UTC)
    except OverflowError:  # before the first year in UTC, or after the last one
        return None
    return at if at > timezone.now() else None


def format_date(day: date) -> str:
    """Format a date as the admin shows it: "Tue 29 Dec 2026"."""
    return date_format(day, DATE_FORMAT)


def format_datetime(value: datetime, zone: tzinfo | None = None) -> str:
    """Format a datetime with a time zone, by default the user's: "Tue 29 Dec 2026, 01:00 Rome"."""
    local = timezone.localtime(value, zone)
    return f"{date_format(local, DATETIME_FORMAT)} {place_of(local.tzinfo)}"


def place_of(zone: tzinfo | None) -> str:
    """Return the place that a time zone is named after: "New York" for America/New_York."""
    return str(zone).rpartition("/")[2].replace("_", " ")
