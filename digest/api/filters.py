"""Filter lists of issues and stories by query parameters, as ``parameters.py`` declares them."""

from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from taggit.models import Tag

from digest.api.extensions import list_parameters
from digest.api.pagination import First
from digest.api.scope import Scope
from digest.pages.listing import children_of, tagged
from digest.pages.paths import with_slug
from digest.pages.time_zones import time_zone_named


def filter_issues(scope: Scope, parameters: dict[str, Any], are_counted: bool = False) -> QuerySet:
    """Return the public issues of a site that match the filters of the core.

    All of them ``are_counted``, or the newest are read.
    """
    issues = scope.issues()
    for name, lookup in LOOKUPS.items():
        if name in parameters:
            issues = issues.filter(**{lookup: parameters[name]})
    if "tag" in parameters:
        issues = _tagged(issues, parameters["tag"], are_counted)
    for slug in parameters.get("tag_all", []):
        issues = _tagged(issues, [slug], are_counted)
    if "updated_since" in parameters:
        issues = issues.filter(_updated_since(parameters["updated_since"], scope))
    if "digest" in parameters:
        digests = with_slug(scope.digests(), scope.site, parameters["digest"])
        issues = of_digests(issues, digests)
    return issues


LOOKUPS = {
    "date_from": "date__gte",
    "date_to": "date__lte",
    "year": "date__year",
    "month": "date__month",
    "locale": "locale__language_code__iexact",
}


def _tagged(issues: QuerySet, slugs: list[str], are_counted: bool) -> QuerySet:
    tags = Tag.objects.filter(slug__in=slugs).values_list("pk", flat=True)
    return tagged(issues, tags, are_counted)


def _updated_since(since: datetime, scope: Scope) -> Q:
    # As IssuePageMixin.updated_at, with fallbacks for issues that code made live.
    first = Q(last_published_at=None, first_published_at__gte=since)
    day = _earliest_local_date(since, scope)
    neither = Q(last_published_at=None, first_published_at=None, date__gte=day)
    return Q(last_published_at__gte=since) | first | neither


def _earliest_local_date(value: datetime, scope: Scope) -> date:
    """Return the earliest date that a datetime has in the time zones of the site's digests."""
    names = {"", *scope.digests().order_by().values_list("time_zone", flat=True)}
    try:
        return min(value.astimezone(time_zone_named(name)).date() for name in names)
    except OverflowError:  # in the first or last hours that a datetime can hold
        return value.date()


def of_digests(issues: QuerySet, digests: QuerySet) -> QuerySet:
    """Return the issues that are children of the digests."""
    paths = list(digests.order_by().values_list("path", flat=True))
    return children_of(issues, paths) if paths else issues.none()


def filter_by_extensions(rows: QuerySet, parameters: dict[str, Any]) -> QuerySet:
    """Filter issues or stories by the list parameters that optional apps add, such as ``q``."""
    for parameter in list_parameters():
        if parameter.name in parameters:
            rows = parameter.filter(rows, parameters[parameter.name])
    return rows


def first_by_extensions(rows: QuerySet, parameters: dict[str, Any]) -> First | None:
    """Return ``first`` of the list parameter in use; None if there are more or it has none."""
    used = [parameter for parameter in list_parameters() if parameter.name in parameters]
    if len(used) != 1 or used[0].first is None:
        return None
    return partial(used[0].first, rows, parameters[used[0].name])
