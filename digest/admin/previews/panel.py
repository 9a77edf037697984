"""What the editor's preview panel needs for pages that it did not make: those of a frontend."""

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
    """The origins on which frontends show previews."""
    return sorted({public_urls.origin(url) for url in conf.PREVIEW_URLS.values()})


@hooks.register("insert_editor_js")
def open_what_is_clicked() -> SafeString:
    """The script that opens a field which was clicked in the preview."""
    return format_html(
        '<script src="{}" data-origins="{}"></script>',
        static("digest/admin/preview.js"),
        " ".join(["self", *preview_origins()]),
    )


@hooks.register("construct_wagtail_userbar", order=1000)
def let_checks_cross_origins(request: HttpRequest, items: list[Any], page: Any) -> None:
    """Let the content checks of the editor ask a page on the origin of a frontend, and the page
    there answer: axe talks to its own origin alone, unless it is told others."""
    if not (conf.PREVIEW_URLS and request):
        return
    for item in items:
        if isinstance(item, ContentCheckerItem):
            _allow(item, ["<same_origin>", request_origin(request), *preview_origins()])


def _allow(item: ContentCheckerItem, origins: list[str]) -> None:
    original = item.get_axe_spec
    item.get_axe_spec = lambda request: original(request) | {"allowedOrigins": origins}
