"""Side panel with the dead and moved sources of an issue."""

from typing import Any

from django.forms import Media
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.side_panels import BaseSidePanel

from digest.sources.checking import broken_sources_of
from digest.sources.models import Source


class BrokenSourcesSidePanel(BaseSidePanel):
    """List the broken sources, each with a link to its field in the form."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Broken sources")
        icon_name = "link"
        counter_classname = "w-bg-critical-200"

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            return super().get_context_data(parent_context) | {"count": len(self.panel.broken)}

    name = "broken-sources"
    title = _("Broken sources")
    template_name = "digest/admin/broken_sources.html"
    order = 360

    def __init__(self, page: Any, request: HttpRequest) -> None:
        super().__init__(page, request)
        self.broken = broken_sources_of(page)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        rows = [(cited, source, self._url_of(source)) for cited, source in self.broken]
        return super().get_context_data(parent_context) | {"rows": rows}

    @property
    def media(self) -> Media:
        return Media(css={"all": [versioned_static("digest/admin/sources.css")]})

    def _url_of(self, source: Source) -> str:
        if not self.request.user.has_perms(["digest.view_source"]):
            return ""
        return reverse("digest_sources:inspect", args=[source.pk])


def broken_sources_panels(page: Any, request: HttpRequest) -> list[BrokenSourcesSidePanel]:
    """Return the panel in a list, or an empty list if no source is broken."""
    panel = BrokenSourcesSidePanel(page, request)
    return [panel] if panel.broken else []
