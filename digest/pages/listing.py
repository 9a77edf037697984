"""Lists of issues: order, prefetching and pagination."""

from collections.abc import Iterable
from copy import copy
from functools import cache
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Length, Substr
from django.db.models.lookups import In
from wagtail.models import Locale, Site

from digest import memo, statements, visibility
from digest.conf import conf, has_languages
from digest.pages.page_models import get_digest_page_model, get_issue_tag_model

RELATED_ISSUES = 3
# At most this many uses of tags are looked up; of more, the newest issues are searched for.
MAX_USES = 500


def latest_first(issues: QuerySet) -> QuerySet:
    return issues.order_by("-date", "-pk")


def with_related(issues: QuerySet) -> QuerySet:
    """Prefetch what a list shows of each issue."""
    # Not ``select_related``: with joins, the database sorts all issues, and their bodies with them.
    return issues.prefetch_related("locale", "tagged_items__tag", "image__renditions")


def children_of(issues: QuerySet, paths: Iterable[str]) -> QuerySet:
    """Return the issues whose parents have these tree paths, in a query for the newest of them."""
    # Not LIKE, nor a range: the database would look up all of them by path, and sort them. By date,
    # it stops at the end of the page.
    parent = Substr("path", 1, Length("path") - Value(issues.model.steplen))
    return issues.filter(In(parent, list(paths)))


def tagged(issues: QuerySet, tags: Iterable[int], are_counted: bool = False) -> QuerySet:
    """Return the issues with one of the tags; all of them are counted, or the newest are read."""
    tags = list(tags)
    uses = get_issue_tag_model().objects.filter(tag__in=tags).order_by()
    if are_counted or uses[: MAX_USES + 1].count() <= MAX_USES:
        return issues.filter(pk__in=uses.values("content_object"))
    # With IN, SQLite would look up and sort all of them; by date, it stops at the end of the page.
    # The plus keeps it from looking for each issue among all uses of the tags.
    tag = Func(F("tag"), template="+%(expressions)s", output_field=BigIntegerField())
    of_issue = get_issue_tag_model().objects.filter(In(tag, tags), content_object=OuterRef("pk"))
    return issues.filter(Exists(of_issue))


def with_locales(pages: Iterable[Any]) -> list[Any]:
    """Set ``locale`` on each page with one query."""
    # Not ``select_related``: with the join, the database chooses a worse plan.
    pages = list(pages)
    locales = memo.once("locales", Locale.objects.in_bulk)
    for page in pages:
        if locale := locales.get(page.locale_id):  # else it is newer than what was read before
            page.locale = locale
    return pages


def with_digests(
    issues: Iterable[Any],
    site: Site | object | None = visibility.ANY_SITE,
    only: Iterable[str] = (),
) -> list[Any]:
    """Set ``digest`` on each issue, None if not public, with a constant number of queries.

    ``only`` names the fields of digests to load; by default all are.
    """
    issues = list(issues)
    by_path = _digests({parent_path(issue) for issue in issues}, site, tuple(only))
    visibility.note_expiry(filter(None, by_path.values()))
    for issue in issues:
        issue.digest = by_path[parent_path(issue)]
    return issues


def _digests(paths: set[str], site: Any, only: tuple[str, ...]) -> dict[str, Any]:
    """Return the public digest at each tree path or None, read once for each content version."""

    def digests(paths: list[Any]) -> QuerySet:
        found = get_digest_page_model().objects.filter(path__in=paths)
        found = visibility.public(found, site).select_related("locale").order_by()
        return found.only(*only, "locale") if only else found

    @cache
    def rows() -> dict[str, Any]:
        found = statements.fetch(("digests", site, *only), digests, paths=sorted(paths))
        return {digest.path: digest for digest in found}

    def digest_at(path: str) -> Any:
        key = "digest", site, only, path
        # A copy, since a site's own code may set attributes, and other responses share it.
        return copy(visibility.once_until_expiry(key, lambda: rows().get(path)))

    return {path: digest_at(path) for path in paths}


def parent_path(page: Any) -> str:
    """Return the tree path of the parent of a page."""
    return page.path[: -page.steplen]


def neighbours(
    issue: Any, site: Site | object | None = visibility.ANY_SITE, only: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the ``previous`` and the ``next`` public issue of the same digest.

    ``only`` names the fields to load; by default, all but the body are.
    """
    return {
        "previous": _neighbour(issue, site, tuple(only), "-date", "-pk"),
        "next": _neighbour(issue, site, tuple(only), "date", "pk"),
    }


def _neighbour(issue: Any, site: Any, only: tuple[str, ...], *order: str) -> Any:
    """Return the first issue after this one in an order by date and primary key, or None."""
    model, is_back, is_saved = type(issue), order[0].startswith("-"), bool(issue.pk)
    values = {"parents": [parent_path(issue)], "date": issue.date}
    if is_saved:
        values["pk"] = issue.pk

    def build(parents: list[Any], date: Any, pk: Any = None) -> QuerySet:
        siblings = children_of(model.objects.all(), parents)
        beyond = Q(date__lt=date) if is_back else Q(date__gt=date)
        if is_saved:
            siblings = siblings.exclude(pk=pk)
            beyond |= Q(date=date) & (Q(pk__lt=pk) if is_back else Q(pk__gt=pk))
        elif is_back:  # in the preview of an unsaved issue, which will be the newest of its day
            beyond |= Q(date=date)
        # The condition on the date alone lets the index be used, which an OR would prevent.
        limit = {"date__lte" if is_back else "date__gte": date}
        found = visibility.public(siblings.filter(beyond, **limit), site).order_by(*order)[:1]
        return found.only(*only) if only else found.defer("body")

    key = ("neighbour", model, site, is_saved, only, order)
    return next(iter(statements.fetch(key, build, **values)), None)


def related_issues(
    issue: Any, site: Site | object | None = visibility.ANY_SITE, exclude: Iterable[Any] = ()
) -> list[Any]:
    """Return the newest public issues with a tag of this one, with their digests.

    Aliases are left out: they repeat an issue, and may repeat this one.
    """
    tags = {item.tag_id for item in issue.tagged_items.all()} - {None}
    if not tags:
        return []
    others = tagged(type(issue).objects.filter(alias_of=None), tags)
    if has_languages():
        others = others.filter(locale=issue.locale_id)
    shown = {issue.pk, issue.alias_of_id, *(page.pk for page in exclude)} - {None}
    newest = latest_first(visibility.public(others, site).exclude(pk__in=shown)).defer("body")
    return with_digests(newest[:RELATED_ISSUES], site)


def paginate(
    issues: QuerySet,
    number: str | int | None,
    counted: QuerySet | None = None,
    key: tuple[Any, ...] = (),
) -> Page:
    """Return one page of a list, prefetched; an invalid number gives the first or last page.

    ``counted`` are the same issues, in a query that is better for counting. With a ``key``, which
    names whatever the list depends on, they are counted once for each content version.
    """
    paginator = Paginator(with_related(issues.defer("body")), conf.ISSUES_PER_PAGE)
    count = (issues if counted is None else counted).count
    paginator.count = visibility.once_until_expiry(("count", *key), count) if key else count()
    page = paginator.get_page(number)
    page.object_list = with_digests(page.object_list)
    return page
