"""Scripts that keep what an editor types in the forms of issues and digests."""

from typing import Any

from django.forms import Media
from wagtail.admin.staticfiles import versioned_static


class EditorScriptsMixin:
    """Add the scripts to Wagtail's view with the form of a page."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if getattr(self, "expects_json_response", False):
            return context
        return context | {"media": context["media"] + editor_media()}


def editor_media() -> Media:
    """Return the scripts."""
    return Media(js=[versioned_static(f"digest/admin/{name}.js") for name in ("form", "autosave")])
