"""Public URLs of pages, which do not depend on the host of the request.

Pages may be on a frontend with another host (``DIGEST_FRONTEND_URLS``); feeds, images, documents
and the API are on this server, at the root URL of the Wagtail site.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf
from django.utils.translation import get_language
from wagtail.models import AbstractPage, Site

from digest import memo
from digest.conf import conf, has_languages

# Stands for the path of a page in a URL.
ANY_PATH = "any-path"
# What Wagtail's URL pattern takes, and what needs no quoting in a URL.
PLAIN_PATH = re.compile(r"(?:[\w-]+/)+", re.ASCII)


def site_name(site: Site) -> str:
    """Return the name of a site, or else WAGTAIL_SITE_NAME, or else its hostname."""
    return site.site_name or getattr(settings, "WAGTAIL_SITE_NAME", "") or site.hostname


def frontend_root(site: Site) -> str:
    """Return the root URL for readers, without a slash at the end: "https://example.com"."""
    return _frontend(site.root_url)


def page_url(page: Any, request: HttpRequest | None = None) -> str | None:
    """Return the URL of a page for its readers; None if it belongs to no site.

    Wagtail caches the site root paths on ``request``, or else on the page.
    """
    if memo.is_active():
        roots = memo.once(("site roots", has_languages()), _site_root_paths)
        (request or page)._wagtail_cached_site_root_paths = roots
        if url := _usual_url(page, request, roots):
            return url
    parts = page.get_url_parts(request)
    if not parts or not parts[2]:
        return None
    _site_id, root_url, path = parts
    return _frontend(root_url) + path


def _usual_url(page: Any, request: HttpRequest | None, roots: list[Any]) -> str | None:
    """Return the URL of a page that differs from those of other pages by its path alone; None if
    Wagtail has to find it.

    Reversing the path of each page takes a tenth of the time of a response.
    """
    roots = [root for root in roots if page.url_path.startswith(root.root_path)]
    get_url_parts = getattr(type(page), "get_url_parts", None)  # a lazy object has none
    if len(roots) != 1 or get_url_parts is not AbstractPage.get_url_parts:
        return None
    path = page.url_path[len(roots[0].root_path) :]
    if not PLAIN_PATH.fullmatch(path):
        return None
    state = get_language(), get_urlconf(), get_script_prefix()
    around = memo.once(("page url", roots[0], *state), lambda: _around(roots[0], request, page))
    return around and path.rstrip("/").join(around)


def _around(root: Any, request: HttpRequest | None, page: Any) -> tuple[str, str] | None:
    """Return the URL of any page below a root path, before and after the page's own path."""
    any_page = type(page)(url_path=f"{root.root_path}{ANY_PATH}/")
    any_page._wagtail_cached_site_root_paths = [root]
    parts = any_page.get_url_parts(request)
    if not parts or not parts[2] or ANY_PATH not in parts[2]:
        return None
    before, _path, after = parts[2].rpartition(ANY_PATH)
    return _frontend(parts[1]) + before, after


def _site_root_paths() -> list[Any]:
    # From the database: another process may just have cached older ones.
    Site.clear_site_root_paths_cache()
    return Site.get_site_root_paths()


def preview_pattern(page: Any) -> str | None:
    """Return the frontend's URL for drafts of a page, with ``{token}`` in it, or None."""
    parts = page.get_url_parts()
    root_url = parts[1] if parts else None
    if not root_url:
        return None
    return conf.PREVIEW_URLS.get(root_url) or conf.PREVIEW_URLS.get(_frontend(root_url))


def origin(url: str) -> str:
    """Return the scheme, host and port of a URL, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _frontend(root_url: str) -> str:
    return conf.FRONTEND_URLS.get(root_url, root_url).rstrip("/")


def requested_locale(request: HttpRequest) -> str:
    """Return the language code in ``?locale=``, "" if there is none, or "-" if it is malformed."""
    # Some malformed values, such as a NUL character, would be an error in PostgreSQL.
    code = request.GET.get("locale", "")
    return code if re.fullmatch(r"[A-Za-z0-9-]{0,35}", code) else "-"
