"""``/sitemap.xml``: every public page of a site, for search engines (https://www.sitemaps.org).

Not built on ``wagtail.contrib.sitemaps``, which exposes when drafts were saved, and ignores expiry
and the restrictions of an alias's source.
"""

from collections import defaultdict
from collections.abc import Iterator
from io import StringIO
from math import ceil
from typing import Any, NamedTuple

from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.xmlutils import SimplerXMLGenerator
from wagtail.models import AbstractPage, Site

from digest import visibility
from digest.caching.cacheable import public_view
from digest.conf import get_base_page_model, has_languages
from digest.pages.public_urls import frontend_root, page_url
from digest.rendering.seo import alternates_of, utc_isoformat

URLS_PER_FILE = 5000
CONTENT_TYPE = "application/xml; charset=utf-8"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


class SitemapEntry(NamedTuple):
    """A URL, its last modification, and its alternates in other languages."""

    location: str
    last_modified: str = ""
    alternates: tuple[dict[str, str], ...] = ()


@public_view
def sitemap(request: HttpRequest) -> HttpResponse:
    """Return all public pages of the request's site, or an index if there are many."""
    site, pages = _public_pages(request)
    files = _number_of_files(site, pages)
    if files < 2:
        return _response("urlset", _entries(pages, site, request))
    paths = (reverse("digest:sitemap-page", args=[number + 1]) for number in range(files))
    return _response("sitemapindex", (SitemapEntry(site.root_url + path) for path in paths))


@public_view
def sitemap_page(request: HttpRequest, number: int) -> HttpResponse:
    """Return one of the files in the index."""
    site, pages = _public_pages(request)
    if number > _number_of_files(site, pages):
        raise Http404
    found = pages[(number - 1) * URLS_PER_FILE : number * URLS_PER_FILE]
    return _response("urlset", _entries(found, site, request))


def _public_pages(request: HttpRequest) -> tuple[Site, QuerySet]:
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    pages = visibility.public(get_base_page_model().objects.all(), site)
    # A specific class can have URLs of its own; its fields are not needed.
    return site, pages.order_by("path").specific(defer=True)


def _number_of_files(site: Site, pages: QuerySet) -> int:
    return ceil(visibility.once_until_expiry(("sitemap", site), pages.count) / URLS_PER_FILE)


def _entries(pages: QuerySet, site: Site, request: HttpRequest) -> Iterator[SitemapEntry]:
    pages = list(pages)
    visibility.note_expiry(pages)
    own, translations = _own_urls(pages, request), _translations(pages, site)
    for page in pages:
        if page.pk in own:
            for url in own[page.pk]:
                yield SitemapEntry(
                    _frontend_url(url["location"], site), _w3c_datetime(url.get("lastmod"))
                )
        elif location := page_url(page, request):
            alternates = alternates_of(translations.get(page.translation_key, ()), site)
            yield SitemapEntry(location, _w3c_datetime(page.last_published_at), tuple(alternates))


def _own_urls(pages: list[Any], request: HttpRequest) -> dict[int, list[dict[str, Any]]]:
    """Return the URLs of pages whose class overrides ``get_sitemap_urls``.

    These pages are fetched with all fields, in one query for each class.
    """
    overriding: dict[type, list[int]] = defaultdict(list)
    for page in pages:
        if type(page).get_sitemap_urls is not AbstractPage.get_sitemap_urls:
            overriding[type(page)].append(page.pk)
    found = (model._default_manager.filter(pk__in=pks) for model, pks in overriding.items())
    return {page.pk: page.get_sitemap_urls(request) for of_class in found for page in of_class}


def _frontend_url(location: str, site: Site) -> str:
    """Replace the root URL of Wagtail's site by that of its frontend."""
    path = location.removeprefix(site.root_url)
    return frontend_root(site) + path if path != location else location


def _translations(pages: list[Any], site: Site) -> dict[Any, list[Any]]:
    """Return the public translations of the pages, and themselves, by translation key."""
    found: dict[Any, list[Any]] = defaultdict(list)
    if has_languages():
        keys = {page.translation_key for page in pages}
        same = get_base_page_model().objects.filter(translation_key__in=keys)
        others = list(visibility.public(same, site).specific(defer=True))
        prefetch_related_objects(others, "locale")
        for page in others:
            found[page.translation_key].append(page)
    return found


def _w3c_datetime(value: Any) -> str:
    """Format a datetime or a date; None as an empty string."""
    if not value:
        return ""
    return utc_isoformat(value) if hasattr(value, "astimezone") else str(value)


def _response(root: str, entries: Iterator[SitemapEntry]) -> HttpResponse:
    written = StringIO()
    xml = SimplerXMLGenerator(written, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement(root, {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    for entry in entries:
        _write(xml, "url" if root == "urlset" else "sitemap", entry)
    xml.endElement(root)
    xml.endDocument()
    return HttpResponse(written.getvalue(), content_type=CONTENT_TYPE)


def _write(xml: SimplerXMLGenerator, element: str, entry: SitemapEntry) -> None:
    xml.startElement(element, {})
    xml.addQuickElement("loc", entry.location)
    if entry.last_modified:
        xml.addQuickElement("lastmod", entry.last_modified)
    for other in entry.alternates:
        names = {"rel": "alternate", "hreflang": other["locale"], "href": other["url"]}
        xml.addQuickElement("xhtml:link", attrs=names)
    xml.endElement(element)
