"""What a query is looked for as: each word with its other forms, and with its synonyms."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import product

from django.db.models import Q

from digest.contrib.search.analysis import stem, tokens
from digest.contrib.search.matching import Match, Term, Without, all_of, any_of
from digest.contrib.search.models import Synonyms, Word
from digest.contrib.search.parsing import Query, Unit

# How much a find of something else counts, of what a find of the word itself does.
OF_THE_STEM, GOES_ON, SYNONYM = 0.9, 0.8, 0.8
# More than any stem has; only the number of terms of a query is to have an end.
MAX_FORMS = 200
# So many letters, or more, may be the beginning of a word; fewer are too many words' beginning.
LEAST_PREFIX = 3
# The most words that a phrase with synonyms has.
MAX_WORDS = 6

# Terms, one of which is to be found, and how much each counts.
Alternatives = dict[Term, float]


@dataclass(frozen=True)
class Slot:
    """Neighbouring groups of a query: every part of them is to be found, or something instead."""

    groups: tuple[tuple[Unit, ...], ...]
    parts: tuple[Alternatives, ...]
    instead: Alternatives = field(default_factory=dict)

    @property
    def match(self) -> Match:
        """What an engine is asked for it."""
        return any_of([all_of(any_of(part) for part in self.parts), *self.instead])


@dataclass(frozen=True)
class Plan:
    """A query as it is looked for."""

    slots: tuple[Slot, ...]
    excluded: tuple[Term, ...] = ()

    @property
    def phrase(self) -> Term | None:
        """The words of the query as one phrase; None where it has one alone, or choices."""
        groups = [group for slot in self.slots for group in slot.groups]
        if len(groups) < 2 or any(len(group) > 1 for group in groups):
            return None
        return Term(tuple(token for (unit,) in groups for token in unit.tokens))

    def match(self, needed: Iterable[Slot] | None = None) -> Match:
        """What an engine is asked for all of the slots, or for the needed ones."""
        return self.without_excluded(all_of(slot.match for slot in needed or self.slots))

    def without_excluded(self, match: Match) -> Match:
        """The match less what the query excludes."""
        return Without(match, any_of(self.excluded)) if self.excluded else match


def expand(query: Query, languages: Collection[str], is_typing: bool = False) -> Plan:
    """Plan the search for a query that has groups, in texts of these languages."""
    forms = _Forms(query, languages)
    unfinished = query.groups[-1][-1] if is_typing and query.is_unfinished else None
    parts = [forms.of_group(group, unfinished) for group in query.groups]
    slots, number = [], 0
    while number < len(parts):
        length, instead = forms.instead_of(query.groups, number)
        end = number + length
        slots.append(Slot(query.groups[number:end], tuple(parts[number:end]), instead))
        number = end
    return Plan(tuple(slots), tuple(Term(unit.tokens) for unit in query.excluded))


class _Forms:
    """The other forms and the synonyms of the words of a query, with one query each."""

    def __init__(self, query: Query, languages: Collection[str]) -> None:
        self.languages = sorted({code.partition("-")[0] for code in languages})
        units = [unit for group in query.groups for unit in group]
        self.synonyms = self._read_synonyms()
        words = {unit.tokens[0] for unit in units if _is_plain_word(unit)}
        self.forms = self._read_forms(words | self._last_words_of_synonyms(units))

    def _read_forms(self, words: set[str]) -> dict[str, set[str]]:
        """The words of the index that have the stem of each word, in any of the languages."""
        asked = Q(pk__in=[])
        for language in self.languages:
            asked |= Q(language=language, stem__in={stem(word, language) for word in words})
        by_stem = defaultdict(set)
        for language, root, text in Word.objects.filter(asked).values_list(
            "language", "stem", "text"
        ):
            by_stem[language, root].add(text)
        return {
            word: set().union(*(by_stem[code, stem(word, code)] for code in self.languages))
            for word in words
        }

    def _read_synonyms(self) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
        """By the stems of a word or phrase: the words and phrases that mean the same."""
        found = defaultdict(set)
        for synonyms in Synonyms.objects.all():
            terms = [tuple(tokens(term)) for term in synonyms.split()]
            for term, other in product(filter(None, terms), repeat=2):
                if term != other:
                    for stems in self._stems(term):
                        found[stems].add(other)
        return found

    def _last_words_of_synonyms(self, units: list[Unit]) -> set[str]:
        """Of those that the words of the query may have: their other forms are found, too."""
        asked = {token for unit in units for token in unit.tokens}
        stems = {stem for token in asked for (stem,) in self._stems((token,))}
        near = (others for key, others in self.synonyms.items() if stems.issuperset(key))
        return {other[-1] for others in near for other in others}

    def _stems(self, words: tuple[str, ...]) -> set[tuple[str, ...]]:
        codes = self.languages or [""]
        return {tuple(stem(word, code) for word in words) for code in codes}

    def of_group(self, group: tuple[Unit, ...], unfinished: Unit | None) -> Alternatives:
        """What one unit of the group is found as; the word itself counts most."""
        found: Alternatives = {}
        for unit in group:
            found[Term(unit.tokens)] = 1.0
            if unit is unfinished and len(unit.tokens[-1]) >= LEAST_PREFIX:
                found[Term(unit.tokens, is_prefix=True)] = GOES_ON
            if _is_plain_word(unit):
                for form in sorted(self.forms[unit.tokens[0]])[:MAX_FORMS]:
                    found.setdefault(Term((form,)), OF_THE_STEM)
            if len(group) > 1 and not unit.is_quoted:
                found |= {term: SYNONYM for term in self._synonyms_of([unit]) if term not in found}
        return found

    def instead_of(
        self, groups: tuple[tuple[Unit, ...], ...], start: int
    ) -> tuple[int, Alternatives]:
        """How many of the groups, from one on, have synonyms together, and these; else 1."""
        words = []
        for group in groups[start : start + MAX_WORDS]:
            if len(group) > 1 or group[0].is_quoted:
                break
            words.append(group[0])
        for length in range(len(words), 0, -1):
            if found := self._synonyms_of(words[:length]):
                return length, dict.fromkeys(found, SYNONYM)
        return 1, {}

    def _synonyms_of(self, units: list[Unit]) -> list[Term]:
        words = tuple(token for unit in units for token in unit.tokens)
        known = set().union(*(self.synonyms.get(stems, ()) for stems in self._stems(words)))
        return [
            Term((*other[:-1], form))
            for other in sorted(known - {words})
            for form in sorted({other[-1], *self.forms[other[-1]]})
        ]


def _is_plain_word(unit: Unit) -> bool:
    return len(unit.tokens) == 1 and not unit.is_quoted
