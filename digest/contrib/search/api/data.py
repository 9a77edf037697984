"""Serialize search results and suggestions, with a constant number of queries.

The schema is in ``digest.contrib.search.api.serializers``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.lookups import In
from rest_framework.utils.urls import replace_query_param
from taggit.models import Tag

from digest import statements
from digest.api.issues import Issues
from digest.api.representations import LINKED, digest_reference, page, reference
from digest.api.scope import Scope
from digest.contrib.search.highlighting import HighlightedText
from digest.contrib.search.promotions import Promotion
from digest.contrib.search.results import Counts, Result, SearchResults
from digest.contrib.search.suggestions import Suggestion
from digest.pages.listing import with_locales

# The fields that a result has from its issue.
RESULT_ISSUE_FIELDS = {"date", "locale", "tags", "digest"}
# The columns that these and the links need.
RESULT_COLUMNS = [*LINKED, "date"]
# Per facet; the most frequent tags and digests.
MAX_FACETS = 50


def highlighted(text: HighlightedText) -> dict[str, Any]:
    return {"text": text.text, "html": text.html, "marks": text.highlights}


class Results:
    """Serialize the results of a page of rows."""

    def __init__(self, found: SearchResults, rows: Iterable[Any], scope: Scope) -> None:
        self.scores = {row.pk: getattr(row, "score", None) for row in rows}
        self.results, self.scope = found.get_results([*self.scores], RESULT_COLUMNS), scope
        issues = {result.issue.pk: result.issue for result in self.results}
        data = Issues(issues.values(), RESULT_ISSUE_FIELDS, scope).as_data()
        self.issue_data = dict(zip(issues, data, strict=True))
        self.references = {pk: reference(issue, scope) for pk, issue in issues.items()}
        self.digests = {issue.digest.pk: issue.digest for issue in issues.values() if issue.digest}

    def as_data(self) -> list[dict[str, Any]]:
        return [self._result(result) for result in self.results]

    def _result(self, result: Result) -> dict[str, Any]:
        link = self.references[result.issue.pk]
        return {
            **target(result, self.scope, link["url"]),
            "title": highlighted(result.title),
            "excerpt": highlighted(result.excerpt),
            "score": self.scores[result.pk],
            **self.issue_data[result.issue.pk],
            "issue": link,
        }


def target(result: Result, scope: Scope, url: str | None) -> dict[str, Any]:
    """Return the type, the id and the URLs of the story or issue; ``url`` is that of the issue."""
    issue, story = result.issue, result.story
    if story is None:
        api_url = scope.api_url("issues", issue.pk)
        return {"type": "issue", "id": issue.pk, "url": url, "api_url": api_url}
    api_url = scope.localized_url(issue, scope.api_url("stories", story.block_id))
    return {
        "type": "story",
        "id": story.block_id,
        "url": f"{url}#{story.anchor}",
        "api_url": api_url,
    }


def query(found: SearchResults, url: str) -> dict[str, Any]:
    """Return the query and its corrections; ``url`` is that of the first page of results."""
    corrected = [{"written": word, "searched": other} for word, other in found.corrections]
    return {
        "text": found.query,
        "searched": found.searched_query,
        "corrections": corrected,
        "literal_url": replace_query_param(url, "correct", "false") if corrected else None,
        "match": "all" if found.is_complete else "some",
    }


def promotions(promoted: Iterable[Promotion], scope: Scope) -> list[dict[str, Any]]:
    promoted = list(promoted)
    with_locales(promotion.page for promotion in promoted if promotion.page)
    return [
        promotion._asdict() | {"page": promotion.page and page(promotion.page, scope)}
        for promotion in promoted
    ]


def facets(counts: Counts, scope: Scope, digests: Mapping[int, Any]) -> dict[str, Any]:
    """Return the facets: tags and digests by frequency, years newest first.

    ``digests`` are public ones that have been read before, by primary key.
    """
    years = sorted(counts.years.items(), reverse=True)
    return {
        "tags": _tags(counts.tags, scope),
        "digests": _digests(counts.parents, scope, digests),
        "years": [{"year": year, "count": count} for year, count in years],
    }


def _most_frequent(numbers: Counter[int]) -> list[int]:
    return sorted(numbers, key=lambda pk: (-numbers[pk], pk))[:MAX_FACETS]


def _tags(numbers: Counter[int], scope: Scope) -> list[dict[str, Any]]:
    tags = statements.fetch(("facets",), _tags_with_slug, pks=_most_frequent(numbers))
    return [
        {
            "name": name,
            "slug": slug,
            "count": numbers[pk],
            "url": scope.tag_url(slug),
            "api_url": scope.api_url("tags", slug),
        }
        for name, pk, slug in sorted(tags, key=lambda tag: (-numbers[tag[1]], *tag))
    ]


def _tags_with_slug(pks: list[Any]) -> QuerySet:
    """Return tags; one of emoji alone has no slug, and so no URL."""
    return Tag.objects.exclude(slug="").filter(In(F("pk"), pks)).values_list("name", "pk", "slug")


def _digests(numbers: Counter[int], scope: Scope, known: Mapping[int, Any]) -> list[dict[str, Any]]:
    frequent = _most_frequent(numbers)
    digests = [known[pk] for pk in frequent if pk in known]
    if len(digests) < len(frequent):
        others = scope.digests(pk__in=[pk for pk in frequent if pk not in known]).order_by()
        digests += with_locales(others.only(*LINKED))
    return [
        digest_reference(digest, scope) | {"count": numbers[digest.pk]}
        for digest in sorted(digests, key=lambda page: (-numbers[page.pk], page.title, page.pk))
    ]


def suggestion(suggested: Suggestion, scope: Scope) -> dict[str, Any]:
    return {"type": suggested.kind, **highlighted(suggested.highlighted), **_urls(suggested, scope)}


def _urls(suggested: Suggestion, scope: Scope) -> dict[str, Any]:
    if suggested.kind == "title":
        scope.note_shown("issue", [suggested.target.issue])
        data = target(suggested.target, scope, scope.page_url(suggested.target.issue))
        return {"url": data["url"], "api_url": data["api_url"]}
    if suggested.kind == "tag":
        slug = suggested.target.slug
        return {"url": scope.tag_url(slug), "api_url": scope.api_url("tags", slug)}
    return {
        "url": None,
        "api_url": replace_query_param(scope.api_url("search"), "q", suggested.text),
    }
