"""URL paths of lists, feeds and API responses that show a page, for purging front-end caches.

An app registers the dotted name of a module in ``registry.public_paths``. The module has
``paths_of_lists()``, ``paths_of_digest(slug)`` and ``paths_of_issue(pk, digest_slug, slug)``.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.urls import NoReverseMatch, reverse

from digest.pages.page_models import get_digest_page_model
from digest.registry import registry


def fixed_paths() -> Iterator[str]:
    """Yield the paths of all lists and all digests."""
    slugs = set(get_digest_page_model().objects.values_list("slug", flat=True))
    for module in _modules():
        yield from module.paths_of_lists()
        for slug in slugs:
            yield from module.paths_of_digest(slug)


def paths_of_page(pk: int, parent_slug: str, slug: str) -> Iterator[str]:
    """Yield the paths of a page, which may be a digest or an issue."""
    # Both, since Wagtail may save either as a plain page.
    for module in _modules():
        yield from module.paths_of_issue(pk, parent_slug, slug)
        yield from module.paths_of_digest(slug)


def path_of(name: str, *args: Any) -> Iterator[str]:
    """Yield the path of one of the plugin's URL names, or nothing if it is not in the URLconf."""
    try:
        yield reverse(f"digest:{name}", args=args)
    except NoReverseMatch:
        return


def _modules() -> Iterator[Any]:
    return map(import_module, registry.public_paths)
