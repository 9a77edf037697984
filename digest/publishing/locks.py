"""The lock of a scheduled page, with the time zone in its message."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail import locks

from digest.pages.time_zones import format_datetime, time_zone_of


class ScheduledForPublishLock(locks.ScheduledForPublishLock):
    """Say when the page goes live in the time zone of its digest; Wagtail names none."""

    def get_message(self, user: Any) -> SafeString:
        revision = self.object.scheduled_revision
        message = format_html(
            # Wagtail's own words, which it has translated.
            _("{model_name} '{title}' is locked and has been scheduled to go live at {datetime}"),
            model_name=self.model_name,
            title=revision.object_str,
            datetime=format_datetime(revision.approved_go_live_at, time_zone_of(self.object)),
        )
        return mark_safe(capfirst(message))
