"""``/sitemap.xml``: every public page of a site, for search engines (https://www.sitemaps.org).

Not ``wagtail.contrib.sitemaps``, which tells of drafts: a page without a date of publication has
that of its latest revision there, and neither expiry nor the source of an alias is looked at.
"""

from collections import defaultdict
from collections.abc import Iterator
from io import StringIO
from math import ceil
from typing import Any, NamedTuple

import swapper
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.xmlutils import SimplerXMLGenerator
from wagtail.models import AbstractPage, Site

from digest import visibility
from digest.caching.cacheable import public_view
from digest.conf import has_languages
from digest.pages.public_urls import frontend_root, page_url
from digest.rendering.seo import alternates_of, utc_isoformat

URLS_PER_FILE = 5000
CONTENT_TYPE = "application/xml; charset=utf-8"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


class Entry(NamedTuple):
    """One address: when it was last published, and the languages it is to be had in."""

    location: str
    last_modified: str = ""
    alternates: tuple[dict[str, str], ...] = ()


@public_view
def sitemap(request: HttpRequest) -> HttpResponse:
    """Answer with all pages of the request's site, or with a list of files where they are many."""
    site, pages = _public_pages(request)
    files = ceil(pages.count() / URLS_PER_FILE)
    if files < 2:
        return _answer("urlset", _entries(pages, site, request))
    paths = (reverse("digest:sitemap-page", args=[number + 1]) for number in range(files))
    return _answer("sitemapindex", (Entry(site.root_url + path) for path in paths))


@public_view
def sitemap_page(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with one of the files that ``sitemap`` lists."""
    site, pages = _public_pages(request)
    if number > ceil(pages.count() / URLS_PER_FILE):
        raise Http404
    found = pages[(number - 1) * URLS_PER_FILE : number * URLS_PER_FILE]
    return _answer("urlset", _entries(found, site, request))


def _public_pages(request: HttpRequest) -> tuple[Site, QuerySet]:
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    pages = visibility.public(swapper.load_model("wagtailcore", "Page").objects.all(), site)
    # Of its own class, which may have addresses of its own, but without the fields of that class.
    return site, pages.order_by("path").specific(defer=True)


def _entries(pages: QuerySet, site: Site, request: HttpRequest) -> Iterator[Entry]:
    pages = list(pages)
    visibility.note_expiry(pages)
    own, translations = _own_urls(pages, request), _translations(pages, site)
    for page in pages:
        if page.pk in own:
            for url in own[page.pk]:
                yield Entry(_for_readers(url["location"], site), _moment(url.get("lastmod")))
        elif location := page_url(page, request):
            alternates = alternates_of(translations.get(page.translation_key, ()), site)
            yield Entry(location, _moment(page.last_published_at), tuple(alternates))


def _own_urls(pages: list[Any], request: HttpRequest) -> dict[int, list[dict[str, Any]]]:
    """What page classes that have ``get_sitemap_urls`` of their own say of their pages; the others
    are told of here. The pages of such a class are fetched whole, all at once."""
    chosen: dict[type, list[int]] = defaultdict(list)
    for page in pages:
        if type(page).get_sitemap_urls is not AbstractPage.get_sitemap_urls:
            chosen[type(page)].append(page.pk)
    found = (model._default_manager.filter(pk__in=pks) for model, pks in chosen.items())
    return {page.pk: page.get_sitemap_urls(request) for of_class in found for page in of_class}


def _for_readers(location: str, site: Site) -> str:
    """An address of Wagtail's making, where readers find it."""
    path = location.removeprefix(site.root_url)
    return frontend_root(site) + path if path != location else location


def _translations(pages: list[Any], site: Site) -> dict[Any, list[Any]]:
    """The public translations of each page, and itself, by translation key."""
    found: dict[Any, list[Any]] = defaultdict(list)
    if has_languages():
        keys = {page.translation_key for page in pages}
        same = swapper.load_model("wagtailcore", "Page").objects.filter(translation_key__in=keys)
        others = list(visibility.public(same, site).specific(defer=True))
        prefetch_related_objects(others, "locale")
        for page in others:
            found[page.translation_key].append(page)
    return found


def _moment(moment: Any) -> str:
    """A moment, or a day; empty for none."""
    if not moment:
        return ""
    return utc_isoformat(moment) if hasattr(moment, "astimezone") else str(moment)


def _answer(root: str, entries: Iterator[Entry]) -> HttpResponse:
    written = StringIO()
    xml = SimplerXMLGenerator(written, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement(root, {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    for entry in entries:
        _write(xml, "url" if root == "urlset" else "sitemap", entry)
    xml.endElement(root)
    xml.endDocument()
    return HttpResponse(written.getvalue(), content_type=CONTENT_TYPE)


def _write(xml: SimplerXMLGenerator, element: str, entry: Entry) -> None:
    xml.startElement(element, {})
    xml.addQuickElement("loc", entry.location)
    if entry.last_modified:
        xml.addQuickElement("lastmod", entry.last_modified)
    for other in entry.alternates:
        names = {"rel": "alternate", "hreflang": other["locale"], "href": other["url"]}
        xml.addQuickElement("xhtml:link", attrs=names)
    xml.endElement(element)
