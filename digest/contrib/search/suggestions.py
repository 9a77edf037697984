"""Suggest tags, popular queries and titles while a reader types.

All of them are public; words of the vocabulary are never suggested.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from taggit.models import Tag
from wagtail.models import Site

from digest.contrib.search.analysis import UNSPACED, fold, is_hangul, tokens
from digest.contrib.search.highlighting import HighlightedText, highlight
from digest.contrib.search.log import popular_queries
from digest.contrib.search.matching import Term, all_of
from digest.contrib.search.parsing import parse
from digest.contrib.search.querying import search
from digest.contrib.search.results import Result, SearchResults
from digest.contrib.search.visible import VisibleEntries
from digest.pages.page_models import get_issue_tag_model

# How many of the newest matching titles are ordered, and how many popular queries are searched for.
MAX_TITLES, MAX_QUERIES = 50, 25


class Suggestion(NamedTuple):
    """A suggestion; ``kind`` is "tag", "query" or "title"."""

    kind: str
    text: str
    highlighted: HighlightedText
    target: Any  # The tag, None, or the ``Result`` with the title.


def suggest(text: str, site: Site, issues: QuerySet, limit: int = 8) -> list[Suggestion]:
    """Return suggestions from these public issues of the site; raise parsing.TooLong.

    Tags and queries come first, each up to a quarter of the limit.
    """
    parse(text)
    typed = tokens(text)
    if not typed or not _is_long_enough(typed[-1]):
        return []
    start = " ".join(typed)
    # In Korean, particles are attached to words.
    terms = [Term((token,), is_prefix=is_hangul(token)) for token in typed[:-1]]
    terms.append(_last_term(typed[-1]))
    candidates = [
        *islice(_tags(start, issues), limit // 4),
        *islice(_queries(start, site, issues), limit // 4),
        *_titles(start, terms, issues, limit),
    ]
    suggestions: dict[str, Suggestion] = {}
    for kind, candidate, target in candidates:
        suggestion = Suggestion(kind, candidate, highlight(candidate, terms), target)
        suggestions.setdefault(fold(candidate), suggestion)
    return [*suggestions.values()][:limit]


def _is_long_enough(last: str) -> bool:
    """Return whether the last token has two letters, or is Korean or in a script without spaces."""
    return len(last) > 1 or is_hangul(last) or re.match(f"[{UNSPACED}]", last) is not None


def _last_term(token: str) -> Term:
    return Term((token,), is_prefix=len(token) > 1 or is_hangul(token))


@lru_cache(maxsize=16_384)
def _folded(name: str) -> str:
    return " ".join(tokens(name))


def _tags(start: str, issues: QuerySet) -> Iterator[tuple[str, str, Tag]]:
    """Yield tags of public issues whose names begin with ``start``, short ones first."""
    names = Tag.objects.exclude(slug="").values_list("pk", "name")
    pks = [pk for pk, name in names if _folded(name).startswith(start)]
    visible = Exists(issues.order_by().filter(pk=OuterRef("content_object")))
    uses = get_issue_tag_model().objects.filter(visible, tag=OuterRef("pk"))
    tags = Tag.objects.filter(Exists(uses), pk__in=pks) if pks else []
    for tag in sorted(tags, key=lambda tag: (len(tag.name), tag.name)):
        yield "tag", tag.name, tag


def _queries(start: str, site: Site, issues: QuerySet) -> Iterator[tuple[str, str, None]]:
    """Yield popular queries that begin with ``start`` and have results now."""
    popular = (query for query in popular_queries(site) if _folded(query).startswith(start))
    for query in islice(filter(_is_plain, popular), MAX_QUERIES):
        if search(query, issues, correct=False).entries[:1].exists():
            yield "query", query, None


def _is_plain(query: str) -> bool:
    """Return whether a query has only words that its results have.

    Otherwise anyone could place their own words in the suggestions.
    """
    # Some scripts have no spaces between tokens.
    if fold(query).replace(" ", "") != "".join(tokens(query)):
        return False
    parsed = parse(query)
    one_each = all(len(group) == 1 and not group[0].is_quoted for group in parsed.groups)
    return one_each and not parsed.excluded


def _titles(
    start: str, terms: list[Term], issues: QuerySet, limit: int
) -> list[tuple[str, str, Result]]:
    """Return titles with all terms: first those that begin with ``start``, then the newest."""
    visible = VisibleEntries(lambda: issues)
    rows = visible.newest(["title", "pk"], MAX_TITLES, all_of(terms), in_titles=True)
    # Of equal titles, the newest.
    pks = dict(reversed(rows))
    best = sorted(pks.items(), key=lambda row: (not row[0].startswith(f" {start}"), -row[1]))
    results = SearchResults("", "")
    best_pks = [pk for _title, pk in best[:limit]]
    return [("title", result.title.text, result) for result in results.get_results(best_pks)]
