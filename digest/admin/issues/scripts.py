"""Scripts that keep what an editor types in the forms of issues and digests."""

from typing import Any

from django.forms import Media
from django.forms.widgets import Script
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.staticfiles import versioned_static

NAMES = ("form", "autosave", "messages", "actions")


class EditorScriptsMixin:
    """Add the scripts to Wagtail's view with the form of a page."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if getattr(self, "expects_json_response", False):
            return context
        return context | {"media": context["media"] + editor_media(**self._guarded())}

    def _guarded(self) -> dict[str, Any]:
        page = {"page": self.page.pk} if self.page.pk else {"parent": self.parent_page.pk}
        return page | {"user": self.request.user.pk}


def editor_media(**guarded: Any) -> Media:
    """Return the scripts for a user and a saved page, or a new one below its parent."""
    scripts = [versioned_static(f"digest/admin/{name}.js") for name in NAMES]
    guard = Script(
        versioned_static("digest/admin/save-guard.js"), **_guard_data(), **_data(guarded)
    )
    undo = Script(versioned_static("digest/admin/undo.js"), **_data(_undo_texts()))
    order = Script(versioned_static("digest/admin/stories-only.js"), **_data(_order_texts()))
    rich_text = versioned_static("digest/admin/rich-text.js")
    return Media(
        js=[*scripts, guard, undo, order, rich_text],
        css={"all": [versioned_static("digest/admin/editor.css")]},
    )


def _guard_data() -> dict[str, str]:
    urls = {
        "state-url": reverse("digest_editing_state"),
        "sign-in-url": reverse("digest_signed_in"),  # Wagtail redirects to the sign-in page first.
    }
    return _data(urls | _guard_texts())


def _guard_texts() -> dict[str, str]:
    return {
        "signed-out": _(
            "You have been signed out. Your text is still here, but not saved. "
            "Sign in, then come back to this tab: it is saved by itself."
        ),
        "other-user": _(
            "Another user has signed in. Your text is still here, but not saved. "
            "Sign in as yourself, and it is saved by itself, or copy it before you leave this page."
        ),
        "unreachable": _(
            "The server cannot be reached. Your text is still here, but not saved. "
            "It is saved by itself when the server responds again."
        ),
        "forbidden": _(
            "You may not edit this page any more. Your text is still here, but cannot be saved. "
            "Copy it before you leave this page."
        ),
        "deleted": _(
            "This page has been deleted. Your text is still here, but cannot be saved. "
            "Copy it before you leave this page."
        ),
        "locked": _(
            "This page has been locked. Your text is still here, but not saved. "
            "It is saved by itself when the page is unlocked."
        ),
        "editable": _("Saving works again."),
        "not-done": _("Saving works again. “{action}” was not carried out: choose it again."),
        "dismiss": _("Dismiss"),
        "sign-in": _("Sign in in a new tab"),
        "retry": _("Try again"),
        "copy": _("Copy the text"),
        "copied": _("Copied"),
    }


def _undo_texts() -> dict[str, str]:
    return {
        "deleted": _("Deleted: {block}"),
        "restored": _("Restored: {block}"),
        "undo": _("Undo"),
        "dismiss": _("Dismiss"),
    }


def _order_texts() -> dict[str, str]:
    return {
        "stories-only": _("Stories only"),
        "moved": _("Moved to place {place} of {count}."),
    }


def _data(values: dict[str, Any]) -> dict[str, Any]:
    return {f"data-{name}": value for name, value in values.items()}
