"""How validated parameters narrow a list of issues."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Length, Substr
from django.db.models.lookups import In

from digest.api.scope import Scope
from digest.models import get_issue_tag_model
from digest.stories import Story


def filter_issues(scope: Scope, parameters: dict[str, Any]) -> QuerySet:
    """The public issues of a site that validated parameters leave, whatever their words (``q``)."""
    issues = scope.issues()
    for name, lookup in LOOKUPS.items():
        if name in parameters:
            issues = issues.filter(**{lookup: parameters[name]})
    if "tag" in parameters:
        issues = _tagged(issues, parameters["tag"])
    for slug in parameters.get("tag_all", []):
        issues = _tagged(issues, [slug])
    if "updated_since" in parameters:
        issues = issues.filter(_updated_since(parameters["updated_since"]))
    if "digest" in parameters:
        issues = of_digests(issues, scope.digests(slug=parameters["digest"]))
    return issues


LOOKUPS = {
    "date_from": "date__gte",
    "date_to": "date__lte",
    "year": "date__year",
    "month": "date__month",
    "locale": "locale__language_code__iexact",
}


def _tagged(issues: QuerySet, slugs: list[str]) -> QuerySet:
    tagged = get_issue_tag_model().objects.filter(tag__slug__in=slugs)
    return issues.filter(pk__in=tagged.values("content_object_id"))


def _updated_since(moment: datetime) -> Q:
    """As ``IssuePageMixin.updated_at``, which falls back where code made an issue live."""
    first = Q(last_published_at=None, first_published_at__gte=moment)
    neither = Q(last_published_at=None, first_published_at=None, date__gte=moment.date())
    return Q(last_published_at__gte=moment) | first | neither


def of_digests(issues: QuerySet, digests: QuerySet) -> QuerySet:
    """Those of the issues that stand directly below one of the digests."""
    paths = list(digests.order_by().values_list("path", flat=True))
    # No LIKE: SQLite would take the paths for what narrows best, and sort all that it finds.
    parent = Substr("path", 1, Length("path") - Value(issues.model.steplen))
    return issues.filter(In(parent, paths)) if paths else issues.none()


def with_words(issues: QuerySet, parameters: dict[str, Any]) -> QuerySet:
    """Those of the issues with all the words of ``q`` in one story, or all in the title."""
    if "q" not in parameters:
        return issues
    found = Story.objects.filter(_all_words("text", parameters["q"])).values("issue_id")
    return issues.filter(_all_words("title", parameters["q"]) | Q(pk__in=found))


def stories_with_words(stories: QuerySet, parameters: dict[str, Any]) -> QuerySet:
    """Those of the stories with all the words of ``q``."""
    return stories.filter(_all_words("text", parameters.get("q", [])))


def _all_words(field: str, words: list[str]) -> Q:
    """A clause for having every word, in whatever case; a longer word with it in it counts."""
    clause = Q()
    for word in words:
        clause &= Q(**{f"{field}__icontains": word})
    return clause
