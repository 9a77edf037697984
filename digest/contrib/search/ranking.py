"""Rank matches; docs/explanation/search.md explains the formula.

A score is computed only from the texts of the matches, not from the engine's scores. So it is the
same on every database, and reveals nothing about hidden content.
"""

from collections.abc import Sequence
from functools import cache
from math import log
from typing import NamedTuple

from digest.contrib.search.expansion import Alternatives, Clause, Plan
from digest.contrib.search.matching import token_text
from digest.contrib.search.models import day_number, place_number

# Weights of a match in the title, in the summary and in the body.
FIELD_WEIGHTS = (4.0, 2.0, 1.0)
# Okapi BM25's saturation of the term frequency.
SATURATION = 0.6
# What all words of the query in order add, in each field.
PHRASE_BONUSES = (0.6, 0.3, 0.3)
# Ranks a story before its issue, whose summary repeats it.
ISSUE_FACTOR = 0.6
# The share of a score that age can take off, and the days after which half of it is taken off.
MAX_AGE_PENALTY, HALF_LIFE_DAYS = 0.3, 180


class Candidate(NamedTuple):
    """An entry to rank and to count."""

    pk: int
    title: str
    summary: str
    body: str
    parent_id: int = 0
    tag_ids: str = ""

    @property
    def texts(self) -> tuple[str, str, str]:
        """The texts in the order of ``FIELD_WEIGHTS``."""
        return self.title, self.summary, self.body

    @property
    def count_row(self) -> tuple[int, int, str]:
        """What ``results.Counts`` is computed from."""
        return self.pk, self.parent_id, self.tag_ids


class Hit(NamedTuple):
    """An entry that matches, and its score: higher is better."""

    pk: int
    score: float


def rank(candidates: Sequence[Candidate], plan: Plan) -> list[Hit]:
    """Return a hit for each candidate, the best first; of equal ones the newest first."""
    if not candidates:
        return []
    clauses = [_prepare(clause) for clause in plan.clauses]
    values = [[_clause_value(entry, clause) for clause in clauses] for entry in candidates]
    weights = [_rarity(column) for column in zip(*values, strict=True)]
    total_weight, newest = sum(weights), max(entry.pk for entry in candidates)
    phrase = plan.phrase and token_text(plan.phrase)
    hits = []
    for entry, entry_values in zip(candidates, values, strict=True):
        score = sum(map(float.__mul__, weights, entry_values)) / total_weight
        score *= 1 + (_phrase_bonus(entry, phrase) if phrase else 0)
        score *= _age_factor(day_number(newest) - day_number(entry.pk))
        score *= 1 if place_number(entry.pk) else ISSUE_FACTOR
        hits.append(Hit(entry.pk, round(score, 4)))
    return sorted(hits, key=lambda hit: (-hit.score, -hit.pk))


# The token text of each alternative, with its weight.
WeightedTexts = list[tuple[str, float]]


def _prepare(clause: Clause) -> tuple[list[WeightedTexts], WeightedTexts]:
    return [_weighted_texts(part) for part in clause.parts], _weighted_texts(clause.synonyms)


def _weighted_texts(alternatives: Alternatives) -> WeightedTexts:
    return [(token_text(term), weight) for term, weight in alternatives.items()]


def _clause_value(entry: Candidate, clause: tuple[list[WeightedTexts], WeightedTexts]) -> float:
    parts, synonyms = clause
    value = sum(_best(entry, part) for part in parts) / len(parts)
    return max(value, _best(entry, synonyms)) if synonyms else value


def _best(entry: Candidate, alternatives: WeightedTexts) -> float:
    """Return the value of the best alternative in each field, weighted and added."""
    total = 0.0
    for text, field_weight in zip(entry.texts, FIELD_WEIGHTS, strict=True):
        best = 0.0
        for term, weight in alternatives:
            if number := text.count(term):
                best = max(best, weight * (1 + SATURATION) * number / (number + SATURATION))
        total += field_weight * best
    return total


def _rarity(values: Sequence[float]) -> float:
    """Return the weight of a clause: the fewer candidates have it, the higher."""
    return log(2 + len(values) / (1 + sum(map(bool, values))))


def _phrase_bonus(entry: Candidate, phrase: str) -> float:
    pairs = zip(entry.texts, PHRASE_BONUSES, strict=True)
    return max((bonus for text, bonus in pairs if phrase in text), default=0.0)


@cache
def _age_factor(days: int) -> float:
    # Age is relative to the newest candidate, so scores do not change with the clock.
    return 1 - MAX_AGE_PENALTY * (1 - 0.5 ** (days / HALF_LIFE_DAYS))
