"""Serving of digests and issues as HTML pages."""

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

from digest import visibility

logger = logging.getLogger(__name__)


class ReadersPageMixin:
    """Serve a page with its class's own template, or else with the plugin's."""

    default_template: str

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> list[str]:
        return [super().get_template(request, *args, **kwargs), self.default_template]

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        visibility.raise_404_if_expired(self)
        # Wagtail only calls this for visitors who pass the view restrictions, and restricted pages
        # are not cacheable. The password form has the same context, but is served without this.
        request.digest_authorised_for = self.pk
        response = super().serve(request, *args, **kwargs)
        if settings.DEBUG and hasattr(response, "add_post_render_callback"):
            response.add_post_render_callback(warn_of_missing_blocks)
        return response


def warn_of_missing_blocks(response: HttpResponse) -> None:
    """Log what a site's own base template leaves out, which Django does without a word."""
    html = response.content.decode(response.charset)
    stylesheet = static("digest/digest.css")
    parts = {f"the stylesheet {stylesheet}": stylesheet, 'the block "canonical"': 'rel="canonical"'}
    missing = [name for name, part in parts.items() if part not in html]
    if missing:
        logger.warning(
            "A page has not %s. The template digest/base.html has to place all blocks: see "
            '"Change the look" in docs/how-to/add-to-a-site.md.',
            " nor ".join(missing),
        )
