"""The results of a search: counts, ranking, and the stories and issues themselves."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import F, QuerySet
from django.db.models.lookups import In

from digest import statements
from digest.contrib.search.engines.base import Counted
from digest.contrib.search.expansion import Plan
from digest.contrib.search.highlighting import HighlightedText, excerpt, highlight
from digest.contrib.search.index import texts_of_issue, texts_of_story
from digest.contrib.search.matching import Match, Term, any_of, terms, token_text
from digest.contrib.search.models import Entry, day_number
from digest.contrib.search.ranking import Candidate, Hit, rank
from digest.contrib.search.visible import VisibleEntries
from digest.pages.page_models import get_issue_page_model
from digest.pages.stories import Story

# The newest matches are ranked; if there are more, some older ones that probably fit best, too.
MAX_RANKED, MAX_BEST = 1000, 300
# The newest matches are counted.
MAX_COUNTED = 5_000
# Rows with the values of a ``Candidate``, by primary key.
Candidates = dict[int, tuple[Any, ...]]
# The fields that ``texts_of_issue`` reads.
ISSUE_TEXTS = ("headline", "summary", "body")
# The fields of entries that only ranking reads, and the stored block of a story.
UNREAD = ("parent_id", "tag_ids", "language", "title", "summary", "body", "story__value")


class Counts(NamedTuple):
    """The number of matching entries, in all and by tag, parent page and year."""

    total: int
    is_exact: bool
    tags: Counter[int]
    parents: Counter[int]
    years: Counter[int]


class Result(NamedTuple):
    """A matching story or issue, with highlights."""

    pk: int
    issue: Any
    story: Story | None
    title: HighlightedText
    excerpt: HighlightedText


@dataclass
class SearchResults:
    """The results of a query, read from the database when needed.

    ``searched_query`` is ``query`` with corrections; results are complete if they have all words.
    """

    query: str
    searched_query: str
    visible: VisibleEntries | None = None
    match: Match | None = None
    plan: Plan | None = None
    corrections: list[tuple[str, str]] = field(default_factory=list)
    is_complete: bool = True

    @property
    def is_empty(self) -> bool:
        return not self._newest

    @property
    def entries(self) -> QuerySet:
        """The matching entries, the newest first."""
        return self.visible.matching(self.match) if self.visible else Entry.objects.none()

    @cached_property
    def _newest(self) -> Candidates:
        return self._candidates_of(self.match, MAX_RANKED) if self.visible else {}

    def _candidates_of(self, match: Match, limit: int, **options: Any) -> Candidates:
        rows = self.visible.newest(Candidate._fields, limit, match, **options)
        return {row[0]: row for row in rows}

    @cached_property
    def hits(self) -> list[Hit]:
        """The hits by relevance, among ``MAX_RANKED`` of the newest matches and the likely best."""
        return rank(self._candidates(), self.plan) if self.plan else []

    def _candidates(self) -> list[tuple[Any, ...]]:
        candidates = dict(self._newest)
        if len(candidates) == MAX_RANKED:
            candidates |= self._candidates_of(self.plan.match(), MAX_BEST, in_titles=True)
            if self.plan.phrase:
                phrase = self.plan.without_excluded(self.plan.phrase)
                # Among counted entries only: a scan of older ones may take long.
                since = {"pk__gte": self._counted[-1][0]}
                candidates |= self._candidates_of(phrase, MAX_BEST, **since)
        return _without([token_text(term) for term in self.plan.excluded], candidates.values())

    @cached_property
    def counts(self) -> Counts:
        """The counts of ``MAX_COUNTED`` of the newest matches."""
        rows, total = self._counted, sum(map(itemgetter(1), self._counted))
        is_exact = total <= MAX_COUNTED
        if not is_exact:
            *rows, (pk, number, *others) = rows
            rows += [(pk, number - 1, *others)] if number > 1 else []
        return Counts(min(total, MAX_COUNTED), is_exact, *_count(rows))

    @cached_property
    def _counted(self) -> list[Counted]:
        """The newest matches, the newest first: ``MAX_COUNTED``, and one more if there are more."""
        rows = islice(self._newest.values(), MAX_COUNTED + 1)
        newest = [(pk, 1, parent, tags) for pk, _title, _summary, _body, parent, tags in rows]
        if len(newest) < MAX_RANKED:
            return newest
        return newest + self._counted_before(newest[-1][0], MAX_COUNTED + 1 - len(newest))

    def _counted_before(self, pk: int, limit: int) -> list[Counted]:
        found = self.visible.newest_by_issue(self.match, pk, limit)
        shown = [row for row in found if row[2] is not None]
        if len(shown) == len(found) or sum(map(itemgetter(1), found)) < limit:
            return shown
        # Some of the newest are hidden, so older ones are counted as well.
        entries = self.entries.filter(pk__lt=pk).values_list("pk", "parent_id", "tag_ids")
        return [(pk, 1, parent, tag_ids) for pk, parent, tag_ids in entries[:limit]]

    def get_results(self, pks: Sequence[int], only: Iterable[str] = ()) -> list[Result]:
        """Return the results for these primary keys of entries, in this order.

        ``only`` names the fields of issues to load; by default, all but the body are.
        """
        rows = statements.fetch(("entries",), _entries_of, pks=list(pks))
        found = {entry.pk: entry for entry in rows}
        entries = [found[pk] for pk in pks if pk in found]
        issues = _issues_of(entries, only)
        return [
            self._result(entry.pk, issues[entry.issue_id], entry.story)
            for entry in entries
            if entry.issue_id in issues
        ]

    def _result(self, pk: int, issue: Any, story: Story | None) -> Result:
        if story:
            title, text = texts_of_story(story)
        else:
            title, summary, rest = texts_of_issue(issue)
            text = " ".join(f"{summary} {rest}".split())
        return Result(pk, issue, story, highlight(title, self._terms), excerpt(text, self._terms))

    @cached_property
    def _terms(self) -> list[Term]:
        return (
            list(terms(any_of(clause.match for clause in self.plan.clauses))) if self.plan else []
        )


def _entries_of(pks: list[Any]) -> QuerySet:
    """Return entries with their stories, without what only ranking reads and the stored block."""
    return Entry.objects.filter(In(F("pk"), pks)).select_related("story").defer(*UNREAD)


def _without(excluded: list[str], candidates: Iterable[tuple]) -> list[tuple[Any, ...]]:
    if not excluded:
        return list(candidates)
    return [
        candidate
        for candidate in candidates
        if not any(term in text for term in excluded for text in candidate[1:4])
    ]


def _count(rows: Iterable[Counted]) -> tuple[Counter[int], Counter[int], Counter[int]]:
    """Return the numbers of entries by tag, parent page and year."""
    by_number: dict[int, list[Counted]] = defaultdict(list)
    for row in rows:
        by_number[row[1]].append(row)
    tags: Counter[str] = Counter()
    parents: Counter[int] = Counter()
    years: Counter[int] = Counter()
    for number, group in by_number.items():
        pks, _numbers, parent_ids, tag_ids = zip(*group, strict=True)
        _add(tags, " ".join(tag_ids).split(), number)
        _add(parents, parent_ids, number)
        _add(years, map(_year, map(day_number, pks)), number)
    return Counter({int(tag): number for tag, number in tags.items()}), parents, years


def _add(counter: Counter[Any], values: Iterable[Any], number: int) -> None:
    """Count each of the values as this number of them."""
    for value, times in Counter(values).items():
        counter[value] += times * number


@cache
def _year(day: int) -> int:
    return date.fromordinal(day).year


def _issues_of(entries: Iterable[Entry], only: Iterable[str]) -> dict[int, Any]:
    """Map ids to the issues of the entries, with the body only if the issue itself is an entry."""
    with_body = {entry.issue_id for entry in entries if entry.story is None}
    others = {entry.issue_id for entry in entries} - with_body
    found = _issues(with_body, only, with_body=True) + _issues(others, only, with_body=False)
    return {issue.pk: issue for issue in found}


def _issues(pks: Collection[int], only: Iterable[str], with_body: bool) -> list[Any]:
    def build(pks: list[Any]) -> QuerySet:
        issues = get_issue_page_model().objects.filter(In(F("pk"), pks)).order_by()
        if only:
            return issues.only(*only, *(ISSUE_TEXTS if with_body else ()))
        return issues if with_body else issues.defer("body")

    return statements.fetch(("found issues", *only, with_body), build, pks=list(pks)) if pks else []
