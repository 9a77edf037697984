"""A search, from the text that a reader wrote to what was found, on whatever engine."""

from itertools import combinations, islice
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from wagtail.models import Locale

from digest.contrib.search.engines import engine
from digest.contrib.search.expansion import expand
from digest.contrib.search.matching import Match, Term, all_of, any_of
from digest.contrib.search.models import Entry
from digest.contrib.search.parsing import Query, Unit, parse, read
from digest.contrib.search.results import MAX_RANKED, Found
from digest.contrib.search.spelling import candidates

# So many words that nothing has are corrected, of those that a query may have.
MAX_CORRECTED = 4
# So many words that something has are compared, of those that may be meant.
MAX_MEANT = 12


def visible(issues: QuerySet) -> QuerySet:
    """The entries of the issues, which are public ones."""
    return Entry.objects.filter(Exists(issues.order_by().filter(pk=OuterRef("issue_id"))))


def matching_entries(text: str) -> QuerySet:
    """Every entry that has all the words of a text, whoever may see it, for a list to narrow by;
    raises TooLong."""
    query = parse(text)
    if not query.groups:
        return Entry.objects.none()
    return engine().matching(Entry.objects.all(), expand(query, languages()).match())


def languages() -> list[str]:
    """The codes of the languages that issues can be in."""
    return list(Locale.objects.values_list("language_code", flat=True))


def search(
    text: str,
    issues: QuerySet,
    everywhere: QuerySet | None = None,
    is_typing: bool = False,
    correct: bool = True,
) -> Found:
    """Search the public issues for what a reader wrote; raises TooLong.

    Where nothing has all the words, those are corrected that nothing has ``everywhere`` (among all
    public issues of the site); where that does not help, what has most of them is found.
    """
    query = parse(text)
    if not query.groups:
        return Found(query.text, query.text, Entry.objects.none())
    attempt = Attempt(query, visible(issues), is_typing)
    found = attempt.found()
    if not correct or not found.is_empty:
        return found
    return attempt.forgiving(visible(issues if everywhere is None else everywhere))


class Attempt:
    """A query put to the engine, among the entries that may be seen."""

    def __init__(self, query: Query, entries: QuerySet, is_typing: bool) -> None:
        self.query, self.visible, self.is_typing = query, entries, is_typing
        self.codes = languages()
        self.plan = expand(query, self.codes, is_typing)

    def found(self, **what: Any) -> Found:
        """What there is of all the words, or of the match that is named in place of them."""
        match = what.pop("match", None) or self.plan.match()
        entries = engine().matching(self.visible, match)
        text = self.query.text
        return Found(text, text, entries, self.plan, visible=self.visible, **what)

    def has_hits(self, match: Match) -> bool:
        """Whether there is what the match asks for."""
        return engine().matching(self.visible, match).values("pk")[:1].exists()

    def forgiving(self, everywhere: QuerySet) -> Found:
        """With other words in place of those that nothing has; else with some of the words."""
        corrections = self._corrections(everywhere)
        attempt = self
        if corrections:
            query = read(_replaced(self.query.text, corrections))
            attempt = Attempt(query, self.visible, self.is_typing)
        found = attempt.found()
        if found.is_empty:
            found = attempt.some_words() or found
        found.asked = self.query.text
        found.corrections = [(self._text(unit), word) for unit, word in corrections.items()]
        return found

    def some_words(self) -> Found | None:
        """What has all the words but one; where there is nothing, what has any of them."""
        slots = self.plan.slots
        for number in dict.fromkeys([len(slots) - 1, 1]):
            if 0 < number < len(slots):
                some = any_of(
                    all_of(slot.match for slot in chosen) for chosen in combinations(slots, number)
                )
                match = self.plan.without_excluded(some)
                found = self.found(match=match, is_complete=False)
                if not found.is_empty:
                    return found
        return None

    def _corrections(self, everywhere: QuerySet) -> dict[Unit, str]:
        """By word: what is meant by it, of those that no public entry has in any form."""
        parts = [
            (group, part, slot.instead)
            for slot in self.plan.slots
            for group, part in zip(slot.groups, slot.parts, strict=True)
        ]
        known = Attempt(self.query, everywhere, self.is_typing)
        unknown = (
            unit
            for group, part, instead in parts
            if not known.has_hits(any_of([*part, *instead]))
            for unit in group
            if len(unit.tokens) == 1 and not unit.is_quoted
        )
        meant = {unit: known._meant_by(unit) for unit in islice(unknown, MAX_CORRECTED)}
        return {unit: word for unit, word in meant.items() if word}

    def _meant_by(self, unit: Unit) -> str | None:
        """Of the nearest words, one with the same letters; else the one that most entries have."""
        (word,), best, seen = unit.tokens, None, 0
        for distance, parts in candidates(word, self.codes):
            if best and (distance > best[0] or seen == MAX_MEANT):
                break
            found = engine().matching(self.visible, Term(parts)).values("pk")
            if number := found[:MAX_RANKED].count():
                meant, seen = " ".join(parts), seen + 1
                fits = (distance, sorted(meant) != sorted(word), -number, meant)
                best = min(best or fits, fits)
        return best and best[-1]

    def _text(self, unit: Unit) -> str:
        return self.query.text[unit.start : unit.end]


def _replaced(text: str, corrections: dict[Unit, str]) -> str:
    for unit in sorted(corrections, key=lambda unit: unit.start, reverse=True):
        text = f"{text[: unit.start]}{corrections[unit]}{text[unit.end :]}"
    return text
