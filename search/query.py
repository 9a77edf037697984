"""Read a search from the query string of the search page, and build the URLs of related ones."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from taggit.models import Tag
from wagtail.models import Site

from digest import visibility
from digest.pages.page_models import get_digest_page_model, get_issue_tag_model
from digest.pages.views import filter_by_language

# The most tags that a search can filter by.
MAX_TAGS = 5
SLUG = re.compile(r"[-\w]{1,255}")


@dataclass(frozen=True)
class SearchQuery:
    """A search: the text, the filters and the order."""

    text: str
    tags: tuple[Tag, ...] = ()
    digest: Any = None
    year: int | None = None
    is_newest_first: bool = False
    is_literal: bool = False
    locale: str = ""

    def replace(self, **changes: Any) -> "SearchQuery":
        return replace(self, **changes)

    def url(self, page: int | None = None) -> str:
        """Return the URL of this search, relative to the search page."""
        others = {
            "digest": self.digest and self.digest.slug,
            "year": self.year,
            "order": self.is_newest_first and "newest",
            "literal": self.is_literal and "1",
            "locale": self.locale,
            "page": page,
        }
        tags = [("tag", tag.slug) for tag in self.tags]
        parameters = [(name, value) for name, value in others.items() if value]
        return f"?{urlencode([('q', self.text), *tags, *parameters])}"

    def filter(self, issues: QuerySet) -> QuerySet:
        """Filter issues by tags, digest and year."""
        for tag in self.tags:
            tagged = get_issue_tag_model().objects.filter(tag=tag)
            issues = issues.filter(pk__in=tagged.values("content_object_id"))
        if self.digest:
            issues = issues.child_of(self.digest)
        return issues.filter(date__year=self.year) if self.year else issues


def clean_text(text: str) -> str:
    """Normalise text to NFC, without control characters."""
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    return unicodedata.normalize("NFC", text).strip()


def read_query(request: HttpRequest, text: str, site: Site | None, public: QuerySet) -> SearchQuery:
    """Read the query string; ignore invalid filters, and tags and digests that are not public."""
    return SearchQuery(
        text,
        tags=_tags(request.GET.getlist("tag"), public),
        digest=_digest(request, site),
        year=_year(request.GET.get("year", "")),
        is_newest_first=request.GET.get("order") == "newest",
        is_literal=bool(request.GET.get("literal")),
        locale=locale_of(request),
    )


def locale_of(request: HttpRequest) -> str:
    """Return the parameter ``locale``, or an empty string if it is no language code."""
    locale = request.GET.get("locale", "")
    return locale if re.fullmatch(r"[A-Za-z0-9-]{1,35}", locale) else ""


def _tags(slugs: list[str], public: QuerySet) -> tuple[Tag, ...]:
    slugs = [slug for slug in dict.fromkeys(slugs) if SLUG.fullmatch(slug)][:MAX_TAGS]
    if not slugs:
        return ()
    tagged = public.order_by().filter(tagged_items__tag=OuterRef("pk"))
    tags = Tag.objects.filter(Exists(tagged), slug__in=slugs)
    return tuple(sorted(tags, key=lambda tag: slugs.index(tag.slug)))


def _digest(request: HttpRequest, site: Site | None) -> Any:
    slug = request.GET.get("digest", "")
    if not SLUG.fullmatch(slug):
        return None
    digests = visibility.public(get_digest_page_model().objects.filter(slug=slug), site)
    return filter_by_language(digests, request).first()


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{4}", text) and int(text) else None
