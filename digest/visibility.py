"""The one answer to "may an anonymous reader see this page?". Every door asks here.

A page is public when it is live and has not expired, lies within a site, and neither it nor an
ancestor is private. An alias is as private as its source, as Wagtail serves it
(``Page.get_view_restrictions``); ``PageQuerySet.public`` judges an alias by its own rows alone.
Restrictions are resolved to the paths they close, so that a query carries one clause for each
depth of the tree and not one for each restriction.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import swapper
from django.conf import settings
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Substr
from django.http import Http404
from django.utils import timezone
from wagtail.models import (
    AbstractPage,
    BaseViewRestriction,
    CollectionViewRestriction,
    PageViewRestriction,
    Site,
)

# In place of a site: the pages of every site. None is no site, as of a host that nobody serves.
ANY_SITE = object()


def public(
    queryset: QuerySet, site: Site | object | None = ANY_SITE, now: datetime | None = None
) -> QuerySet:
    """Restrict a queryset of pages to what an anonymous reader may see of a site, or of any."""
    now = now or timezone.now()
    queryset = queryset.filter(Q(expire_at__isnull=True) | Q(expire_at__gt=now), live=True)
    queryset = queryset.filter(_within(_site_root_paths(site)))
    for length, paths in _by_length(_closed_paths()).items():
        prefix = f"_path_{length}"
        queryset = queryset.alias(**{prefix: Substr("path", 1, length)})
        queryset = queryset.exclude(**{f"{prefix}__in": paths})
    return queryset


def is_public(page: AbstractPage, site: Site | object | None = ANY_SITE) -> bool:
    """Whether an anonymous reader may see this page. Asks the database, not the instance."""
    return public(type(page)._default_manager.filter(pk=page.pk), site).exists()


def refuse_expired(page: AbstractPage) -> None:
    """Raise Http404 for a page past its expiry, though ``publish_scheduled`` has not run yet."""
    if page.expire_at and page.expire_at <= timezone.now():
        raise Http404


def closed_collection_paths() -> tuple[str, ...]:
    """Paths of collections at and under which no image or document may be shown."""
    restrictions = CollectionViewRestriction.objects.exclude(
        restriction_type=BaseViewRestriction.NONE
    )
    return tuple(restrictions.values_list("collection__path", flat=True))


def in_public_collections(items: Iterable[Any], closed: tuple[str, ...] | None = None) -> list[Any]:
    """Those of the images or documents whose collection is not private, itself or by an ancestor.

    ``closed`` is what ``closed_collection_paths`` returned, where that was asked before.
    """
    items = list(items)
    closed = closed_collection_paths() if closed is None else closed
    if closed:
        prefetch_related_objects(items, "collection")
        items = [item for item in items if not item.collection.path.startswith(closed)]
    return items


def _site_root_paths(site: Site | object | None) -> list[str]:
    """Tree paths under which a page belongs to a site; with I18N on, also its translations'."""
    roots = Site.objects.all()
    if site is not ANY_SITE:
        roots = roots.filter(pk=site and site.pk)
    page_model = swapper.load_model("wagtailcore", "Page")
    pages = page_model.objects.filter(pk__in=roots.values("root_page_id"))
    if getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        pages = page_model.objects.filter(translation_key__in=pages.values("translation_key"))
    return list(pages.values_list("path", flat=True))


def _within(paths: Iterable[str]) -> Q:
    """A clause for being at or under one of the paths; for none of them, a clause nothing meets."""
    clause = Q(pk__in=[])
    for path in paths:
        clause |= Q(path__startswith=path)
    return clause


def _closed_paths() -> set[str]:
    """Paths at and under which nothing is public.

    A restriction closes the page it is set on and every alias of that page, and aliases of these.
    An alias has no restrictions of its own: a row that was copied to it does not count.
    """
    page_model = swapper.load_model("wagtailcore", "Page")
    restricted = PageViewRestriction.objects.exclude(restriction_type=BaseViewRestriction.NONE)
    pages = page_model.objects.filter(pk__in=restricted.values("page_id"), alias_of=None)
    closed: dict[int, str] = {}
    while found := dict(pages.order_by().values_list("pk", "path")):
        closed |= found
        pages = page_model.objects.filter(alias_of__in=list(found))
    return set(closed.values())


def _by_length(paths: Iterable[str]) -> dict[int, list[str]]:
    """Group paths by length, dropping those that lie under another one."""
    groups: dict[int, list[str]] = defaultdict(list)
    kept: set[str] = set()
    for path in sorted(paths, key=len):
        if not any(path[:length] in kept for length in groups):
            kept.add(path)
            groups[len(path)].append(path)
    return groups
