"""Search public issues for a reader's query, on any engine."""

from itertools import combinations, islice
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Locale

from digest import memo
from digest.contrib.search.engines import engine
from digest.contrib.search.expansion import expand
from digest.contrib.search.matching import Match, Term, all_of, any_of
from digest.contrib.search.models import Entry
from digest.contrib.search.parsing import Query, QueryTerm, parse, parse_any_length
from digest.contrib.search.results import MAX_RANKED, SearchResults
from digest.contrib.search.spelling import find_corrections
from digest.contrib.search.visible import VisibleEntries

# At most this many unknown words of a query are corrected.
MAX_CORRECTED = 4
# At most this many possible corrections of a word are compared.
MAX_COMPARED = 12


def matching_entries(text: str) -> QuerySet:
    """Return every entry with all words of a query, public or not; raise TooLong.

    Use it only to filter a list of public issues or stories.
    """
    query = parse(text)
    if not query.groups:
        return Entry.objects.none()
    return engine().matching(Entry.objects.all(), expand(query, languages()).match())


def languages() -> list[str]:
    """Return the language codes of all locales."""
    codes = Locale.objects.values_list("language_code", flat=True)
    return memo.once("languages", lambda: list(codes))


def search(
    text: str,
    issues: QuerySet,
    everywhere: QuerySet | None = None,
    is_typing: bool = False,
    correct: bool = True,
) -> SearchResults:
    """Search the public issues for a reader's query; raise TooLong.

    If no entry has all words, correct those that no entry of ``everywhere`` has (all public issues
    of the site). If there are still no results, return entries with most of the words.
    """
    visible = VisibleEntries(lambda: issues)
    others = visible if everywhere is None else VisibleEntries(lambda: everywhere)
    return search_entries(text, visible, others, is_typing, correct)


def search_entries(
    text: str, visible: VisibleEntries, everywhere: VisibleEntries, is_typing: bool, correct: bool
) -> SearchResults:
    """Search as ``search`` does, for querysets that may be compiled before."""
    query = parse(text)
    if not query.groups:
        return SearchResults(query.text, query.text)
    attempt = Attempt(query, visible, is_typing)
    results = attempt.results()
    return attempt.relaxed_results(everywhere) if correct and results.is_empty else results


class Attempt:
    """Run a query among visible entries, strictly or relaxed."""

    def __init__(self, query: Query, visible: VisibleEntries, is_typing: bool) -> None:
        self.query, self.visible, self.is_typing = query, visible, is_typing
        self.languages = languages()
        self.plan = expand(query, self.languages, is_typing)

    def results(self, match: Match | None = None, **options: Any) -> SearchResults:
        """Return the entries with all words of the query, or those of ``match``."""
        text, match = self.query.text, match or self.plan.match()
        return SearchResults(text, text, self.visible, match, self.plan, **options)

    def has_matches(self, match: Match) -> bool:
        return bool(self.visible.newest(["pk"], 1, match))

    def relaxed_results(self, everywhere: VisibleEntries) -> SearchResults:
        """Correct unknown words; if there are still no results, require only some words."""
        corrections = self._corrections(everywhere)
        attempt = self
        if corrections:
            query = parse_any_length(_replace_words(self.query.text, corrections))
            attempt = Attempt(query, self.visible, self.is_typing)
        results = attempt.results()
        if results.is_empty:
            results = attempt.partial_results() or results
        results.query = self.query.text
        results.corrections = [(self._text(term), word) for term, word in corrections.items()]
        return results

    def partial_results(self) -> SearchResults | None:
        """Return entries with all clauses but one, or else with any; None if there are none."""
        clauses = self.plan.clauses
        for number in dict.fromkeys([len(clauses) - 1, 1]):
            if 0 < number < len(clauses):
                some = any_of(
                    all_of(clause.match for clause in chosen)
                    for chosen in combinations(clauses, number)
                )
                match = self.plan.without_excluded(some)
                results = self.results(match, is_complete=False)
                if not results.is_empty:
                    return results
        return None

    def _corrections(self, everywhere: VisibleEntries) -> dict[QueryTerm, str]:
        """Map the words that no entry of ``everywhere`` has, in any form, to corrections."""
        parts = [
            (group, part, clause.synonyms)
            for clause in self.plan.clauses
            for group, part in zip(clause.groups, clause.parts, strict=True)
        ]
        site_attempt = Attempt(self.query, everywhere, self.is_typing)
        unknown = (
            term
            for group, part, synonyms in parts
            if not site_attempt.has_matches(any_of([*part, *synonyms]))
            for term in group
            if len(term.tokens) == 1 and not term.is_quoted
        )
        corrections = {
            term: site_attempt._best_correction(term) for term in islice(unknown, MAX_CORRECTED)
        }
        return {term: word for term, word in corrections.items() if word}

    def _best_correction(self, term: QueryTerm) -> str | None:
        """Return the nearest word: one with the same letters, else the most frequent one."""
        (word,), best, compared = term.tokens, None, 0
        for distance, words in find_corrections(word, self.languages):
            if best and (distance > best[0] or compared == MAX_COMPARED):
                break
            entries = self.visible.matching(Term(words)).values("pk")
            if number := entries[:MAX_RANKED].count():
                text, compared = " ".join(words), compared + 1
                rank = (distance, sorted(text) != sorted(word), -number, text)
                best = min(best or rank, rank)
        return best and best[-1]

    def _text(self, term: QueryTerm) -> str:
        return self.query.text[term.start : term.end]


def _replace_words(text: str, corrections: dict[QueryTerm, str]) -> str:
    for term in sorted(corrections, key=lambda term: term.start, reverse=True):
        text = f"{text[: term.start]}{corrections[term]}{text[term.end :]}"
    return text
