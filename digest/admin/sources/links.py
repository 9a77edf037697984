"""The field “Paste links” at a list of sources, and the views behind it.

The first view finds the URLs in a pasted text, at once; the second reads the pages of a few. Both
store nothing: the script in the form puts the results into the fields, where editors change them.
"""

import re
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.forms import Media
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.telepath import register
from wagtail.blocks.list_block import ListBlockAdapter

from digest.admin.access import may_edit_issues
from digest.blocks import SourceBlock, SourceListBlock
from digest.http.canonical import canonical_url, without_tracking
from digest.http.client import RequestError
from digest.http.robots import host_of
from digest.importing.rich_text import trim_url
from digest.importing.sources import is_source_url
from digest.pages.time_zones import format_date
from digest.sources.pages import PageMetadata, read_pages

MAX_TEXT = 200_000
MAX_LINKS = 30  # of one text
MAX_PAGES = 5  # of one request
# Pages that are read for a user within a minute, so that the admin is no proxy for scanning.
PAGES_PER_MINUTE = 60
LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"]+", re.IGNORECASE)


class SourceListAdapter(ListBlockAdapter):
    """Render the field above the items of the list."""

    js_constructor = "digest.blocks.SourceList"

    def js_args(self, block: SourceListBlock) -> list[Any]:
        *args, meta = super().js_args(block)
        return [*args, meta | {"pasteLinks": _options()}]

    @property
    def media(self) -> Media:
        scripts = ["digest/admin/form.js", "digest/admin/paste-links.js"]
        css = {"all": [versioned_static("digest/admin/sources.css")]}
        return super().media + Media(js=[versioned_static(name) for name in scripts], css=css)


def _options() -> dict[str, Any]:
    return {
        "linksUrl": reverse("digest_source_links"),
        "pagesUrl": reverse("digest_source_pages"),
        "maxPages": MAX_PAGES,
        "label": _("Paste links"),
        "help": _(
            "One or more web addresses, or a text with addresses in it. Each becomes a source; "
            "its title, publisher, author and date are read from its page."
        ),
        "add": _("Add"),
        "adding": _("Adding…"),
        "fetching": _("Fetching the page…"),
        "failed": _("The server cannot be reached. Nothing is lost: try again."),
        "retry": _("Try again"),
    }


@require_POST
def find_links(request: HttpRequest) -> HttpResponse:
    """Return a source for each URL in ``text`` that is not among the ``known`` ones."""
    _require_permission(request)
    known = {canonical_url(url) for url in request.POST.getlist("known")} - {""}
    found = {canonical_url(url): url for url in links_in(request.POST.get("text", "")[:MAX_TEXT])}
    new = [url for key, url in found.items() if key not in known]
    sources = [
        {"id": str(uuid4()), "value": _form_state(title=host_of(url), url=url)}
        for url in new[:MAX_LINKS]
    ]
    message = _message(len(sources), len(found) - len(new), len(new) - len(sources))
    return JsonResponse({"sources": sources, "message": message})


def links_in(text: str) -> Iterable[str]:
    """Yield the web addresses in a text, without tracking parameters."""
    for match in LINK.finditer(text):
        url = trim_url(match[0])
        url = without_tracking(url if "://" in url else f"https://{url}")
        if canonical_url(url) and is_source_url(url):
            yield url


def _message(added: int, known: int, left_out: int) -> str:
    parts = []
    if added:
        text = ngettext("%(count)d source was added.", "%(count)d sources were added.", added)
        parts.append(text % {"count": added})
    if known:
        text = ngettext(
            "%(count)d is in the list already.", "%(count)d are in the list already.", known
        )
        parts.append(text % {"count": known})
    if left_out:
        parts.append(_("Only %(count)d are added at once.") % {"count": MAX_LINKS})
    return " ".join(parts) or _("The text has no web address.")


@require_POST
def read_linked_pages(request: HttpRequest) -> HttpResponse:
    """Read the pages of up to MAX_PAGES URLs, and return the source, or the error, of each."""
    _require_permission(request)
    urls = request.POST.getlist("url")
    if not 0 < len(urls) <= MAX_PAGES or not all(map(is_source_url, urls)):
        return JsonResponse({"error": _("This is not a web address.")}, status=400)
    if not _is_within_limit(request.user, len(urls)):
        message = _("Too many pages within a minute. Wait a moment, then try again.")
        return JsonResponse({"error": message}, status=429)
    pages = read_pages(urls)
    return JsonResponse({"pages": [_result(pages[url]) for url in urls]})


def _require_permission(request: HttpRequest) -> None:
    if not may_edit_issues(request.user):
        raise PermissionDenied


def _is_within_limit(user: Any, number: int) -> bool:
    key = f"digest-source-pages-{user.pk}"
    cache.add(key, 0, 60)
    try:
        count = cache.incr(key, number)
    except ValueError:  # evicted since
        return True
    return (count or 0) <= PAGES_PER_MINUTE  # None if the cache cannot be reached


def _result(page: PageMetadata | RequestError) -> dict[str, Any]:
    if isinstance(page, RequestError):
        return {"error": _("The page could not be read. %(reason)s") % {"reason": page}}
    day = page.published_on and format_date(page.published_on)
    details = ", ".join(filter(None, [page.title, page.publisher, page.author, day]))
    return {
        "source": _form_state(**page._asdict()),
        "note": _("From the page: %(details)s") % {"details": details},
    }


def _form_state(**value: Any) -> dict[str, Any]:
    """Return a source as its form has it."""
    block = SourceBlock()
    return block.get_form_state(block.to_python(value))


@hooks.register("register_admin_urls")
def register_link_urls() -> list[URLPattern]:
    return [
        path("digest/source-links/", find_links, name="digest_source_links"),
        path("digest/source-pages/", read_linked_pages, name="digest_source_pages"),
    ]


register(SourceListAdapter(), SourceListBlock)
