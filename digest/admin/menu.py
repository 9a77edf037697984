"""The menu of the desk in Wagtail's sidebar; each screen registers its own item."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, SubmenuMenuItem

digest_menu = Menu(
    register_hook_name="register_digest_menu_item",
    construct_hook_name="construct_digest_menu",
)


def add_to_digest_menu(admin: type) -> None:
    """Show a screen of wagtail-modeladmin in the menu; the class says its order and its label.

    It has ``add_to_admin_menu = False``, so that it is not in the sidebar as well.
    """
    hooks.register("register_digest_menu_item", admin().get_menu_item)


@hooks.register("register_admin_menu_item")
def register_digest_menu() -> SubmenuMenuItem:
    """Everything of the desk in one place; not shown to who may use nothing in it."""
    return SubmenuMenuItem(
        _("Digests"), digest_menu, name="digests", icon_name="doc-full", order=150
    )
