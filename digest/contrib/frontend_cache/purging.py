"""Purge front-end caches after the commit of a change, once for each transaction.

For ``wagtail.contrib.frontend_cache``, which of itself purges a page that is published or taken
back, and no list, feed or answer that shows it; nor anything when a page moves or becomes private,
or an image, a tag, a redirect or a site changes. A bulk update sends no signal: ``max-age`` bounds
it, and ``purge_frontend_cache`` makes it known. Nothing happens where no cache is configured.
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

# The content version that was purged for last, in this process, and what was purged for it.
_purged: tuple[str | None, set[str]] = (None, set())


class Purge:
    """What a transaction has changed, purged when it is called after the commit."""

    def __init__(self) -> None:
        self.urls: set[str] = set()
        self.paths: set[str] = set()
        self.is_certain = self.is_done = False

    def add(self, page: AbstractPage) -> None:
        """Note where a page is found, at this moment."""
        parts = page.get_url_parts()
        if parts and parts[2]:
            self.urls |= {parts[1] + parts[2], page_url(page) or ""} - {""}
        parent_slug, slug = f"//{page.url_path}".split("/")[-3:-1]
        self.paths |= set(paths_of_page(page.pk, parent_slug, slug))

    def __call__(self) -> None:
        """Purge, unless readers see what they saw before: a draft was saved, for one. The version
        may also be that of another thread, which has purged for its own pages."""
        global _purged
        self.is_done = True
        version, ours = content_version.current(), self.urls | self.paths
        known, purged = _purged if version and version == _purged[0] else (None, set())
        if known and ours <= purged and not self.is_certain:
            return
        purge_urls_from_cache(sorted(self.urls | set(fixed_urls(self.paths))))
        _purged = version, purged | ours


def purge_all() -> int:
    """Purge what can be purged without knowing what has changed; how many addresses that are."""
    urls = sorted(set(fixed_urls()))
    purge_urls_from_cache(urls)
    return len(urls)


def is_used() -> bool:
    """Whether the site has a cache in front that can be told."""
    names = ("WAGTAILFRONTENDCACHE", "WAGTAILFRONTENDCACHE_LOCATION")
    return any(getattr(settings, name, None) for name in names)


def purge_after_commit(
    page: AbstractPage | None, using: str | None, is_certain: bool = False
) -> None:
    """Purge after the commit, once for the transaction, and not if it is rolled back.

    ``is_certain`` purges even if the content version stays as it was.
    """
    connection = connections[using or DEFAULT_DB_ALIAS]
    calls = (call for _savepoints, call, _is_robust in connection.run_on_commit)
    noted = next((call for call in calls if isinstance(call, Purge) and not call.is_done), None)
    purge = noted or Purge()
    if page is not None:
        purge.add(page)
    purge.is_certain |= is_certain
    if not noted:
        transaction.on_commit(purge, using=connection.alias, robust=True)


def fixed_urls(paths: Iterable[str] = ()) -> Iterator[str]:
    """The addresses of all lists, feeds and digests, and these paths, at every host that answers;
    of the front pages, where readers are, too."""
    paths = {"/", *fixed_paths(), *paths}
    sites = list(Site.objects.order_by("pk"))
    for root in _roots(sites):
        yield from (root + path for path in paths)
    yield from (f"{frontend_root(site)}/" for site in sites)


def _roots(sites: list[Site]) -> set[str]:
    """The sites, and the other names that the server answers to, with their schemes."""
    roots = {site.root_url for site in sites}
    named = {host for host in settings.ALLOWED_HOSTS if "*" not in host and host[:1] != "."}
    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    return roots | {
        f"{scheme}://{host}" for host in named - {urlsplit(url).netloc for url in roots}
    }
