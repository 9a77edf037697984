"""What an answer is made for: the request, the site it is about, and the addresses there."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlencode

from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from wagtail.models import Site

from digest import visibility
from digest.conf import has_languages
from digest.pages import public_urls
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.rendering.markdown import html_to_markdown, html_to_text

# How the rich text of an answer is written, by the value of ``rich_text``.
TEXT_FORMATS: dict[str, Callable[[str], str] | None] = {
    "html": None,
    "markdown": html_to_markdown,
    "text": html_to_text,
}


class Scope:
    """One request and its site, as those need them who make the answer.

    ``keys`` collects what the answer shows, for caches that are purged by it (Surrogate-Key).
    """

    def __init__(self, request: HttpRequest, site: Site, parameters: dict[str, Any]) -> None:
        self.request, self.site = request, site
        self.base_url = site.root_url
        self.has_languages = has_languages()
        self.text = TEXT_FORMATS[parameters.get("rich_text", "html")]
        self.keys: set[str] = set()
        self._query = f"?{urlencode({'site': parameters['site']})}" if "site" in parameters else ""

    def issues(self) -> QuerySet:
        """Every issue that this site shows."""
        return visibility.public(get_issue_page_model().objects.all(), self.site)

    def digests(self, **narrowed: Any) -> QuerySet:
        """Every digest that this site shows, of those that the arguments leave."""
        digests = get_digest_page_model().objects.filter(**narrowed)
        return visibility.public(digests, self.site)

    def by_choice(self, found: QuerySet, to_page: str = "") -> QuerySet:
        """Order what goes by one name: the site's own language first, and originals before aliases,
        which are younger."""
        own = When(**{f"{to_page}locale": self.site.root_page.locale_id}, then=0)
        return found.order_by(Case(own, default=1), f"{to_page}pk")

    def first_choice(self, found: QuerySet, to_page: str = "") -> Any:
        """The first of them; Http404 where there is none."""
        first = self.by_choice(found, to_page).first()
        if first is None:
            raise Http404
        return first

    @cached_property
    def _api_root(self) -> str:
        return self.request.build_absolute_uri(reverse("digest:api:map"))

    def api_url(self, *parts: Any, end: str = "/") -> str:
        """The address of a resource in this API, at the host that was asked, and for its site."""
        path = "/".join(quote(str(part)) for part in parts)
        return f"{self._api_root}{path}{end}{self._query}"

    def in_language_of(self, page: Any, url: str) -> str:
        """The address of what several languages have one name for, where it is not the site's."""
        if page.locale_id == self.site.root_page.locale_id:
            return url
        return f"{url}{'&' if '?' in url else '?'}locale={page.locale.language_code}"

    def page_url(self, page: Any) -> str | None:
        """The address of a page as its readers know it."""
        return public_urls.page_url(page, self.request)

    def shows(self, kind: str, pages: Iterable[Any]) -> None:
        """Note what the answer shows: for caches that purge it, and for how long it may be kept."""
        pages = list(pages)
        visibility.note_expiry(pages)
        self.keys.update(f"{kind}-{page.pk}" for page in pages)

    def counts(self, pages: QuerySet) -> None:
        """Note the pages that the answer counts, which are not all shown."""
        expiring = pages.filter(expire_at__isnull=False).select_related(None).order_by()
        visibility.note_expiry(expiring.only("expire_at"))

    def tag_url(self, slug: str) -> str:
        """The address of a tag's page."""
        return public_urls.frontend_root(self.site) + reverse("digest:tag", args=[slug])
