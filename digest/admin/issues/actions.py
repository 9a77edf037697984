"""Save, publish, schedule and unschedule in the editor of issues and digests."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.action_menu import (
    ActionMenuItem,
    PageActionMenu,
    PublishMenuItem,
    SaveDraftMenuItem,
)
from wagtail.admin.ui.components import Component
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.pages.revisions import RevisionsUnscheduleView

from digest.pages.forms import AT_USUAL_TIME
from digest.pages.time_zones import (
    format_datetime,
    place_of,
    time_zone_of,
    usual_publication,
    usual_time_of,
)
from digest.publishing.publish import lock_page

# What stands beside "Save draft": the first of these that the user may do.
SECOND = ("approve", "action-publish", "action-submit")


class SideBySide(Component):
    """Render two items of the action menu beside each other; the others stay in the menu."""

    def __init__(self, first: ActionMenuItem, second: ActionMenuItem) -> None:
        self.first, self.second = first, second
        self.name = first.name

    def render_html(self, parent_context: Any = None) -> SafeString:
        return self.first.render_html(parent_context) + self.second.render_html(parent_context)


class UsualTimeMenuItem(ActionMenuItem):
    """Schedule an issue for its date, at the usual time of its digest.

    An autosave updates the label. Without one, as when the time has passed, the button is hidden.
    """

    template_name = "digest/admin/schedule_item.html"

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return super().get_context_data(parent_context) | {"value": AT_USUAL_TIME}


class PublishingActionsMixin:
    """Show Publish beside Save draft, and stay in the form after publishing."""

    last_hook = "after_edit_page"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        go_live_at, menu = self.page.go_live_at, context["action_menu"]
        context["is_scheduled"] = go_live_at and go_live_at > timezone.now()
        context["can_schedule"] = self._can_schedule(menu)
        context["schedule_label"] = self._schedule_label()
        if context["can_schedule"]:
            menu.menu_items.insert(0, UsualTimeMenuItem(context["schedule_label"]))
        show_second_button(menu)
        return context

    def _can_schedule(self, menu: PageActionMenu) -> bool:
        can_publish = any(isinstance(item, PublishMenuItem) for item in menu.menu_items)
        has_time = usual_time_of(self.page) is not None
        return can_publish and has_time and "go_live_at" in self.form.fields

    def _schedule_label(self) -> str:
        # The form of a new issue proposes another date than the issue itself.
        proposed = self.form.initial.get("date")
        day = getattr(self.page, "date", None) if self.form.is_bound else proposed
        at = usual_publication(self.page, day)
        return label_of_schedule(at, self.page) if at else ""

    def run_hook(self, hook_name: str, *args: Any, **kwargs: Any) -> HttpResponse | None:
        """Reply to publishing in place of Wagtail, which would leave the form."""
        response = super().run_hook(hook_name, *args, **kwargs)
        if response or hook_name != "after_publish_page":
            return response
        self._add_published_message()
        response = self.run_hook(self.last_hook, self.request, self.page)
        return response or self.redirect_and_remain()

    def _add_published_message(self) -> None:
        title = self.page.get_admin_display_title()
        if revision := self.page.scheduled_revision:
            at = format_datetime(revision.approved_go_live_at, time_zone_of(self.page))
            text = _("“%(title)s” is scheduled for %(when)s.") % {"title": title, "when": at}
            buttons = [self.get_view_draft_message_button()]
        else:
            text = _("“%(title)s” has been published.") % {"title": title}
            buttons = [self.get_view_live_message_button()] if self.page.url else []
        messages.success(self.request, text, buttons=buttons)


def show_second_button(menu: PageActionMenu) -> None:
    """Take an item out of the menu and show it beside "Save draft"."""
    # Wagtail names "Approve" and "Approve with comment" alike; the first needs no dialog.
    items = menu.menu_items
    second = next((item for name in SECOND for item in items if item.name == name), None)
    if second and isinstance(menu.default_item, SaveDraftMenuItem):
        menu.menu_items.remove(second)
        menu.default_item = SideBySide(menu.default_item, second)


def label_of_schedule(at: datetime, page: Any) -> str:
    """Return "Schedule for Tue 29 Dec, 06:00", with the place of a time zone not the user's."""
    zone = time_zone_of(page)
    local = timezone.localtime(at, zone)
    is_this_year = local.year == timezone.localdate(timezone=zone).year
    when = date_format(local, "D j M, H:i" if is_this_year else "D j M Y, H:i")
    if str(zone) != timezone.get_current_timezone_name():
        when = f"{when} {place_of(zone)}"
    return _("Schedule for %(when)s") % {"when": when}


class UnscheduleView(RevisionsUnscheduleView):
    """Cancel a schedule with its time, so that the form offers to publish."""

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lock_page(self.object)
        self.revision.refresh_from_db()
        at = self.revision.approved_go_live_at
        if at is None:  # It has gone live or has been cancelled in the meantime.
            text = _("“%(title)s” is not scheduled any more.") % self._title()
            messages.warning(request, text)
            return redirect(self.get_next_url())
        response = super().post(request, *args, **kwargs)
        self._clear_time(at)
        return response

    def _clear_time(self, at: datetime) -> None:
        page = self.object
        for revision in {self.revision, page.latest_revision or self.revision}:
            revision.content["go_live_at"] = None
            revision.save(update_fields=["content"])
        type(page).objects.filter(pk=page.pk, go_live_at=at).update(go_live_at=None)

    def _title(self) -> dict[str, str]:
        return {"title": self.get_object_display_title()}

    def get_success_message(self) -> str:
        return _("“%(title)s” is no longer scheduled.") % self._title()

    def get_success_buttons(self) -> list[Any]:
        return []

    def get_next_url(self) -> str:
        # Wagtail's fallback, the history, is open to users who may publish but not edit.
        can_edit = self.object.permissions_for_user(self.request.user).can_edit()
        if get_valid_next_url_from_request(self.request) or not can_edit:
            return super().get_next_url()
        return reverse(self.edit_url_name, args=[self.object.pk])
