"""What a reader who is still typing may mean: tags, what others searched for, and titles.

All of it is there for everyone to read: the words of the index are never suggested.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from taggit.models import Tag
from wagtail.models import Site

from digest.contrib.search import finding, log
from digest.contrib.search.analysis import UNSPACED, fold, tokens
from digest.contrib.search.engines import engine
from digest.contrib.search.highlighting import Marked, highlight
from digest.contrib.search.matching import Term, all_of
from digest.contrib.search.models import Entry
from digest.contrib.search.parsing import parse
from digest.contrib.search.results import Found, Result
from digest.pages.page_models import get_issue_tag_model

# So many of the newest titles that match are put in order, and so many queries are tried.
MAX_TITLES, MAX_QUERIES = 50, 25


class Suggestion(NamedTuple):
    """What to offer; ``kind`` is "tag", "query" or "title"."""

    kind: str
    text: str
    marked: Marked
    target: Any  # the tag, None, or the ``Result`` with the title


def suggest(text: str, site: Site, issues: QuerySet, limit: int = 8) -> list[Suggestion]:
    """What the text may become among these public issues of the site; raises parsing.TooLong.

    Tags and queries come first, and have up to a quarter of the places each.
    """
    parse(text)
    typed = tokens(text)
    if not typed or not _says_enough(typed[-1]):
        return []
    start = " ".join(typed)
    words = [*(Term((token,)) for token in typed[:-1]), _last(typed[-1])]
    offered = [
        *islice(_tags(start, issues), limit // 4),
        *islice(_queries(start, site, issues), limit // 4),
        *_titles(start, words, issues, limit),
    ]
    different: dict[str, Suggestion] = {}
    for kind, said, target in offered:
        suggestion = Suggestion(kind, said, highlight(said, words), target)
        different.setdefault(fold(said), suggestion)
    return [*different.values()][:limit]


def _says_enough(last: str) -> bool:
    """Two letters of the last word, or a character of writing without spaces."""
    return len(last) > 1 or re.match(f"[{UNSPACED}]", last) is not None


def _last(token: str) -> Term:
    return Term((token,), is_prefix=len(token) > 1)


@lru_cache(maxsize=16_384)
def _folded(name: str) -> str:
    return " ".join(tokens(name))


def _tags(start: str, issues: QuerySet) -> Iterator[tuple[str, str, Tag]]:
    """Tags that begin so, short ones first, if a public issue has them."""
    names = Tag.objects.exclude(slug="").values_list("pk", "name")
    found = [pk for pk, name in names if _folded(name).startswith(start)]
    visible = Exists(issues.order_by().filter(pk=OuterRef("content_object")))
    uses = get_issue_tag_model().objects.filter(visible, tag=OuterRef("pk"))
    tags = Tag.objects.filter(Exists(uses), pk__in=found) if found else []
    for tag in sorted(tags, key=lambda tag: (len(tag.name), tag.name)):
        yield "tag", tag.name, tag


def _queries(start: str, site: Site, issues: QuerySet) -> Iterator[tuple[str, str, None]]:
    """Queries that others wrote often, if they have results now."""
    found = (query for query in log.popular(site) if _folded(query).startswith(start))
    for query in islice(filter(_is_plain, found), MAX_QUERIES):
        if finding.search(query, issues, correct=False).entries[:1].exists():
            yield "query", query, None


def _is_plain(query: str) -> bool:
    """Whether all of it is to be found: else anything could be said in it, and shown to others."""
    if fold(query) != " ".join(tokens(query)):
        return False
    parsed = parse(query)
    one_each = all(len(group) == 1 and not group[0].is_quoted for group in parsed.groups)
    return one_each and not parsed.excluded


def _titles(
    start: str, words: list[Term], issues: QuerySet, limit: int
) -> list[tuple[str, str, Result]]:
    """Titles that have the words: those that begin so first, then the newest."""
    entries = engine().matching(finding.visible(issues), all_of(words), in_titles=True)
    rows = list(entries.values_list("title", "pk")[:MAX_TITLES])
    # Of those that say the same, the newest.
    pks = dict(reversed(rows))
    best = sorted(pks.items(), key=lambda row: (not row[0].startswith(f" {start}"), -row[1]))
    shown = Found("", "", Entry.objects.none()).shown([pk for _title, pk in best[:limit]])
    return [("title", result.title.text, result) for result in shown]
