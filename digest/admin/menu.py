"""The “Digests” menu in Wagtail's sidebar."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, SubmenuMenuItem

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
