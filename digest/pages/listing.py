"""Lists of issues: order, prefetching and pagination."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from wagtail.models import Locale, Site

from digest import visibility
from digest.conf import conf, has_languages
from digest.pages.page_models import get_digest_page_model, get_issue_tag_model

RELATED_ISSUES = 3


def latest_first(issues: QuerySet) -> QuerySet:
    return issues.order_by("-date", "-pk")


def with_related(issues: QuerySet) -> QuerySet:
    """Prefetch what a list shows of each issue."""
    related = issues.select_related("image__collection", "locale")
    return related.prefetch_related("tagged_items__tag", "image__renditions")


def with_locales(pages: Iterable[Any]) -> list[Any]:
    """Set ``locale`` on each page with one query."""
    # Not ``select_related``: with the join, the database chooses a worse plan.
    pages = list(pages)
    locales = Locale.objects.in_bulk({page.locale_id for page in pages})
    for page in pages:
        page.locale = locales[page.locale_id]
    return pages


def with_digests(
    issues: Iterable[Any], site: Site | object | None = visibility.ANY_SITE
) -> list[Any]:
    """Set ``digest`` on each issue, None if not public, with a constant number of queries."""
    issues = list(issues)
    paths = {parent_path(issue) for issue in issues}
    digests = get_digest_page_model().objects.filter(path__in=paths)
    by_path = {
        digest.path: digest
        for digest in visibility.public(digests, site).select_related("locale").order_by()
    }
    visibility.note_expiry(by_path.values())
    for issue in issues:
        issue.digest = by_path.get(parent_path(issue))
    return issues


def parent_path(page: Any) -> str:
    """Return the tree path of the parent of a page."""
    return page.path[: -page.steplen]


def neighbours(
    issue: Any, site: Site | object | None = visibility.ANY_SITE, only: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the ``previous`` and the ``next`` public issue of the same digest.

    ``only`` names the fields to load; by default, all but the body are.
    """
    siblings = type(issue).objects.filter(
        ~Q(pk=issue.pk), path__startswith=parent_path(issue), depth=issue.depth
    )
    others = visibility.public(siblings, site)
    others = others.only(*only) if only else others.defer("body")
    before, after = Q(date__lt=issue.date), Q(date__gt=issue.date)
    if issue.pk:
        before |= Q(date=issue.date, pk__lt=issue.pk)
        after |= Q(date=issue.date, pk__gt=issue.pk)
    else:  # in the preview of an unsaved issue, which will be the newest of its day
        before |= Q(date=issue.date)
    # The conditions on the date alone let the index be used, which an OR would prevent.
    earlier, later = others.filter(before, date__lte=issue.date), others.filter(after)
    return {
        "previous": earlier.order_by("-date", "-pk").first(),
        "next": later.filter(date__gte=issue.date).order_by("date", "pk").first(),
    }


def related_issues(
    issue: Any, site: Site | object | None = visibility.ANY_SITE, exclude: Iterable[Any] = ()
) -> list[Any]:
    """Return the newest public issues with a tag of this one, with their digests.

    Aliases are left out: they repeat an issue, and may repeat this one.
    """
    tags = {item.tag_id for item in issue.tagged_items.all()} - {None}
    if not tags:
        return []
    tagged = get_issue_tag_model().objects.filter(tag__in=tags).values("content_object")
    others = type(issue).objects.filter(pk__in=tagged, alias_of=None)
    if has_languages():
        others = others.filter(locale=issue.locale_id)
    shown = {issue.pk, issue.alias_of_id, *(page.pk for page in exclude)} - {None}
    newest = latest_first(visibility.public(others, site).exclude(pk__in=shown)).defer("body")
    return with_digests(newest[:RELATED_ISSUES], site)


def paginate(issues: QuerySet, number: str | int | None) -> Page:
    """Return one page of a list, prefetched; an invalid number gives the first or last page."""
    page = Paginator(with_related(issues.defer("body")), conf.ISSUES_PER_PAGE).get_page(number)
    page.object_list = with_digests(page.object_list)
    return page
