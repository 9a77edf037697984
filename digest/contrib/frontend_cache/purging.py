"""Purge front-end caches after the commit of a change, once for each transaction.

``wagtail.contrib.frontend_cache`` by itself purges the URL of a page that is published or
unpublished. It does not purge lists, feeds and API responses that show the page, and it does
nothing if a page is moved or restricted, or if an image, a tag, a redirect or a site changes.
A bulk update sends no signal: caches are stale until ``max-age`` has passed, or until
``purge_frontend_cache`` is run. Without a configured cache, nothing is purged.
"""

import logging
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache
from wagtail.models import AbstractPage, Site

from digest.caching import content_version
from digest.pages.public_paths import fixed_paths, paths_of_page
from digest.pages.public_urls import frontend_root, page_url

logger = logging.getLogger("wagtail.frontendcache")

# The content version of the last purge in this process, and what was purged for it.
_last_purge: tuple[str | None, set[str]] = (None, set())


class Purge:
    """Collect the URLs and paths that a transaction changes, and purge them when called."""

    def __init__(self) -> None:
        self.urls: set[str] = set()
        self.paths: set[str] = set()
        self.is_forced = self.is_done = False

    def add(self, page: AbstractPage) -> None:
        """Add the current URLs and paths of a page."""
        parts = page.get_url_parts()
        if parts and parts[2]:
            self.urls |= {parts[1] + parts[2], page_url(page) or ""} - {""}
        parent_slug, slug = f"//{page.url_path}".split("/")[-3:-1]
        self.paths |= set(paths_of_page(page.pk, parent_slug, slug))

    def __call__(self) -> None:
        """Purge, unless nothing public has changed (if a draft was saved, for example)."""
        global _last_purge
        self.is_done = True
        # Another thread may have purged for the same version, but only its own pages.
        version, ours = content_version.current(), self.urls | self.paths
        known, purged = _last_purge if version and version == _last_purge[0] else (None, set())
        if known and ours <= purged and not self.is_forced:
            return
        purge_urls_from_cache(sorted(self.urls | set(fixed_urls(self.paths))))
        _last_purge = version, purged | ours


def purge_all() -> int:
    """Purge all URLs that do not depend on a page; return how many."""
    urls = sorted(set(fixed_urls()))
    purge_urls_from_cache(urls)
    return len(urls)


def is_configured() -> bool:
    names = ("WAGTAILFRONTENDCACHE", "WAGTAILFRONTENDCACHE_LOCATION")
    return any(getattr(settings, name, None) for name in names)


def purge_after_commit(
    page: AbstractPage | None, using: str | None, is_forced: bool = False
) -> None:
    """Purge after the commit, once for the transaction, and not if it is rolled back.

    ``is_forced`` purges even if the content version is unchanged.
    """
    connection = connections[using or DEFAULT_DB_ALIAS]
    calls = (call for _savepoints, call, _is_robust in connection.run_on_commit)
    pending = next((call for call in calls if isinstance(call, Purge) and not call.is_done), None)
    purge = pending or Purge()
    if page is not None:
        purge.add(page)
    purge.is_forced |= is_forced
    if not pending:
        transaction.on_commit(purge, using=connection.alias, robust=True)


def fixed_urls(paths: Iterable[str] = ()) -> Iterator[str]:
    """Yield the URLs of all lists, feeds and digests, and of these paths, on every host.

    The front pages of separate frontends are included.
    """
    paths = {"/", *fixed_paths(), *paths}
    sites = list(Site.objects.order_by("pk"))
    for root in _roots(sites):
        yield from (root + path for path in paths)
    yield from (f"{frontend_root(site)}/" for site in sites)


def _roots(sites: list[Site]) -> set[str]:
    """Return the root URLs of the sites, and of the other allowed hosts."""
    roots = {site.root_url for site in sites}
    named = {host for host in settings.ALLOWED_HOSTS if "*" not in host and host[:1] != "."}
    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    return roots | {
        f"{scheme}://{host}" for host in named - {urlsplit(url).netloc for url in roots}
    }
