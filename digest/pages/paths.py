"""What is at a path of a site: a public page, or a redirect that an editor set up."""

from typing import Any, NamedTuple
from urllib.parse import urljoin

import swapper
from django.apps import apps
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri, uri_to_iri
from wagtail.models import Site

from digest import visibility
from digest.conf import has_languages
from digest.pages import public_urls


def page_at(path: str, site: Site, request: HttpRequest | None = None) -> Any:
    """The public page whose address on the site has this path; None where there is none."""
    path = f"{uri_to_iri(path).rstrip('/')}/"
    places = {_place(root, path) for root in front_pages(site)}
    slugs = {place.rstrip("/").rpartition("/")[2] for place in places}
    pages = swapper.load_model("wagtailcore", "Page").objects.filter(slug__in=slugs)
    found = visibility.public(pages.filter(url_path__in=places), site).select_related("locale")
    at = (page for page in found.specific() if _path(page, request) == iri_to_uri(path))
    return next(at, None)


def front_pages(site: Site) -> QuerySet:
    """The front page of a site, and with I18N on its translations; public or not."""
    pages = swapper.load_model("wagtailcore", "Page").objects.select_related("locale")
    if has_languages():
        return pages.filter(translation_key=site.root_page.translation_key)
    return pages.filter(pk=site.root_page_id)


def _place(root: Any, path: str) -> str:
    """Where in the tree a page of this path is below a front page; its language may come first."""
    language = f"/{root.locale.language_code}/"
    below = path.removeprefix(language) if path.startswith(language) else path[1:]
    return root.url_path + below


def _path(page: Any, request: HttpRequest | None) -> str | None:
    parts = page.get_url_parts(request)
    return f"{parts[2].rstrip('/')}/" if parts and parts[2] else None


class Redirect(NamedTuple):
    """Where a path leads, and whether for good."""

    location: str
    is_permanent: bool


def redirect_at(path: str, site: Site) -> Redirect | None:
    """The redirect of a path, unless it leads to a page that is not public on the site."""
    if not apps.is_installed("wagtail.contrib.redirects"):
        return None
    from wagtail.contrib.redirects.models import Redirect as WagtailRedirect

    redirects = WagtailRedirect.get_for_site(site).select_related("redirect_page")
    old_paths = {WagtailRedirect.normalise_path(form) for form in (path, uri_to_iri(path))}
    found = (
        redirects.filter(old_path__in=old_paths).order_by(F("site_id").asc(nulls_last=True)).first()
    )
    location = _location(found, site) if found else None
    return Redirect(location, found.is_permanent) if location else None


def _location(redirect: Any, site: Site) -> str | None:
    if redirect.redirect_page_id is None:
        link = urljoin(public_urls.frontend_root(site) + "/", redirect.redirect_link)
        return link if link.startswith(("https://", "http://")) else None
    page = redirect.redirect_page
    if not visibility.is_public(page, site):
        return None
    visibility.note_expiry([page])
    url = public_urls.page_url(page.specific)
    return url and url.rstrip("/") + (redirect.redirect_page_route_path or "/")
