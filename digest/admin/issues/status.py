"""Wagtail's status panel, with the time zones of its times."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from wagtail.admin.ui.side_panels import PageStatusSidePanel
from wagtail.models import ReferenceIndex

from digest.pages.time_zones import format_datetime, place_of, time_zone_of

# The arguments of Wagtail's panel, which are also its attributes.
ARGUMENTS = (
    "show_schedule_publishing_toggle",
    "live_object",
    "scheduled_object",
    "locale",
    "translations",
    "last_updated_info",
    "parent_page",
)


class ZonedStatusSidePanel(PageStatusSidePanel):
    """Show the schedule in the time zone of the digest, and name that of all other times."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (self.object.pk and ReferenceIndex.get_references_to(self.object).exists()):
            self.usage_url = None  # which hides "Referenced 0 times"

    @classmethod
    def replacing(cls, panel: PageStatusSidePanel) -> "ZonedStatusSidePanel":
        arguments = {name: getattr(panel, name) for name in ARGUMENTS}
        return cls(panel.object, panel.request, **arguments)

    def get_scheduled_publishing_context(self, parent_context: Any) -> dict[str, Any]:
        context = super().get_scheduled_publishing_context(parent_context)
        zone = time_zone_of(self.object)
        return {
            name: format_datetime(value, zone) if isinstance(value, datetime) else value
            for name, value in context.items()
        }

    def get_status_templates(self, context: dict[str, Any]) -> list[str]:
        first, *others = super().get_status_templates(context)
        return [first, "digest/admin/status_time_zone.html", *others]

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        place = place_of(timezone.get_current_timezone())
        own = {"users_time_zone": place, "model_description": ""}
        return super().get_context_data(parent_context) | own
