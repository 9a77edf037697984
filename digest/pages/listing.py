"""Lists of issues: their order, what is fetched with them, and their pages."""

from collections.abc import Iterable
from typing import Any

import swapper
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from wagtail.models import Locale, Site

from digest import visibility
from digest.conf import conf


def latest_first(issues: QuerySet) -> QuerySet:
    """Order issues as readers expect them: by date, newest first."""
    return issues.order_by("-date", "-pk")


def with_related(issues: QuerySet) -> QuerySet:
    """Fetch with the issues what a list shows of them, at a constant number of queries."""
    related = issues.select_related("image__collection", "locale")
    return related.prefetch_related("tagged_items__tag", "image__renditions")


def with_locales(pages: Iterable[Any]) -> list[Any]:
    """Give each page its ``locale`` with one query, where a join would mislead the database."""
    pages = list(pages)
    locales = Locale.objects.in_bulk({page.locale_id for page in pages})
    for page in pages:
        page.locale = locales[page.locale_id]
    return pages


def with_digests(
    issues: Iterable[Any], site: Site | object | None = visibility.ANY_SITE
) -> list[Any]:
    """Give each issue its ``digest`` (None where that is not public), at a constant number of
    queries for all of them."""
    issues = list(issues)
    paths = {_parent_path(issue) for issue in issues}
    digests = swapper.load_model("digest", "DigestPage").objects.filter(path__in=paths)
    by_path = {
        digest.path: digest
        for digest in visibility.public(digests, site).select_related("locale").order_by()
    }
    visibility.note_expiry(by_path.values())
    for issue in issues:
        issue.digest = by_path.get(_parent_path(issue))
    return issues


def _parent_path(page: Any) -> str:
    return page.path[: -page.steplen]


def neighbours(
    issue: Any, site: Site | object | None = visibility.ANY_SITE, only: Iterable[str] = ()
) -> dict[str, Any]:
    """The public issues before and after one in its digest: ``previous`` and ``next``.

    ``only`` names the fields that are needed of them, where that is not all but the body.
    """
    siblings = type(issue).objects.filter(
        ~Q(pk=issue.pk), path__startswith=_parent_path(issue), depth=issue.depth
    )
    others = visibility.public(siblings, site)
    others = others.only(*only) if only else others.defer("body")
    before, after = Q(date__lt=issue.date), Q(date__gt=issue.date)
    if issue.pk:
        before |= Q(date=issue.date, pk__lt=issue.pk)
        after |= Q(date=issue.date, pk__gt=issue.pk)
    else:  # a preview of an issue that is not saved yet: the newest of its day
        before |= Q(date=issue.date)
    # The bounds on the date alone are for the index, which does not see them within an OR.
    earlier, later = others.filter(before, date__lte=issue.date), others.filter(after)
    return {
        "previous": earlier.order_by("-date", "-pk").first(),
        "next": later.filter(date__gte=issue.date).order_by("date", "pk").first(),
    }


def paginate(issues: QuerySet, number: str | int | None) -> Page:
    """One page of a readers' list, with all that it shows; a bad number gives the nearest page."""
    page = Paginator(with_related(issues.defer("body")), conf.ISSUES_PER_PAGE).get_page(number)
    page.object_list = with_digests(page.object_list)
    return page
