"""Public addresses: where readers find a page, whoever asked for it and by whatever host.

Pages may be read from a frontend on another host (``DIGEST_FRONTEND_URLS``); feeds, pictures,
documents and the API are this server's, at the root URL of the Wagtail site.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Site

from digest.conf import conf


def site_name(site: Site) -> str:
    """What a site is called: by its own entry, or else by the installation's setting."""
    return site.site_name or getattr(settings, "WAGTAIL_SITE_NAME", "") or site.hostname


def frontend_root(site: Site) -> str:
    """Where the readers of a site are, without a slash at the end: "https://example.com"."""
    return _frontend(site.root_url)


def page_url(page: Any, request: HttpRequest | None = None) -> str | None:
    """The address of a page as its readers know it; None for a page of no site.

    ``request`` keeps the roots of the sites for the time of a response.
    """
    parts = page.get_url_parts(request)
    if not parts or not parts[2]:
        return None
    _site_id, root_url, path = parts
    return _frontend(root_url) + path


def preview_pattern(page: Any) -> str | None:
    """Where a frontend shows drafts of a page, with ``{token}`` in it; None where none does."""
    parts = page.get_url_parts()
    root_url = parts[1] if parts else None
    if not root_url:
        return None
    return conf.PREVIEW_URLS.get(root_url) or conf.PREVIEW_URLS.get(_frontend(root_url))


def origin(url: str) -> str:
    """The scheme, host and port of an address, as browsers compare them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _frontend(root_url: str) -> str:
    return conf.FRONTEND_URLS.get(root_url, root_url).rstrip("/")


def requested_locale(request: HttpRequest) -> str:
    """The language that ``?locale=`` of a feed or a reader's page names; "" where it names none.

    No database is asked for what is no language code: PostgreSQL fails on some of it.
    """
    code = request.GET.get("locale", "")
    return code if re.fullmatch(r"[A-Za-z0-9-]{0,35}", code) else "-"
