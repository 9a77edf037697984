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


class HostPurgeBackend(HTTPBackend):
    """Purge a whole host with one PURGE request, for a cache set up as docs/deploy/varnish.vcl.

    A request times out after ``TIMEOUT`` seconds (default 1); Wagtail's backend has no timeout.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        self.timeout = params.pop("TIMEOUT", 1)
        super().__init__(params)

    def purge_batch(self, urls: Iterable[str]) -> None:
        """Purge each host of these URLs once, after the commit."""
        # Wagtail may call this inside a transaction, whose rows stay locked during the request.
        for host in sorted({urlsplit(url).netloc for url in urls}):
            transaction.on_commit(partial(self.purge, f"//{host}/"), robust=True)

    def purge(self, url: str) -> None:
        """Purge the host of a URL; log a failure instead of raising it."""
        headers = {"Host": urlsplit(url).netloc, "User-Agent": f"Wagtail/{__version__}"}
        location = f"{self.cache_scheme}://{self.cache_netloc}/"
        try:
            urlopen(PurgeRequest(location, headers=headers), timeout=self.timeout).close()  # noqa: S310
        except (OSError, HTTPException) as error:
            logger.error("The cache %s did not purge '%s': %s", self.cache_netloc, url, error)
