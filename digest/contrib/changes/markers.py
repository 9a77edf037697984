"""From the markers of changed rows to the pages that have to be compared.

A marker names a row, by the label of its model and its primary key as text. One without a key
stands for all rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from taggit.models import ItemBase
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    PageViewRestriction,
    Site,
)

from digest import visibility
from digest.caching.content_version import ChangeMarker
from digest.caching.triggers import page_column
from digest.conf import get_base_page_model, has_languages
from digest.contrib.changes.models import PublicState
from digest.contrib.changes.public_state import public_pages
from digest.contrib.changes.references import LINK, reference, states_that_show
from digest.pages.page_models import (
    get_digest_page_model,
    get_issue_page_model,
    get_issue_tag_model,
)

# With more markers, comparing all pages costs less than finding those to compare.
MAX_MARKERS = 5000
BATCH = 500

Sites = Iterable[Site]
MARKED = {"is_marked": True, "is_doubtful": True, "failed_at": None}


def take_markers() -> list[tuple[str, str]]:
    """Delete all markers, and return them without repetition.

    The caller's transaction reads from one snapshot, so those of later commits stay.
    """
    rows = ChangeMarker.objects.values_list("model", "object_id").distinct()
    markers = list(rows[: MAX_MARKERS + 1])
    if markers:
        ChangeMarker.objects.all().delete()
    return markers if len(markers) <= MAX_MARKERS else [(Site._meta.label_lower, "")]


def are_seen(markers: list[tuple[str, str]]) -> bool:
    """Return whether readers may see one of the changes in a page.

    They do not see new tags of drafts, nor issues and digests that were hidden: the comparison
    finds those that are not any more. Markers without a model, of rows that no page names, are
    there on PostgreSQL only.
    """
    tag = get_issue_tag_model()._meta.get_field("tag").related_model
    changed = defaultdict(set)
    for label, pk in markers:
        changed[label].add(pk)
    changed.pop("", None)
    pages = changed.pop(get_base_page_model()._meta.label_lower, set())
    tags = changed.pop(tag._meta.label_lower, set())
    if changed or "" in pages | tags or _were_seen({int(pk) for pk in pages}):
        return True
    return any(any(_in_batches(uses, "tag", tags)) for uses in _uses_on_live_pages(tag))


def _were_seen(pages: set[int]) -> bool:
    """Return whether a page was public as an issue or a digest, or is of another class."""
    public = PublicState.objects.filter(is_public=True)
    models = (get_issue_page_model(), get_digest_page_model())
    own = {pk for model in models for pk in _in_batches(model.objects.order_by(), "pk", pages)}
    return bool(pages - own or set(_in_batches(public, "page_id", pages)))


def _uses_on_live_pages(tag: type[Model]) -> Iterator[QuerySet]:
    """Yield the rows of each table that give tags to live pages of a class."""
    live = get_base_page_model().objects.filter(live=True).order_by().values("pk")
    for model in {relation.related_model for relation in tag._meta.related_objects}:
        if issubclass(model, ItemBase) and (column := page_column(model)):
            yield model.objects.filter(**{f"{column}__in": live})


def expired_pages(since: datetime) -> list[tuple[str, str]]:
    """Return as markers the pages that have expired since then and are live in the database."""
    model = get_base_page_model()
    expired = model.objects.filter(live=True, expire_at__gte=since, expire_at__lte=visibility.now())
    pks = expired.order_by().values_list("pk", flat=True)
    return [(model._meta.label_lower, str(pk)) for pk in pks]


def expand(markers: list[tuple[str, str]], sites: Sites) -> None:
    """Mark the pages that may look different after changes of these rows."""
    changed = defaultdict(set)
    for label, pk in markers:
        changed[label].add(pk)
    page = get_base_page_model()._meta.label_lower
    is_any = bool({Site._meta.label_lower, Locale._meta.label_lower} & changed.keys())
    if is_any or "" in changed[page]:
        mark_all(sites, is_doubtful=is_any or len(markers) > 1)
        return
    names = set(_names_of_objects(changed, page))
    pages = {int(pk) for pk in changed.pop(page)}
    pages |= _differing_pages(pages, PageViewRestriction._meta.label_lower in changed, sites)
    mark(pages | _related_pages(pages) | states_that_show(names | _names_of_pages(pages)), sites)


def mark_all(sites: Sites, is_doubtful: bool) -> None:
    """Mark every page that is public or was."""
    found = {"is_marked": True} | ({"is_doubtful": True} if is_doubtful else {})
    PublicState.objects.update(**found, failed_at=None)
    for site in sites:
        for kind in PublicState.Kind.values:
            _add_states(site, kind, None)


def mark(pages: set[int], sites: Sites) -> None:
    """Mark pages on all sites."""
    ordered = sorted(pages)
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        PublicState.objects.filter(page_id__in=batch).update(**MARKED)
        for site in sites:
            for kind in PublicState.Kind.values:
                _add_states(site, kind, batch)


def _add_states(site: Site, kind: str, pages: list[int] | None) -> None:
    """Add a row for each public page that has none yet."""
    known = PublicState.objects.filter(site_id=site.pk).values("page_id")
    if pages is not None:
        known = known.filter(page_id__in=pages)
    new = public_pages(site, kind, pages).exclude(pk__in=known).order_by("pk")
    PublicState.objects.bulk_create(
        PublicState(page_id=pk, site_id=site.pk, kind=kind, locale_id=locale)
        for pk, locale in new.values_list("pk", "locale_id")
    )


def _names_of_objects(changed: dict[str, set[str]], page: str) -> Iterator[str]:
    """Yield the references to changed objects other than pages."""
    collections = {model._meta.label_lower for model in (Collection, CollectionViewRestriction)}
    files = [get_image_model()._meta.label_lower, get_document_model()._meta.label_lower]
    for label, pks in changed.items():
        if label in collections:
            yield from (reference(file, "") for file in files)
        elif label == PageViewRestriction._meta.label_lower:
            yield reference(LINK, "")  # to any page, which may be hidden now
        elif label and label != page:
            yield from (reference(label, pk) for pk in pks)


def _names_of_pages(pages: Iterable[int]) -> set[str]:
    label = get_base_page_model()._meta.label_lower
    return {reference(name, pk) for pk in pages for name in (label, LINK)}


def _differing_pages(pages: set[int], are_restricted: bool, sites: Sites) -> set[int]:
    """Return the pages that became public or hidden, if that may be so for others than ``pages``.

    Restrictions apply to all pages below, and so does the source of an alias.
    """
    if not are_restricted and not pages - _known_pages(pages):
        return set()
    found: set[int] = set()
    for site in sites:
        for kind in PublicState.Kind.values:
            states = PublicState.objects.filter(site_id=site.pk, kind=kind, is_public=True)
            public = public_pages(site, kind)
            hidden = states.exclude(page_id__in=public.values("pk"))
            shown = public.exclude(pk__in=states.values("page_id"))
            found |= {
                *hidden.values_list("page_id", flat=True),
                *shown.values_list("pk", flat=True),
            }
    return found


def _known_pages(pages: set[int]) -> set[int]:
    """Return which of the pages are issues or digests, or were public as such."""
    found = set(_in_batches(PublicState.objects.all(), "page_id", pages))
    for model in (get_issue_page_model(), get_digest_page_model()):
        found |= set(_in_batches(model.objects.order_by(), "pk", pages - found))
    return found


def _related_pages(pages: set[int]) -> set[int]:
    """Return the issues of the digests among the pages, and the translations of all.

    And their aliases: some of what these show belongs to their source, and has no copy.
    """
    found: set[int] = set()
    digests = get_digest_page_model().objects.order_by()
    for path in _in_batches(digests, "pk", pages, "path"):
        below = get_issue_page_model().objects.filter(path__startswith=path).order_by()
        found |= set(below.values_list("pk", flat=True))
    if has_languages():
        every = get_base_page_model().objects.order_by()
        keys = set(_in_batches(every, "pk", pages, "translation_key"))
        found |= set(_in_batches(every, "translation_key", keys, "pk"))
    return found | _aliases(pages | found)


def _aliases(pages: set[int]) -> set[int]:
    """Return the issues that are aliases of the pages, or of aliases of these."""
    every, found, new = get_issue_page_model().objects.order_by(), set(), pages
    while new := set(_in_batches(every, "alias_of", new, "pk")) - found:
        found |= new
    return found


def _in_batches(
    rows: Any, field: str, values: set[Any], column: str | None = None
) -> Iterator[Any]:
    """Yield a column of the rows in which ``field`` has one of the values."""
    ordered = sorted(values)
    for start in range(0, len(ordered), BATCH):
        part = rows.filter(**{f"{field}__in": ordered[start : start + BATCH]})
        yield from part.values_list(column or field, flat=True)
