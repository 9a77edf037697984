"""What a search found: how many, in which order, and as readers are shown it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet

from digest.contrib.search.engines import engine
from digest.contrib.search.expansion import Plan
from digest.contrib.search.highlighting import Marked, excerpt, highlight
from digest.contrib.search.index import texts_of_issue, texts_of_story
from digest.contrib.search.matching import Term, any_of, terms
from digest.contrib.search.models import Entry, day_number
from digest.contrib.search.ranking import Candidate, Hit, as_written, rank
from digest.pages.page_models import get_issue_page_model
from digest.pages.stories import Story

# Of so many matches, the newest, the order by relevance is made, and of the best besides.
MAX_RANKED, MAX_BEST = 1000, 300
# So many matches are counted, again the newest.
MAX_COUNTED = 5_000


class Counts(NamedTuple):
    """How many entries match, and how many of them there are for each tag, page above, and year."""

    total: int
    is_exact: bool
    tags: Counter[int]
    parents: Counter[int]
    years: Counter[int]


class Result(NamedTuple):
    """An entry as readers are shown it."""

    pk: int
    issue: Any
    story: Story | None
    title: Marked
    excerpt: Marked


@dataclass
class Found:
    """What was found for a text; what costs queries is found when it is asked for."""

    asked: str
    searched: str
    entries: QuerySet
    plan: Plan | None = None
    corrections: list[tuple[str, str]] = field(default_factory=list)
    is_complete: bool = True
    visible: QuerySet | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing matches."""
        return not self._newest

    @cached_property
    def _newest(self) -> dict[int, Candidate]:
        return _read(self.entries[:MAX_RANKED])

    @cached_property
    def hits(self) -> list[Hit]:
        """The matches by relevance, at most ``MAX_RANKED`` of the newest and the best."""
        return rank(list(self._candidates()), self.plan) if self.plan else []

    def _candidates(self) -> Iterator[Candidate]:
        found = self._newest
        if len(found) == MAX_RANKED:
            titled = engine().matching(self.visible, self.plan.match(), in_titles=True)
            found = found | _read(titled[:MAX_BEST])
            if self.plan.phrase:
                phrase = self.plan.without_excluded(self.plan.phrase)
                # Among those that are counted: further back, it may be long to the next one.
                counted = self.visible.filter(pk__gte=self._counted[-1][0])
                found = found | _read(engine().matching(counted, phrase)[:MAX_BEST])
        unwanted = [as_written(term) for term in self.plan.excluded]
        for candidate in found.values():
            if not any(term in text for term in unwanted for text in candidate.texts):
                yield candidate

    @cached_property
    def counts(self) -> Counts:
        """How many entries match, of ``MAX_COUNTED`` of the newest."""
        rows = self._counted[:MAX_COUNTED]
        pks, parents, tag_ids = zip(*rows, strict=True) if rows else ((), (), ())
        tags = Counter(" ".join(tag_ids).split())
        years: Counter[int] = Counter()
        for day, number in Counter(map(day_number, pks)).items():  # there are few days
            years[date.fromordinal(day).year] += number
        by_tag = Counter({int(tag): number for tag, number in tags.items()})
        return Counts(len(rows), len(rows) == len(self._counted), by_tag, Counter(parents), years)

    @cached_property
    def _counted(self) -> list[tuple[int, int, str]]:
        """What is counted of the entries, and one more if there are more."""
        if len(self._newest) < MAX_RANKED:
            return [entry.counted for entry in self._newest.values()]
        return list(self.entries.values_list("pk", "parent_id", "tag_ids")[: MAX_COUNTED + 1])

    def shown(self, pks: Sequence[int]) -> list[Result]:
        """The entries of these ids, in this order, as readers are shown them."""
        entries = Entry.objects.only("issue_id", "story_id").in_bulk(pks)
        entries = [entries[pk] for pk in pks if pk in entries]
        issues, stories = _issues_of(entries), _stories_of(entries)
        known = [entry for entry in entries if entry.issue_id in issues]
        return [
            self._result(entry.pk, issues[entry.issue_id], stories.get(entry.story_id))
            for entry in known
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
        return list(terms(any_of(slot.match for slot in self.plan.slots))) if self.plan else []


def _read(entries: QuerySet) -> dict[int, Candidate]:
    rows = entries.values_list("pk", "title", "summary", "body", "parent_id", "tag_ids")
    return {row[0]: Candidate(*row) for row in rows}


def _issues_of(entries: Iterable[Entry]) -> dict[int, Any]:
    """The issues of the entries, with the body only where the issue itself was found."""
    with_body = {entry.issue_id for entry in entries if entry.story_id is None}
    issues = get_issue_page_model().objects
    found = issues.in_bulk(with_body)
    others = {entry.issue_id for entry in entries} - with_body
    return found | issues.defer("body").in_bulk(others)


def _stories_of(entries: Iterable[Entry]) -> dict[int, Story]:
    pks = [entry.story_id for entry in entries if entry.story_id]
    return Story.objects.defer("value").in_bulk(pks)
