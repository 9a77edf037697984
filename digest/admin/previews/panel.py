"""Hooks that make Wagtail's preview panel work with pages of a frontend on another origin."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.userbar import ContentCheckerItem

from digest.conf import conf
from digest.pages import public_urls
from digest.previews.views import request_origin


def preview_origins() -> list[str]:
    """Return the origins of the frontends that show previews."""
    return sorted({public_urls.origin(url) for url in conf.PREVIEW_URLS.values()})


@hooks.register("insert_editor_js")
def add_preview_script() -> SafeString:
    """Add the script that opens the field of an element clicked in the preview."""
    return format_html(
        '<script src="{}" data-origins="{}"></script>',
        static("digest/admin/preview.js"),
        " ".join(["self", *preview_origins()]),
    )


@hooks.register("construct_wagtail_userbar", order=1000)
def allow_cross_origin_checks(request: HttpRequest, items: list[Any], page: Any) -> None:
    """Add the origins of frontends to axe's ``allowedOrigins``, which defaults to same-origin."""
    if not (conf.PREVIEW_URLS and request):
        return
    for item in items:
        if isinstance(item, ContentCheckerItem):
            _allow_origins(item, ["<same_origin>", request_origin(request), *preview_origins()])


def _allow_origins(item: ContentCheckerItem, origins: list[str]) -> None:
    original = item.get_axe_spec
    item.get_axe_spec = lambda request: original(request) | {"allowedOrigins": origins}
