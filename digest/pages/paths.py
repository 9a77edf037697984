"""Resolve the path of a URL to a public page or a redirect."""

from typing import Any, NamedTuple
from urllib.parse import urljoin, urlparse

from django.apps import apps
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri, uri_to_iri
from wagtail.models import Site

from digest import visibility
from digest.conf import get_base_page_model, has_languages
from digest.http.canonical import web_url
from digest.pages import public_urls


def page_at(path: str, site: Site, request: HttpRequest | None = None) -> Any:
    """Return the public page whose URL on the site has this path, or None; a query is ignored."""
    path = f"{uri_to_iri(path.partition('?')[0]).rstrip('/')}/"
    url_paths = {_url_path(root, path) for root in front_pages(site)}
    slugs = {url_path.rstrip("/").rpartition("/")[2] for url_path in url_paths}
    pages = get_base_page_model().objects.filter(slug__in=slugs)
    found = visibility.public(pages.filter(url_path__in=url_paths), site).select_related("locale")
    at_path = (page for page in found.specific() if _path(page, request) == iri_to_uri(path))
    return next(at_path, None)


def front_pages(site: Site) -> QuerySet:
    """Return the root page of a site and, with I18N, its translations, public or not."""
    pages = get_base_page_model().objects.select_related("locale")
    if has_languages():
        return pages.filter(translation_key=site.root_page.translation_key)
    return pages.filter(pk=site.root_page_id)


def _url_path(root: Any, path: str) -> str:
    """Return the ``url_path`` of the page below ``root``; ``path`` may begin with its language."""
    language = f"/{root.locale.language_code}/"
    below = path.removeprefix(language) if path.startswith(language) else path[1:]
    return root.url_path + below


def _path(page: Any, request: HttpRequest | None) -> str | None:
    parts = page.get_url_parts(request)
    return f"{parts[2].rstrip('/')}/" if parts and parts[2] else None


class Redirect(NamedTuple):
    location: str
    is_permanent: bool


def redirect_at(path: str, site: Site) -> Redirect | None:
    """Return the redirect of a path, unless its target is a page that is not public on the site.

    As in Wagtail's middleware, that of the path with its query comes first, then that without.
    """
    if not apps.is_installed("wagtail.contrib.redirects"):
        return None
    found = _stored_redirect(path, site) or _stored_redirect(urlparse(path).path, site)
    location = _location(found, site) if found else None
    return Redirect(location, found.is_permanent) if location else None


def with_slug(pages: QuerySet, site: Site, slug: str) -> QuerySet:
    """Return the public pages with a slug, of those given, or else those that once had it."""
    current = pages.filter(slug=slug)
    return current if current.exists() else renamed(pages, site, slug)


def preferred(digests: QuerySet, locale: str, site: Site) -> Any:
    """Return the digest in the requested locale, or in that of the front page, or the oldest."""
    default = None
    if has_languages():
        default = site.root_page.locale_id
        digests = digests.filter(locale__language_code=locale) if locale else digests
    found = digests.select_related("locale").order_by("pk")
    return min(found, key=lambda digest: (digest.locale_id != default, digest.pk), default=None)


def renamed(pages: QuerySet, site: Site, *slugs: str) -> QuerySet:
    """Return the public pages of a site that once were at a path that ends in ``slugs``."""
    return once_at(visibility.public(pages, site), site, *slugs)


def once_at(pages: QuerySet, site: Site | None, *slugs: str) -> QuerySet:
    """Return those of the pages that once were at a path that ends in ``slugs``, of any site if
    ``site`` is None.

    They are known by the redirects that Wagtail creates when a slug changes or a page is moved.
    """
    if not apps.is_installed("wagtail.contrib.redirects"):
        return pages.none()
    from wagtail.contrib.redirects.models import Redirect as WagtailRedirect

    end = "/" + "/".join(slugs)
    found = WagtailRedirect.get_for_site(site).filter(
        automatically_created=True,
        redirect_page__in=pages.order_by().values("pk"),
        redirect_page_route_path="",
        old_path__endswith=end,
    )
    # SQLite compares without regard to case.
    keys = [pk for pk, path in found.values_list("redirect_page", "old_path") if path.endswith(end)]
    return pages.filter(pk__in=keys)


def _stored_redirect(path: str, site: Site) -> Any:
    from wagtail.contrib.redirects.models import Redirect as WagtailRedirect

    redirects = WagtailRedirect.get_for_site(site).select_related("redirect_page")
    old_paths = {WagtailRedirect.normalise_path(form) for form in (path, uri_to_iri(path))}
    by_site = F("site_id").asc(nulls_last=True)
    return redirects.filter(old_path__in=old_paths).order_by(by_site).first()


def _location(redirect: Any, site: Site) -> str | None:
    if redirect.redirect_page_id is None:
        return web_url(urljoin(public_urls.frontend_root(site) + "/", redirect.redirect_link))
    page = redirect.redirect_page
    if not visibility.is_public(page, site):
        return None
    visibility.note_expiry([page])
    url = public_urls.page_url(page.specific)
    return url and url.rstrip("/") + (redirect.redirect_page_route_path or "/")
