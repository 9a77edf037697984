"""The filters of the search page as links: those that are chosen, and those that may be."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from taggit.models import Tag
from wagtail.models import Site

from digest import visibility
from digest.contrib.search.results import Counts
from digest.pages.page_models import get_digest_page_model
from search.asked import MAX_TAGS, Asked

# So many values of one kind are offered, those of most results.
MAX_OFFERED = 8


class Link(NamedTuple):
    """A filter, and the search with it or, if it is chosen, without it."""

    label: str
    url: str
    number: int = 0


class Facet(NamedTuple):
    """Filters of one kind."""

    label: str
    links: list[Link]


def chosen(asked: Asked) -> list[Link]:
    """The filters of a search; each leads to the search without it."""
    links = []
    for tag in asked.tags:
        others = tuple(other for other in asked.tags if other != tag)
        links.append(Link(tag.name, asked.but(tags=others).url()))
    if asked.digest:
        links.append(Link(asked.digest.title, asked.but(digest=None).url()))
    if asked.year:
        links.append(Link(str(asked.year), asked.but(year=None).url()))
    return links


def offered(asked: Asked, counts: Counts, site: Site | None) -> list[Facet]:
    """What the results can be narrowed by: whatever some of them have, and not all."""
    facets = [
        Facet(_("Digests"), _digests(asked, _telling(counts.parents, counts), site)),
        Facet(_("Years"), _years(asked, _telling(counts.years, counts))),
        Facet(_("Tags"), _tags(asked, _telling(counts.tags, counts))),
    ]
    return [facet for facet in facets if facet.links]


def _telling(numbers: Counter[int], counts: Counts) -> Counter[int]:
    return Counter({key: n for key, n in numbers.items() if n < counts.total})


def _most(numbers: Counter[int], but: Iterable[int] = ()) -> dict[int, int]:
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    return dict([item for item in ordered if item[0] not in set(but)][:MAX_OFFERED])


def _tags(asked: Asked, numbers: Counter[int]) -> list[Link]:
    most = _most(numbers, but=[tag.pk for tag in asked.tags])
    if not most or len(asked.tags) >= MAX_TAGS:
        return []
    tags = Tag.objects.exclude(slug="").in_bulk(most)
    return [
        Link(tags[pk].name, asked.but(tags=(*asked.tags, tags[pk])).url(), number)
        for pk, number in most.items()
        if pk in tags
    ]


def _digests(asked: Asked, numbers: Counter[int], site: Site | None) -> list[Link]:
    most = {} if asked.digest else _most(numbers)
    if not most:
        return []
    pages: Any = get_digest_page_model().objects.filter(pk__in=most)
    digests = visibility.public(pages, site).in_bulk()
    return [
        Link(digests[pk].title, asked.but(digest=digests[pk]).url(), number)
        for pk, number in most.items()
        if pk in digests
    ]


def _years(asked: Asked, numbers: Counter[int]) -> list[Link]:
    years = sorted({} if asked.year else numbers, reverse=True)[:MAX_OFFERED]
    return [Link(str(year), asked.but(year=year).url(), numbers[year]) for year in years]
