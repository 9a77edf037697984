"""Columns of the source index, in the list and in spreadsheets."""

from collections.abc import Callable
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, Column

from digest.admin.listings import WIDE
from digest.admin.spreadsheets import escape_formula
from digest.pages.time_zones import format_date, format_datetime
from digest.sources.checking import BROKEN
from digest.sources.models import Source


class PublisherColumn(BaseColumn):
    """Show the publisher, and the host as a link to the source."""

    cell_template_name = "digest/admin/source_publisher_cell.html"


class StateColumn(BaseColumn):
    """Show the state as a badge, red for broken sources."""

    cell_template_name = "digest/admin/source_state_cell.html"

    def get_cell_context_data(self, instance: Source, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"is_broken": instance.state in BROKEN}


def _last_checked(source: Source) -> str:
    return format_datetime(source.checked_at) if source.checked_at else ""


COLUMNS = [
    PublisherColumn("publisher", label=_("Publisher"), sort_key="shown_publisher", classname=WIDE),
    Column(
        "issues",
        label=_("Issues"),
        accessor="issue_count",
        sort_key="issue_count",
        classname=WIDE,
    ),
    Column(
        "last_cited",
        label=_("Last cited"),
        accessor=lambda source: format_date(source.last_cited_on),
        sort_key="last_cited_on",
        classname="digest-date",
    ),
    StateColumn("state", label=_("State"), sort_key="state"),
    Column(
        "last_checked",
        label=_("Last checked"),
        accessor=_last_checked,
        sort_key="checked_at",
        classname=WIDE,
    ),
]


def _checked_at(source: Source) -> str:
    """Return the time with its offset from UTC."""
    return localtime(source.checked_at).isoformat(" ", "minutes") if source.checked_at else ""


EXPORT: dict[str, tuple[Any, Callable[[Source], Any]]] = {
    "title": (_("Title"), str),
    "publisher": (_("Publisher"), lambda source: source.shown_publisher),
    "host": (_("Host"), lambda source: source.host),
    "url": (_("URL"), lambda source: source.canonical_url),
    "issues": (_("Issues"), lambda source: source.issue_count),
    "first_cited": (_("First cited"), lambda source: source.first_cited_on.isoformat()),
    "last_cited": (_("Last cited"), lambda source: source.last_cited_on.isoformat()),
    "state": (_("State"), lambda source: source.get_state_display()),
    "http_status": (_("HTTP status"), lambda source: source.http_status),
    "moved_to": (_("Moved to"), lambda source: source.moved_to),
    "last_checked": (_("Last checked"), _checked_at),
}


def export_row(source: Source) -> dict[str, Any]:
    """Return the cells of a spreadsheet, none of which is evaluated as a formula."""
    return {name: escape_formula(read(source)) for name, (_label, read) in EXPORT.items()}
