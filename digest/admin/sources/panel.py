"""Beside the form of an issue: which of its sources are dead or have moved."""

from typing import Any

from django.apps import apps
from django.forms import Media
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.side_panels import BaseSidePanel

from digest.sources.checking import broken_sources_of
from digest.sources.models import Source


class BrokenSourcesSidePanel(BaseSidePanel):
    """The sources an editor should look at, each with a jump to its field."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        """The button that opens it, with how many there are."""

        aria_label = _("Toggle broken sources")
        icon_name = "link"
        counter_classname = "w-bg-critical-200"

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            """With the number."""
            return super().get_context_data(parent_context) | {"count": len(self.panel.broken)}

    name = "broken-sources"
    title = _("Broken sources")
    template_name = "digest/admin/broken_sources.html"
    order = 360

    def __init__(self, page: Any, request: HttpRequest) -> None:
        super().__init__(page, request)
        self.broken = broken_sources_of(page)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """With the places, and where the register tells more."""
        rows = [(cited, source, self._url_of(source)) for cited, source in self.broken]
        return super().get_context_data(parent_context) | {"rows": rows}

    @property
    def media(self) -> Media:
        """How it looks."""
        return Media(css={"all": [versioned_static("digest/admin/sources.css")]})

    def _url_of(self, source: Source) -> str:
        is_there = apps.is_installed("wagtail_modeladmin")
        if not (is_there and self.request.user.has_perms(["digest.view_source"])):
            return ""
        return reverse("digest_sources_modeladmin_inspect", args=[source.pk])


def broken_sources_panels(page: Any, request: HttpRequest) -> list[BrokenSourcesSidePanel]:
    """The panel, where there is something to show."""
    panel = BrokenSourcesSidePanel(page, request)
    return [panel] if panel.broken else []
