"""The results of a search: counts, ranking, and the stories and issues themselves."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet

from digest.contrib.search.engines import engine
from digest.contrib.search.expansion import Plan
from digest.contrib.search.highlighting import HighlightedText, excerpt, highlight
from digest.contrib.search.index import texts_of_issue, texts_of_story
from digest.contrib.search.matching import Term, any_of, terms, token_text
from digest.contrib.search.models import Entry, day_number
from digest.contrib.search.ranking import Candidate, Hit, rank
from digest.pages.page_models import get_issue_page_model
from digest.pages.stories import Story

# The newest matches are ranked; if there are more, some older ones that probably fit best, too.
MAX_RANKED, MAX_BEST = 1000, 300
# The newest matches are counted.
MAX_COUNTED = 5_000


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

    @property
    def is_empty(self) -> bool:
        return not self._newest

    @cached_property
    def _newest(self) -> dict[int, Candidate]:
        return _read_candidates(self.entries[:MAX_RANKED])

    @cached_property
    def hits(self) -> list[Hit]:
        """The hits by relevance, among ``MAX_RANKED`` of the newest matches and the likely best."""
        return rank(list(self._candidates()), self.plan) if self.plan else []

    def _candidates(self) -> Iterator[Candidate]:
        candidates = self._newest
        if len(candidates) == MAX_RANKED:
            in_titles = engine().matching(self.visible, self.plan.match(), in_titles=True)
            candidates = candidates | _read_candidates(in_titles[:MAX_BEST])
            if self.plan.phrase:
                phrase = self.plan.without_excluded(self.plan.phrase)
                # Among counted entries only: a scan of older ones may take long.
                counted = self.visible.filter(pk__gte=self._count_rows[-1][0])
                phrase_matches = engine().matching(counted, phrase)
                candidates = candidates | _read_candidates(phrase_matches[:MAX_BEST])
        excluded = [token_text(term) for term in self.plan.excluded]
        for candidate in candidates.values():
            if not any(term in text for term in excluded for text in candidate.texts):
                yield candidate

    @cached_property
    def counts(self) -> Counts:
        """The counts of ``MAX_COUNTED`` of the newest matches."""
        rows = self._count_rows[:MAX_COUNTED]
        pks, parents, tag_ids = zip(*rows, strict=True) if rows else ((), (), ())
        tags = Counter(" ".join(tag_ids).split())
        years: Counter[int] = Counter()
        for day, number in Counter(map(day_number, pks)).items():  # Converts each day once.
            years[date.fromordinal(day).year] += number
        by_tag = Counter({int(tag): number for tag, number in tags.items()})
        return Counts(
            len(rows), len(rows) == len(self._count_rows), by_tag, Counter(parents), years
        )

    @cached_property
    def _count_rows(self) -> list[tuple[int, int, str]]:
        """The rows of ``MAX_COUNTED`` entries, and one more if there are more."""
        if len(self._newest) < MAX_RANKED:
            return [entry.count_row for entry in self._newest.values()]
        return list(self.entries.values_list("pk", "parent_id", "tag_ids")[: MAX_COUNTED + 1])

    def get_results(self, pks: Sequence[int]) -> list[Result]:
        """Return the results for these primary keys of entries, in this order."""
        entries = Entry.objects.only("issue_id", "story_id").in_bulk(pks)
        entries = [entries[pk] for pk in pks if pk in entries]
        issues, stories = _issues_of(entries), _stories_of(entries)
        return [
            self._result(entry.pk, issues[entry.issue_id], stories.get(entry.story_id))
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


def _read_candidates(entries: QuerySet) -> dict[int, Candidate]:
    rows = entries.values_list("pk", "title", "summary", "body", "parent_id", "tag_ids")
    return {row[0]: Candidate(*row) for row in rows}


def _issues_of(entries: Iterable[Entry]) -> dict[int, Any]:
    """Map ids to the issues of the entries, with the body only if the issue itself is an entry."""
    with_body = {entry.issue_id for entry in entries if entry.story_id is None}
    issues = get_issue_page_model().objects
    whole = issues.in_bulk(with_body)
    others = {entry.issue_id for entry in entries} - with_body
    return whole | issues.defer("body").in_bulk(others)


def _stories_of(entries: Iterable[Entry]) -> dict[int, Story]:
    pks = [entry.story_id for entry in entries if entry.story_id]
    return Story.objects.defer("value").in_bulk(pks)
