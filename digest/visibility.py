"""Decide which pages an anonymous reader may see. Every endpoint, feed and list filters by it.

A page is public if it is live, has not expired, belongs to a site, and neither it nor an ancestor
has a view restriction. The restrictions of an alias are those of its source, as when Wagtail serves
it (``Page.get_view_restrictions``); ``PageQuerySet.public`` looks at the alias's own rows only.
Restrictions are resolved to tree paths, so that a query has one condition for each depth of the
tree and not one for each restriction.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

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

from digest import memo
from digest.conf import get_base_page_model, has_languages

# In place of a site: the pages of every site. None is no site, as for an unknown host.
ANY_SITE = object()

# What has been read for the current response (``snapshot``).
_snapshot: ContextVar[dict[Any, Any] | None] = ContextVar("digest_snapshot", default=None)


@contextmanager
def snapshot() -> Iterator[None]:
    """Read the clock, the sites and the restrictions only once inside.

    A response that is rendered inside is consistent, and needs these queries once.
    """
    token = _snapshot.set({})
    try:
        yield
    finally:
        _snapshot.reset(token)


@contextmanager
def at(moment: Any) -> Iterator[None]:
    """Compare expiry with another time inside, or with an expression."""
    token = _snapshot.set({**(_snapshot.get() or {}), "now": moment})
    try:
        yield
    finally:
        _snapshot.reset(token)


def _once(name: Any, read: Callable[[], Any]) -> Any:
    found = _snapshot.get()
    if found is None:
        return read()
    if name not in found:
        found[name] = read()
    return found[name]


def _memoised(name: Any, read: Callable[[], Any]) -> Any:
    """Read once in a snapshot, or for a content version: what the clock has no part in."""
    return _once(name, lambda: memo.once((name, has_languages()), read))


def now() -> datetime:
    """Return the time, the same one inside a ``snapshot``."""
    return _once("now", timezone.now)


def public(queryset: QuerySet, site: Site | object | None = ANY_SITE) -> QuerySet:
    """Filter a queryset of pages by what an anonymous reader may see on a site, or on any."""
    clause = _memoised(("unrestricted", site), lambda: _is_unrestricted(site))
    return queryset.filter(_is_live(), clause)


def visible_if_authorised(page: AbstractPage, queryset: QuerySet) -> QuerySet:
    """Filter a queryset of pages by what a reader may see who has passed the view restrictions of
    ``page``: what is public, and what only these restrict. The response must not be cached."""
    paths = _memoised("restricted", _restricted_paths)
    others = {path for path in paths if not page.path.startswith(path)}
    return queryset.filter(_is_live(), _is_unrestricted(ANY_SITE, others))


def _is_live() -> Q:
    # An expired page stays live until ``publish_scheduled`` runs.
    unexpired = Q(expire_at__isnull=True) | Q(expire_at__gt=now())
    return unexpired & Q(live=True)


def _is_unrestricted(site: Site | object | None, restricted: set[str] | None = None) -> Q:
    """Return a condition for pages of the site that are not under a restricted path."""
    restricted = _memoised("restricted", _restricted_paths) if restricted is None else restricted
    # The root of the tree is never a public page, even if a site has it as its root page.
    clause = Q(depth__gt=1) & _at_or_under(_root_paths(site))
    return clause & ~_at_or_under(restricted) if restricted else clause


def is_public(page: AbstractPage, site: Site | object | None = ANY_SITE) -> bool:
    """Return whether an anonymous reader may see this page, by its row and not by the instance."""
    return public(type(page)._default_manager.filter(pk=page.pk), site).exists()


def note_expiry(pages: Iterable[AbstractPage]) -> None:
    """Note the expiry of public pages that the current response shows or counts (``snapshot``)."""
    found = _snapshot.get()
    if found is not None:
        found.setdefault("expiries", []).extend(p.expire_at for p in pages if p.expire_at)


def first_expiry() -> datetime | None:
    """Return when the first of the noted pages expires, and the response with it.

    Other pages do not count: the response would disclose the expiry of hidden ones.
    """
    return min((_snapshot.get() or {}).get("expiries", ()), default=None)


def next_expiry() -> datetime | None:
    """Return when the next live page expires, hidden or not: any response may change then."""

    def read() -> datetime | None:
        found = memo.once("next expiry", _next_expiry)
        while found and found <= now():  # it has passed since it was read
            found = memo.once(("next expiry", found), _next_expiry)
        return found

    return _once("next expiry", read)


def once_until_expiry(key: Any, read: Callable[[], Any]) -> Any:
    """Return what ``read`` returns; while values are cached, read it once until a page expires."""
    return memo.once((key, next_expiry()), read) if memo.is_active() else read()


def _next_expiry() -> datetime | None:
    pages = get_base_page_model().objects.order_by()
    coming = pages.filter(live=True, expire_at__gt=now())
    return coming.aggregate(first=Min("expire_at"))["first"]


def may_preview_on(page: AbstractPage, site: Site | object | None) -> bool:
    """Return whether a site serves previews of a page: its own site, or any if it has none."""

    def belongs_to(chosen: Site | object | None) -> bool:
        return any(page.path.startswith(path) for path in _root_paths(chosen))

    return belongs_to(site) or not belongs_to(ANY_SITE)


def raise_404_if_expired(page: AbstractPage) -> None:
    """Raise Http404 for a page past its expiry, even if ``publish_scheduled`` has not run yet."""
    if page.expire_at and page.expire_at <= timezone.now():
        raise Http404


def restricted_collection_paths() -> tuple[str, ...]:
    """Return the paths of collections with a view restriction."""
    restrictions = CollectionViewRestriction.objects.exclude(
        restriction_type=BaseViewRestriction.NONE
    )
    return tuple(restrictions.values_list("collection__path", flat=True))


def in_public_collections(
    items: Iterable[Any], restricted: tuple[str, ...] | None = None
) -> list[Any]:
    """Return the images or documents in collections without a view restriction, also on ancestors.

    Pass the result of ``restricted_collection_paths`` as ``restricted`` to save its query.
    """
    items = list(items)
    if restricted is None:
        restricted = _memoised("collections", restricted_collection_paths)
    if restricted:
        prefetch_related_objects(items, "collection")
        items = [item for item in items if not item.collection.path.startswith(restricted)]
    return items


def _restricted_paths() -> set[str]:
    """Return the tree paths at and under which no page is public.

    A restriction applies to its page, to the aliases of it, and to their aliases. Rows of an alias
    itself, as copying creates them, are ignored.
    """
    restrictions = PageViewRestriction.objects.exclude(restriction_type=BaseViewRestriction.NONE)
    # Not by a join: SQLite would go through all pages for the few restrictions, or for none.
    restricted = set(restrictions.values_list("page_id", flat=True))
    if not restricted:
        return set()
    pages = get_base_page_model().objects.order_by()
    originals = pages.filter(pk__in=restricted, alias_of=None)
    return _with_aliases(dict(originals.values_list("pk", "path")))


def _root_paths(site: Site | object | None) -> set[str]:
    """Return the paths of the site's root page and, with I18N, of its translations."""
    is_multilingual = has_languages()
    if isinstance(site, Site) and not is_multilingual:
        return {site.root_page.path}
    sites = Site.objects.order_by()
    if site is not ANY_SITE:
        sites = sites.filter(pk=site and site.pk)
    pages = get_base_page_model().objects.order_by()
    if is_multilingual:
        pages = pages.filter(translation_key__in=sites.values("root_page__translation_key"))
        return set(pages.values_list("path", flat=True))
    return set(sites.values_list("root_page__path", flat=True))


def _with_aliases(found: dict[int, str]) -> set[str]:
    """Return the paths of pages (by primary key), of their aliases and of aliases of these."""
    pages = get_base_page_model().objects.order_by()
    paths: set[str] = set()
    while found:
        paths |= set(found.values())
        found = dict(pages.filter(alias_of__in=list(found)).values_list("pk", "path"))
    return paths


def _at_or_under(paths: Iterable[str]) -> Q:
    """Return a condition for pages at or under one of the paths, with one part for each depth."""
    clause = Q(pk__in=[])  # matches nothing
    for length, group in _by_length(paths).items():
        if len(group) == 1:  # can use an index
            clause |= Q(path__startswith=group[0])
        else:
            clause |= Q(In(Substr("path", 1, length), group))
    return clause


def _by_length(paths: Iterable[str]) -> dict[int, list[str]]:
    """Group paths by length, without those that are under another one."""
    groups: dict[int, list[str]] = defaultdict(list)
    topmost: set[str] = set()
    for path in sorted(paths, key=len):
        if not any(path[:length] in topmost for length in groups):
            topmost.add(path)
            groups[len(path)].append(path)
    return groups
