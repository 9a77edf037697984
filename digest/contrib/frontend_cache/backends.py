"""Backends for ``WAGTAILFRONTENDCACHE``."""

import logging
from collections.abc import Iterable
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.db import transaction
from wagtail import __version__
from wagtail.contrib.frontend_cache.backends import HTTPBackend
from wagtail.contrib.frontend_cache.backends.http import PurgeRequest

logger = logging.getLogger("wagtail.frontendcache")


class WholeHostBackend(HTTPBackend):
    """A cache that drops all its answers of a host at one PURGE, as docs/deploy/varnish.vcl does.

    It is waited for no longer than ``TIMEOUT`` seconds; Wagtail's own would wait for ever.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        self.timeout = params.pop("TIMEOUT", 1)
        super().__init__(params)

    def purge_batch(self, urls: Iterable[str]) -> None:
        """Purge the hosts of these addresses; after the commit, where Wagtail asks before it, so
        that no row stays locked while a cache is waited for."""
        for host in sorted({urlsplit(url).netloc for url in urls}):
            transaction.on_commit(partial(self.purge, f"//{host}/"), robust=True)

    def purge(self, url: str) -> None:
        """Purge the host of an address; say so in the log where that fails, and go on."""
        headers = {"Host": urlsplit(url).netloc, "User-Agent": f"Wagtail/{__version__}"}
        location = f"{self.cache_scheme}://{self.cache_netloc}/"
        try:
            urlopen(PurgeRequest(location, headers=headers), timeout=self.timeout).close()  # noqa: S310
        except (OSError, HTTPException) as error:
            logger.error("The cache %s did not purge '%s': %s", self.cache_netloc, url, error)
