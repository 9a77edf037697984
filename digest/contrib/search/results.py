"""The results of a search: counts, ranking, and the stories and issues themselves."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet

from digest.contrib.search.engines import engine
from digest.contrib.search.engines.base import Counted
from digest.contrib.search.expansion import Plan
from digest.contrib.search.highlighting import HighlightedText, excerpt, highlight
from digest.contrib.search.index import texts_of_issue, texts_of_story
from digest.contrib.search.matching import Match, Term, any_of, terms, token_text
from digest.contrib.search.models import Entry, day_number
from digest.contrib.search.ranking import Candidate, Hit, rank
from digest.pages.page_models import get_issue_page_model
from digest.pages.stories import Story

# The newest matches are ranked; if there are more, some older ones that probably fit best, too.
MAX_RANKED, MAX_BEST = 1000, 300
# The newest matches are counted.
MAX_COUNTED = 5_000
# The fields that ``texts_of_issue`` reads.
ISSUE_TEXTS = ("headline", "summary", "body")
# Entries with their stories, without what only ranking reads and without the stored block.
ENTRIES = Entry.objects.select_related("story").defer(
    "parent_id", "tag_ids", "language", "title", "summary", "body", "story__value"
)


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
    entries: QuerySet
    plan: Plan | None = None
    corrections: list[tuple[str, str]] = field(default_factory=list)
    is_complete: bool = True
    visible: QuerySet | None = None
    match: Match | None = None

    @property
    def is_empty(self) -> bool:
        return not self._newest

    @cached_property
    def _newest(self) -> dict[int, Candidate]:
        return _read_candidates(self.entries[:MAX_RANKED])

    @cached_property
    def hits(self) -> list[Hit]:
        """The hits by relevance, among ``MAX_RANKED`` of the newest matches and the likely best."""
        return rank(self._candidates(), self.plan) if self.plan else []

    def _candidates(self) -> list[Candidate]:
        candidates = self._newest
        if len(candidates) == MAX_RANKED:
            in_titles = engine().matching(self.visible, self.plan.match(), in_titles=True)
            candidates = candidates | _read_candidates(in_titles[:MAX_BEST])
            if self.plan.phrase:
                phrase = self.plan.without_excluded(self.plan.phrase)
                # Among counted entries only: a scan of older ones may take long.
                counted = self.visible.filter(pk__gte=self._counted[-1].pk)
                phrase_matches = engine().matching(counted, phrase)
                candidates = candidates | _read_candidates(phrase_matches[:MAX_BEST])
        return _without([token_text(term) for term in self.plan.excluded], candidates.values())

    @cached_property
    def counts(self) -> Counts:
        """The counts of ``MAX_COUNTED`` of the newest matches."""
        rows, total = self._counted, sum(row.number for row in self._counted)
        is_exact = total <= MAX_COUNTED
        if not is_exact:
            *rows, oldest = rows
            rows += [oldest._replace(number=oldest.number - 1)] if oldest.number > 1 else []
        return Counts(min(total, MAX_COUNTED), is_exact, *_count(rows))

    @cached_property
    def _counted(self) -> list[Candidate | Counted]:
        """The newest matches, the newest first: ``MAX_COUNTED``, and one more if there are more."""
        newest = list(self._newest.values())[: MAX_COUNTED + 1]
        if len(newest) < MAX_RANKED:
            return newest
        return newest + self._counted_before(newest[-1].pk, MAX_COUNTED + 1 - len(newest))

    def _counted_before(self, pk: int, limit: int) -> list[Counted]:
        found = engine().newest_by_issue(self.visible, self.match, pk, limit)
        shown = [row for row in found if row.parent_id is not None]
        if len(shown) == len(found) or sum(row.number for row in found) < limit:
            return shown
        # Some of the newest are hidden, so older ones are counted as well.
        entries = self.entries.filter(pk__lt=pk).values_list("pk", "parent_id", "tag_ids")
        return [Counted(pk, 1, parent, tag_ids) for pk, parent, tag_ids in entries[:limit]]

    def get_results(self, pks: Sequence[int], only: Iterable[str] = ()) -> list[Result]:
        """Return the results for these primary keys of entries, in this order.

        ``only`` names the fields of issues to load; by default, all but the body are.
        """
        found = ENTRIES.in_bulk(pks)
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


def _without(excluded: list[str], candidates: Iterable[Candidate]) -> list[Candidate]:
    if not excluded:
        return list(candidates)
    return [c for c in candidates if not any(term in text for term in excluded for text in c.texts)]


def _count(rows: Iterable[Candidate | Counted]) -> tuple[Counter[int], Counter[int], Counter[int]]:
    """Return the numbers of entries by tag, parent page and year."""
    by_number: dict[int, list[Candidate | Counted]] = defaultdict(list)
    for row in rows:
        by_number[row.number].append(row)
    tags: Counter[int] = Counter()
    parents: Counter[int] = Counter()
    years: Counter[int] = Counter()
    for number, group in by_number.items():
        for tag, times in Counter(" ".join(row.tag_ids for row in group).split()).items():
            tags[int(tag)] += times * number
        for parent, times in Counter(row.parent_id for row in group).items():
            parents[parent] += times * number
        for day, times in Counter(day_number(row.pk) for row in group).items():
            years[date.fromordinal(day).year] += times * number  # converts each day once
    return tags, parents, years


def _read_candidates(entries: QuerySet) -> dict[int, Candidate]:
    rows = entries.values_list("pk", "title", "summary", "body", "parent_id", "tag_ids")
    return {row[0]: Candidate._make(row) for row in rows}


def _issues_of(entries: Iterable[Entry], only: Iterable[str]) -> dict[int, Any]:
    """Map ids to the issues of the entries, with the body only if the issue itself is an entry."""
    with_body = {entry.issue_id for entry in entries if entry.story is None}
    others = {entry.issue_id for entry in entries} - with_body
    issues = get_issue_page_model().objects.order_by()
    if not only:
        return issues.in_bulk(with_body) | issues.defer("body").in_bulk(others)
    return issues.only(*only, *ISSUE_TEXTS).in_bulk(with_body) | issues.only(*only).in_bulk(others)
