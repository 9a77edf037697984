"""The context of a response: its request and site, their pages and URLs."""

from collections.abc import Callable, Iterable
from functools import lru_cache
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

# Converters of rich text, by the value of the parameter ``rich_text``.
TEXT_FORMATS: dict[str, Callable[[str], str] | None] = {
    "html": None,
    "markdown": html_to_markdown,
    "text": html_to_text,
}
# Stands for the slug in a URL, and needs no quoting.
ANY_SLUG = "any-slug"


@lru_cache(maxsize=4096)
def _quoted(part: Any) -> str:
    return quote(str(part))


class Scope:
    """The context in which a response is serialized.

    ``keys`` collects its surrogate keys.
    """

    def __init__(self, request: HttpRequest, site: Site, parameters: dict[str, Any]) -> None:
        self.request, self.site = request, site
        self.base_url = site.root_url
        self.has_languages = has_languages()
        self.text = TEXT_FORMATS[parameters.get("rich_text", "html")]
        self.keys: set[str] = set()
        self._query = f"?{urlencode({'site': parameters['site']})}" if "site" in parameters else ""

    def issues(self) -> QuerySet:
        """Return the public issues of the site."""
        return visibility.public(get_issue_page_model().objects.all(), self.site)

    def digests(self, **filters: Any) -> QuerySet:
        """Return the public digests of the site that match ``filters``."""
        digests = get_digest_page_model().objects.filter(**filters)
        return visibility.public(digests, self.site)

    def order_by_preference(self, queryset: QuerySet, to_page: str = "") -> QuerySet:
        """Order rows with the same slug or id: first the site's language, then by page id.

        An alias has a higher id than its original. ``to_page`` is the lookup of the page.
        """
        own = When(**{f"{to_page}locale": self.site.root_page.locale_id}, then=0)
        return queryset.order_by(Case(own, default=1), f"{to_page}pk")

    def get_preferred(self, queryset: QuerySet, to_page: str = "") -> Any:
        """Return the first row of ``order_by_preference``; raise Http404 if there is none."""
        first = self.order_by_preference(queryset, to_page).first()
        if first is None:
            raise Http404
        return first

    @cached_property
    def api_root(self) -> str:
        return self.request.build_absolute_uri(reverse("digest:api:map"))

    def api_url(self, *parts: Any, end: str = "/") -> str:
        """Return the URL of a resource at the request host, with ``site`` if the request has it."""
        path = "/".join(map(_quoted, parts))
        return f"{self.api_root}{path}{end}{self._query}"

    def localized_url(self, page: Any, url: str) -> str:
        """Add ``locale`` to a URL if the page is not in the site's language."""
        if page.locale_id == self.site.root_page.locale_id:
            return url
        return f"{url}{'&' if '?' in url else '?'}locale={page.locale.language_code}"

    def page_url(self, page: Any) -> str | None:
        """Return the public URL of a page, or None."""
        return public_urls.page_url(page, self.request)

    def note_shown(self, kind: str, pages: Iterable[Any]) -> None:
        """Note pages in the response, for its surrogate keys and its expiry."""
        pages = list(pages)
        visibility.note_expiry(pages)
        self.keys.update(f"{kind}-{page.pk}" for page in pages)

    def note_counted(self, pages: QuerySet) -> None:
        """Note pages that the response counts, for its expiry."""
        if visibility.next_expiry() is not None:  # as on few sites; this reads more
            self._note_expiring(pages)

    def note_all_counted(self) -> None:
        """Note that the response depends on all public issues of the site, for its expiry."""
        if visibility.next_expiry() is not None:
            self._note_expiring(self.issues())

    @staticmethod
    def _note_expiring(pages: QuerySet) -> None:
        expiring = pages.filter(expire_at__isnull=False).select_related(None).order_by()
        visibility.note_expiry(expiring.only("expire_at"))

    def tag_url(self, slug: str) -> str:
        """Return the public URL of a tag."""
        before, after = self._tag_url
        return f"{before}{_quoted(slug)}{after}"

    @cached_property
    def _tag_url(self) -> tuple[str, str]:
        """The URL of a tag before and after its slug; a response may have dozens of them."""
        path = reverse("digest:tag", args=[ANY_SLUG])
        before, _slug, after = path.rpartition(ANY_SLUG)
        return public_urls.frontend_root(self.site) + before, after
