"""The menu “Digests” in Wagtail's sidebar, and the guide for editors in its menu “Help”."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from digest.conf import conf

digest_menu = Menu(
    register_hook_name="register_digest_menu_item",
    construct_hook_name="construct_digest_menu",
)


def add_to_digest_menu(admin: type) -> None:
    """Add the views of a ``ModelAdmin`` class to the menu.

    Set ``add_to_admin_menu = False`` on the class to keep it out of the top-level sidebar.
    """
    hooks.register("register_digest_menu_item", admin().get_menu_item)


@hooks.register("register_admin_menu_item")
def register_digest_menu() -> SubmenuMenuItem:
    """Register the menu; Wagtail hides it from users who see none of its items."""
    return SubmenuMenuItem(
        _("Digests"), digest_menu, name="digests", icon_name="doc-full", order=150
    )


@hooks.register("construct_help_menu")
def add_editors_guide(request: HttpRequest, items: list[Any]) -> None:
    if url := conf.EDITORS_GUIDE_URL:
        attrs = {"target": "_blank", "rel": "noreferrer"}
        label = _("Guide for editors")
        items.append(
            MenuItem(label, url, name="digest-guide", icon_name="doc-full", order=100, attrs=attrs)
        )
