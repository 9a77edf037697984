"""What readers' search finds turned into the data of an answer, at a constant number of queries.

The shapes, as the schema tells them, are in ``digest.contrib.search.api.serializers``.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rest_framework.utils.urls import replace_query_param
from taggit.models import Tag

from digest.api.issues import Issues
from digest.api.representations import digest_reference, page, reference
from digest.api.scope import Scope
from digest.contrib.search.highlighting import Marked
from digest.contrib.search.promotions import Promotion
from digest.contrib.search.results import Counts, Found, Result
from digest.contrib.search.suggestions import Suggestion
from digest.pages.listing import with_locales

# What a result tells of its issue, as the issue itself does.
OF_THE_ISSUE = {"date", "locale", "tags", "digest"}
# Of tags and of digests, the most frequent ones are counted.
MAX_FACETS = 50


def marked(found: Marked) -> dict[str, Any]:
    """A text with the words in it that were found."""
    return {"text": found.text, "html": found.html, "marks": found.marks}


class Results:
    """The results of an answer, by the rows of a page of them; ``as_data`` makes their data."""

    def __init__(self, found: Found, rows: Iterable[Any], scope: Scope) -> None:
        self.scores = {row.pk: getattr(row, "score", None) for row in rows}
        self.results, self.scope = found.shown([*self.scores]), scope
        issues = {result.issue.pk: result.issue for result in self.results}
        told = Issues(issues.values(), OF_THE_ISSUE, scope).as_data()
        self.told = dict(zip(issues, told, strict=True))

    def as_data(self) -> list[dict[str, Any]]:
        """The data of the results, in their order."""
        return [self._result(result) for result in self.results]

    def _result(self, result: Result) -> dict[str, Any]:
        return {
            **target(result, self.scope),
            "title": marked(result.title),
            "excerpt": marked(result.excerpt),
            "score": self.scores[result.pk],
            **self.told[result.issue.pk],
            "issue": reference(result.issue, self.scope),
        }


def target(result: Result, scope: Scope) -> dict[str, Any]:
    """Which story or issue a result is, and where."""
    issue, story = result.issue, result.story
    url = scope.page_url(issue)
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


def query(found: Found, address: str) -> dict[str, Any]:
    """What was searched for; ``address`` is that of the first page of the answer."""
    corrected = [{"written": word, "searched": other} for word, other in found.corrections]
    return {
        "text": found.asked,
        "searched": found.searched,
        "corrections": corrected,
        "literal_url": replace_query_param(address, "correct", "false") if corrected else None,
        "match": "all" if found.is_complete else "some",
    }


def promotions(found: Iterable[Promotion], scope: Scope) -> list[dict[str, Any]]:
    """What editors want to be seen first."""
    found = list(found)
    with_locales(promotion.page for promotion in found if promotion.page)
    return [
        promotion._asdict() | {"page": promotion.page and page(promotion.page, scope)}
        for promotion in found
    ]


def facets(counts: Counts, scope: Scope) -> dict[str, Any]:
    """By what the results can be narrowed: the most frequent first, and the newest years."""
    years = sorted(counts.years.items(), reverse=True)
    return {
        "tags": _tags(counts.tags, scope),
        "digests": _digests(counts.parents, scope),
        "years": [{"year": year, "count": count} for year, count in years],
    }


def _most_frequent(numbers: Counter[int]) -> list[int]:
    return sorted(numbers, key=lambda pk: (-numbers[pk], pk))[:MAX_FACETS]


def _tags(numbers: Counter[int], scope: Scope) -> list[dict[str, Any]]:
    """One without a slug (an emoji alone) has no address and is left out."""
    tags = Tag.objects.exclude(slug="").filter(pk__in=_most_frequent(numbers))
    return [
        {
            "name": tag.name,
            "slug": tag.slug,
            "count": numbers[tag.pk],
            "url": scope.tag_url(tag.slug),
            "api_url": scope.api_url("tags", tag.slug),
        }
        for tag in sorted(tags, key=lambda tag: (-numbers[tag.pk], tag.name, tag.pk))
    ]


def _digests(numbers: Counter[int], scope: Scope) -> list[dict[str, Any]]:
    digests = scope.digests(pk__in=_most_frequent(numbers)).select_related("locale")
    return [
        digest_reference(digest, scope) | {"count": numbers[digest.pk]}
        for digest in sorted(digests, key=lambda page: (-numbers[page.pk], page.title, page.pk))
    ]


def suggestion(found: Suggestion, scope: Scope) -> dict[str, Any]:
    """What somebody who is typing may want."""
    return {"type": found.kind, **marked(found.marked), **_aim(found, scope)}


def _aim(found: Suggestion, scope: Scope) -> dict[str, Any]:
    if found.kind == "title":
        scope.note_shown("issue", [found.target.issue])
        aim = target(found.target, scope)
        return {"url": aim["url"], "api_url": aim["api_url"]}
    if found.kind == "tag":
        slug = found.target.slug
        return {"url": scope.tag_url(slug), "api_url": scope.api_url("tags", slug)}
    return {"url": None, "api_url": replace_query_param(scope.api_url("search"), "q", found.text)}
