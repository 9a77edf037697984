"""System check of the path of the server."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, router, transaction
from django.urls import NoReverseMatch, get_script_prefix, reverse
from wagtail.models import Site

from digest.conf import get_base_page_model


@register(Tags.database)
def check_path(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of a live page with the path of the server, which nobody can read."""
    alias = router.db_for_read(get_base_page_model())
    if alias not in (databases or ()):
        return []
    try:
        path = reverse("digest:mcp:server").removeprefix(get_script_prefix())
        with transaction.atomic(using=alias):
            hidden = _live_pages(path)
    except (NoReverseMatch, DatabaseError):  # without the URLs, or before the first migration
        return []
    return [
        Warning(
            f"Nobody can read the page {page.title!r}: /{path} is the path of the MCP server.",
            hint="Give it another slug, or remove digest.contrib.mcp from INSTALLED_APPS.",
            id="digest.W050",
        )
        for page in hidden
    ]


def _live_pages(path: str) -> list[Any]:
    """Return the live pages with a path, of all sites."""
    roots = Site.objects.values_list("root_page__url_path", flat=True)
    paths = [f"{root}{path}" for root in roots]
    return list(get_base_page_model().objects.filter(live=True, url_path__in=paths))
