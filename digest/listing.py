"""Lists of issues: their order, what is fetched with them, and their pages."""

from collections.abc import Iterable
from typing import Any

import swapper
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from digest import visibility
from digest.conf import conf


def latest_first(issues: QuerySet) -> QuerySet:
    """Order issues as readers expect them: by date, newest first."""
    return issues.order_by("-date", "-pk")


def with_related(issues: QuerySet) -> QuerySet:
    """Fetch with the issues what a list shows of them, at a constant number of queries."""
    related = issues.select_related("image__collection", "locale")
    return related.prefetch_related("tagged_items__tag", "image__renditions")


def with_digests(issues: Iterable[Any]) -> list[Any]:
    """Give each issue its ``digest`` (None where that is not public), at a constant number of
    queries for all of them."""
    issues = list(issues)
    paths = {_parent_path(issue) for issue in issues}
    digests = swapper.load_model("digest", "DigestPage").objects.filter(path__in=paths)
    related = visibility.public(digests).select_related("image__collection", "locale")
    by_path = {digest.path: digest for digest in related}
    for issue in issues:
        issue.digest = by_path.get(_parent_path(issue))
    return issues


def _parent_path(page: Any) -> str:
    return page.path[: -page.steplen]


def neighbours(issue: Any) -> dict[str, Any]:
    """The public issues before and after one in its digest: ``previous`` and ``next``."""
    others = visibility.public(type(issue).objects.sibling_of(issue, inclusive=False))
    same_day = Q(date=issue.date, pk__lt=issue.pk) if issue.pk else Q(date=issue.date)
    before = Q(date__lt=issue.date) | same_day
    return {
        "previous": latest_first(others.filter(before)).first(),
        "next": latest_first(others.exclude(before)).last(),
    }


def paginate(issues: QuerySet, number: str | int | None) -> Page:
    """One page of a readers' list, with all that it shows; a bad number gives the nearest page."""
    page = Paginator(with_related(issues), conf.ISSUES_PER_PAGE).get_page(number)
    page.object_list = with_digests(page.object_list)
    return page
