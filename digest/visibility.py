"""The one answer to "may an anonymous reader see this page?". Every door asks here.

A page is public when it is live and has not expired, lies within a site, and neither it nor an
ancestor is private. An alias is as private as its source, as Wagtail serves it
(``Page.get_view_restrictions``); ``PageQuerySet.public`` judges an alias by its own rows alone.
Restrictions are resolved to the paths they close, so that a query carries one clause for each
depth of the tree and not one for each restriction.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import swapper
from django.db.models import Min, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Substr
from django.db.models.lookups import In
from django.http import Http404
from django.utils import timezone
from wagtail.models import (
    AbstractPage,
    BaseViewRestriction,
    CollectionViewRestriction,
    PageViewRestriction,
    Site,
)

from digest.conf import has_languages

# In place of a site: the pages of every site. None is no site, as of a host that nobody serves.
ANY_SITE = object()

# What was read already, while an answer is made (``snapshot``).
_seen: ContextVar[dict[Any, Any] | None] = ContextVar("digest_visibility_seen", default=None)


@contextmanager
def snapshot() -> Iterator[None]:
    """Read the clock, the sites and the restrictions once for all that is asked inside.

    One answer then agrees with itself, and costs these queries once. Nothing outlives it.
    """
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def _once(name: Any, read: Callable[[], Any]) -> Any:
    seen = _seen.get()
    if seen is None:
        return read()
    if name not in seen:
        seen[name] = read()
    return seen[name]


def public(queryset: QuerySet, site: Site | object | None = ANY_SITE) -> QuerySet:
    """Restrict a queryset of pages to what an anonymous reader may see of a site, or of any."""
    return queryset.filter(_live(), _once(("place", site), lambda: _in_open_place(site)))


def open_to_readers_of(page: AbstractPage, queryset: QuerySet) -> QuerySet:
    """Restrict a queryset of pages to what they see who were let in to a page: what is public, and
    what is private for no other reason than that page is. For an answer that no cache may keep."""
    closed = {path for path in _once("closed", _closed_paths) if not page.path.startswith(path)}
    return queryset.filter(_live(), _in_open_place(ANY_SITE, closed))


def _live() -> Q:
    """A clause for being live and not past the expiry, whether the worker has run or not."""
    unexpired = Q(expire_at__isnull=True) | Q(expire_at__gt=_once("now", timezone.now))
    return unexpired & Q(live=True)


def _in_open_place(site: Site | object | None, closed: set[str] | None = None) -> Q:
    """A clause for standing below a root of the site and below nothing that is private."""
    closed = _once("closed", _closed_paths) if closed is None else closed
    # The root of the whole tree is nobody's page, though a site may be rooted there.
    clause = Q(depth__gt=1) & _at_or_under(_root_paths(site))
    return clause & ~_at_or_under(closed) if closed else clause


def is_public(page: AbstractPage, site: Site | object | None = ANY_SITE) -> bool:
    """Whether an anonymous reader may see this page. Asks the database, not the instance."""
    return public(type(page)._default_manager.filter(pk=page.pk), site).exists()


def note_expiry(pages: Iterable[AbstractPage]) -> None:
    """Remember the expiry of public pages that an answer shows or counts (``snapshot``)."""
    seen = _seen.get()
    if seen is not None:
        seen.setdefault("expiries", []).extend(p.expire_at for p in pages if p.expire_at)


def first_expiry() -> datetime | None:
    """When the first of the noted pages expires: so long the answer may be kept by anybody.

    Of these pages alone: else the time would tell of others, hidden ones among them.
    """
    return min((_seen.get() or {}).get("expiries", ()), default=None)


def next_expiry() -> datetime | None:
    """When the next live page expires, hidden or not: from then on, any answer may be another."""
    pages = swapper.load_model("wagtailcore", "Page").objects.order_by()
    coming = pages.filter(live=True, expire_at__gt=timezone.now())
    return coming.aggregate(first=Min("expire_at"))["first"]


def may_preview_on(page: AbstractPage, site: Site | object | None) -> bool:
    """Whether a preview of a page, for whoever may see it, belongs to a site: to its own, or to any
    where the page is of none."""

    def stands_in(chosen: Site | object | None) -> bool:
        return any(page.path.startswith(path) for path in _root_paths(chosen))

    return stands_in(site) or not stands_in(ANY_SITE)


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
    closed = _once("collections", closed_collection_paths) if closed is None else closed
    if closed:
        prefetch_related_objects(items, "collection")
        items = [item for item in items if not item.collection.path.startswith(closed)]
    return items


def _closed_paths() -> set[str]:
    """Paths at and under which nothing is public.

    A restriction closes the page it is set on and every alias of that page, and aliases of these.
    An alias has no restrictions of its own: a row that was copied to it does not count.
    """
    restrictions = PageViewRestriction.objects.exclude(restriction_type=BaseViewRestriction.NONE)
    # Not by a join: SQLite would go through all pages for the few restrictions, or for none.
    restricted = set(restrictions.values_list("page_id", flat=True))
    if not restricted:
        return set()
    pages = swapper.load_model("wagtailcore", "Page").objects.order_by()
    originals = pages.filter(pk__in=restricted, alias_of=None)
    return _with_aliases(dict(originals.values_list("pk", "path")))


def _root_paths(site: Site | object | None) -> set[str]:
    """Paths under which a page belongs to the site, or to any; with I18N on, translations, too."""
    several = has_languages()
    if isinstance(site, Site) and not several:
        return {site.root_page.path}
    sites = Site.objects.order_by()
    if site is not ANY_SITE:
        sites = sites.filter(pk=site and site.pk)
    pages = swapper.load_model("wagtailcore", "Page").objects.order_by()
    if several:
        pages = pages.filter(translation_key__in=sites.values("root_page__translation_key"))
        return set(pages.values_list("path", flat=True))
    return set(sites.values_list("root_page__path", flat=True))


def _with_aliases(found: dict[int, str]) -> set[str]:
    """Paths of pages, given by primary key, of their aliases and of the aliases of these."""
    pages = swapper.load_model("wagtailcore", "Page").objects.order_by()
    paths: set[str] = set()
    while found:
        paths |= set(found.values())
        found = dict(pages.filter(alias_of__in=list(found)).values_list("pk", "path"))
    return paths


def _at_or_under(paths: Iterable[str]) -> Q:
    """A clause for being at or under one of the paths; for none of them, a clause nothing meets.

    However many paths there are, it has one part for each depth of the tree.
    """
    clause = Q(pk__in=[])
    for length, group in _by_length(paths).items():
        if len(group) == 1:  # which an index can help with
            clause |= Q(path__startswith=group[0])
        else:
            clause |= Q(In(Substr("path", 1, length), group))
    return clause


def _by_length(paths: Iterable[str]) -> dict[int, list[str]]:
    """Group paths by length, dropping those that lie under another one."""
    groups: dict[int, list[str]] = defaultdict(list)
    kept: set[str] = set()
    for path in sorted(paths, key=len):
        if not any(path[:length] in kept for length in groups):
            kept.add(path)
            groups[len(path)].append(path)
    return groups
