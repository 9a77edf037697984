"""Template filters of the admin's screens: dates and times in one format."""

from datetime import date, datetime, tzinfo

from django import template

from digest.pages.time_zones import format_date, format_datetime

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    """Format a date: "Tue 29 Dec 2026"."""
    return format_date(value) if value else ""


@register.filter
def time_in(value: datetime, zone: tzinfo | None = None) -> str:
    """Format a datetime with a time zone, by default the user's."""
    return format_datetime(value, zone)
