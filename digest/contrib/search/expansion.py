"""Expand a query: each word to its inflections in the vocabulary, and to its synonyms."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.db.models import QuerySet

from digest import memo, statements
from digest.contrib.search.analysis import is_hangul, stem, tokens, without_particles
from digest.contrib.search.matching import Match, Term, Without, all_of, any_of
from digest.contrib.search.models import Synonyms, Word
from digest.contrib.search.parsing import Query, QueryTerm
from digest.contrib.search.spellings import without_separators

# Weights in the ranking, relative to the word as written.
INFLECTION_WEIGHT, PREFIX_WEIGHT, SYNONYM_WEIGHT = 0.9, 0.8, 0.8
# More than any stem has; it only bounds the number of terms of a query.
MAX_INFLECTIONS = 200
# Shorter prefixes match too many words.
MIN_PREFIX_LENGTH = 3
# The most words of a query that have synonyms together.
MAX_SYNONYM_WORDS = 6

# Terms, one of which is required, with their weights.
Alternatives = dict[Term, float]


@dataclass(frozen=True)
class Clause:
    """Adjacent groups of a query: all parts are required, or one of the synonyms of the whole."""

    groups: tuple[tuple[QueryTerm, ...], ...]
    parts: tuple[Alternatives, ...]
    synonyms: Alternatives = field(default_factory=dict)

    @property
    def match(self) -> Match:
        return any_of([all_of(any_of(part) for part in self.parts), *self.synonyms])


@dataclass(frozen=True)
class Plan:
    """An expanded query."""

    clauses: tuple[Clause, ...]
    excluded: tuple[Term, ...] = ()

    @property
    def phrase(self) -> Term | None:
        """The query as one phrase; None if it has a single group or uses OR."""
        groups = [group for clause in self.clauses for group in clause.groups]
        if len(groups) < 2 or any(len(group) > 1 for group in groups):
            return None
        return Term(tuple(token for (term,) in groups for token in term.tokens))

    def match(self, required: Iterable[Clause] | None = None) -> Match:
        """Return the match of all clauses, or of the required ones."""
        return self.without_excluded(all_of(clause.match for clause in required or self.clauses))

    def without_excluded(self, match: Match) -> Match:
        return Without(match, any_of(self.excluded)) if self.excluded else match


def expand(query: Query, languages: Collection[str], is_typing: bool = False) -> Plan:
    """Expand a query, which has groups, for texts in these languages.

    With ``is_typing``, the last word is also a prefix.
    """
    expander = _Expander(query, languages)
    prefix = query.groups[-1][-1] if is_typing and query.ends_in_word else None
    parts = [expander.expand_group(group, prefix) for group in query.groups]
    clauses, number = [], 0
    while number < len(parts):
        length, synonyms = expander.synonyms_at(query.groups, number)
        end = number + length
        clauses.append(Clause(query.groups[number:end], tuple(parts[number:end]), synonyms))
        number = end
    excluded = (term for written in query.excluded for term in _written(written))
    return Plan(tuple(clauses), tuple(excluded))


class _Expander:
    """Read the inflections and the synonyms of a query, with one database query each."""

    def __init__(self, query: Query, languages: Collection[str]) -> None:
        self.languages = sorted({code.partition("-")[0] for code in languages})
        query_terms = [term for group in query.groups for term in group]
        # Read as a whole, since a phrase may have them: the mapping is the same for all queries.
        self.synonyms = memo.once(("synonyms", *self.languages), self._read_synonyms)
        words = {word for term in query_terms for word in _inflected_words(term)}
        self.inflections = self._read_inflections(words | self._last_words(query_terms))

    def _read_inflections(self, words: set[str]) -> dict[str, set[str]]:
        """Map each word to the words of the vocabulary with its stem, in any of the languages."""
        by_stem = defaultdict(set)
        for language, root, text in self._words_with_stems(words):
            by_stem[language, root].add(text)
        return {
            word: set().union(*(by_stem[code, stem(word, code)] for code in self.languages))
            for word in words
        }

    def _words_with_stems(self, words: set[str]) -> list[tuple[str, str, str]]:
        """Return the language, the stem and the text of all words with one of the stems."""
        stems = {stem(word, language) for word in words for language in self.languages}
        if not stems:
            return []

        def build(stems: list[Any]) -> QuerySet:
            found = Word.objects.filter(language__in=self.languages, stem__in=stems)
            return found.values_list("language", "stem", "text")

        return statements.fetch(("inflections", *self.languages), build, stems=sorted(stems))

    def _read_synonyms(self) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
        """Map the stems of each word or phrase to its synonyms."""
        synonyms_by_stems = defaultdict(set)
        for synonyms in Synonyms.objects.all():
            terms = [tuple(tokens(term)) for term in synonyms.split()]
            for term, other in product(filter(None, terms), repeat=2):
                if term != other:
                    for stems in self._stems(term):
                        synonyms_by_stems[stems].add(other)
        return synonyms_by_stems

    def _last_words(self, query_terms: list[QueryTerm]) -> set[str]:
        """Return the last words of possible synonyms, which are matched with inflections."""
        written = {token for term in query_terms for token in term.tokens}
        stems = {stem for token in written for (stem,) in self._stems((token,))}
        possible = (others for key, others in self.synonyms.items() if stems.issuperset(key))
        return {other[-1] for others in possible for other in others}

    def _stems(self, words: tuple[str, ...]) -> set[tuple[str, ...]]:
        codes = self.languages or [""]
        return {tuple(stem(word, code) for word in words) for code in codes}

    def expand_group(self, group: tuple[QueryTerm, ...], prefix: QueryTerm | None) -> Alternatives:
        """Return the alternatives for a group; words as written have the weight 1."""
        alternatives: Alternatives = {}
        for term in group:
            alternatives |= _written(term)
            for words in _prefixes(term, is_typing=term is prefix):
                alternatives[Term(words, is_prefix=True)] = PREFIX_WEIGHT
            for word in _inflected_words(term):
                for other in sorted(self.inflections[word])[:MAX_INFLECTIONS]:
                    alternatives.setdefault(Term((other,)), INFLECTION_WEIGHT)
            if len(group) > 1 and not term.is_quoted:
                for synonym in self._synonyms_of([term]):
                    alternatives.setdefault(synonym, SYNONYM_WEIGHT)
        return alternatives

    def synonyms_at(
        self, groups: tuple[tuple[QueryTerm, ...], ...], start: int
    ) -> tuple[int, Alternatives]:
        """Return how many groups from ``start`` have synonyms together, and these; else 1."""
        words = []
        for group in groups[start : start + MAX_SYNONYM_WORDS]:
            if len(group) > 1 or group[0].is_quoted:
                break
            words.append(group[0])
        for length in range(len(words), 0, -1):
            if synonyms := self._synonyms_of(words[:length]):
                return length, dict.fromkeys(synonyms, SYNONYM_WEIGHT)
        return 1, {}

    def _synonyms_of(self, query_terms: list[QueryTerm]) -> list[Term]:
        words = tuple(token for term in query_terms for token in term.tokens)
        if len(words) == len(query_terms) and (number := without_separators(" ".join(words))):
            return [Term((number,))]
        known = set().union(*(self.synonyms.get(stems, ()) for stems in self._stems(words)))
        return [
            Term((*other[:-1], word))
            for other in sorted(known - {words})
            for word in sorted({other[-1], *self.inflections[other[-1]]})
        ]


def _written(term: QueryTerm) -> Alternatives:
    """Return a word as written, in its other spellings, and in Korean with any particle."""
    alternatives = {Term(words): 1.0 for words in (term.tokens, *term.spellings)}
    if _is_korean(term):
        alternatives[Term(term.tokens, is_prefix=True)] = PREFIX_WEIGHT
    return alternatives


def _prefixes(term: QueryTerm, is_typing: bool) -> Iterator[tuple[str, ...]]:
    """Yield a Korean noun without its particles, and an incomplete word in each spelling."""
    *others, last = term.tokens
    if _is_korean(term):
        yield *others, without_particles(last)
    if is_typing:
        for words in (term.tokens, *term.spellings):
            if len(words[-1]) >= MIN_PREFIX_LENGTH:
                yield words


def _is_korean(term: QueryTerm) -> bool:
    return is_hangul(term.tokens[-1]) and not term.is_quoted


def _inflected_words(term: QueryTerm) -> list[str]:
    """Return the single words of a term that is not quoted, in each spelling."""
    spellings = () if term.is_quoted else (term.tokens, *term.spellings)
    return [words[0] for words in spellings if len(words) == 1]
