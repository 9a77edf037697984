"""Filters of the search page, as links: active ones and available ones."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from taggit.models import Tag
from wagtail.models import Site

from digest import visibility
from digest.contrib.search.results import Counts
from digest.pages.page_models import get_digest_page_model
from search.query import MAX_TAGS, SearchQuery

# The most values of a facet, those with the most results.
MAX_VALUES = 8


class Link(NamedTuple):
    """A filter, and the URL of the search with it or, if it is active, without it."""

    label: str
    url: str
    number: int = 0


class Facet(NamedTuple):
    label: str
    links: list[Link]


def active_filters(query: SearchQuery) -> list[Link]:
    """Return the filters of a search; each link removes one."""
    links = []
    for tag in query.tags:
        others = tuple(other for other in query.tags if other != tag)
        links.append(Link(tag.name, query.replace(tags=others).url()))
    if query.digest:
        links.append(Link(query.digest.title, query.replace(digest=None).url()))
    if query.year:
        links.append(Link(str(query.year), query.replace(year=None).url()))
    return links


def available_facets(query: SearchQuery, counts: Counts, site: Site | None) -> list[Facet]:
    """Return the facets whose values some results have, and not all."""
    facets = [
        Facet(_("Digests"), _digests(query, _selective(counts.parents, counts), site)),
        Facet(_("Years"), _years(query, _selective(counts.years, counts))),
        Facet(_("Tags"), _tags(query, _selective(counts.tags, counts))),
    ]
    return [facet for facet in facets if facet.links]


def _selective(numbers: Counter[int], counts: Counts) -> Counter[int]:
    return Counter({key: n for key, n in numbers.items() if n < counts.total})


def _most_frequent(numbers: Counter[int], exclude: Iterable[int] = ()) -> dict[int, int]:
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    return dict([item for item in ordered if item[0] not in set(exclude)][:MAX_VALUES])


def _tags(query: SearchQuery, numbers: Counter[int]) -> list[Link]:
    frequent = _most_frequent(numbers, exclude=[tag.pk for tag in query.tags])
    if not frequent or len(query.tags) >= MAX_TAGS:
        return []
    tags = Tag.objects.exclude(slug="").in_bulk(frequent)
    return [
        Link(tags[pk].name, query.replace(tags=(*query.tags, tags[pk])).url(), number)
        for pk, number in frequent.items()
        if pk in tags
    ]


def _digests(query: SearchQuery, numbers: Counter[int], site: Site | None) -> list[Link]:
    frequent = {} if query.digest else _most_frequent(numbers)
    if not frequent:
        return []
    pages: Any = get_digest_page_model().objects.filter(pk__in=frequent)
    digests = visibility.public(pages, site).in_bulk()
    return [
        Link(digests[pk].title, query.replace(digest=digests[pk]).url(), number)
        for pk, number in frequent.items()
        if pk in digests
    ]


def _years(query: SearchQuery, numbers: Counter[int]) -> list[Link]:
    years = sorted({} if query.year else numbers, reverse=True)[:MAX_VALUES]
    return [Link(str(year), query.replace(year=year).url(), numbers[year]) for year in years]
