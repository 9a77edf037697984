"""Rank matches; docs/explanation/search.md explains the formula.

A score is computed only from the texts of the matches, not from the engine's scores. So it is the
same on every database, and reveals nothing about hidden content.
"""

from collections.abc import Sequence
from functools import cache
from math import log
from operator import attrgetter, mul
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

    # As ``engines.base.Counted`` has it, of which this is one.
    number = 1

    @property
    def texts(self) -> tuple[str, str, str]:
        """The texts in the order of ``FIELD_WEIGHTS``."""
        return self.title, self.summary, self.body


class Hit(NamedTuple):
    """An entry that matches, and its score: higher is better."""

    pk: int
    score: float


def rank(candidates: Sequence[Candidate], plan: Plan) -> list[Hit]:
    """Return a hit for each candidate, the best first; of equal ones the newest first."""
    if not candidates:
        return []
    columns = [_clause_values(candidates, clause) for clause in plan.clauses]
    weights = [_rarity(column) for column in columns]
    total_weight, newest = sum(weights), day_number(max(entry.pk for entry in candidates))
    phrase = plan.phrase and token_text(plan.phrase)
    hits = []
    for entry, values in zip(candidates, zip(*columns, strict=True), strict=True):
        pk = entry.pk
        score = sum(map(mul, weights, values)) / total_weight
        if phrase:
            score *= 1 + _phrase_bonus(entry, phrase)
        score *= _age_factor(newest - day_number(pk))
        if not place_number(pk):
            score *= ISSUE_FACTOR
        hits.append(Hit(pk, round(score, 4)))
    return sorted(hits, key=attrgetter("score", "pk"), reverse=True)


# The token text of each alternative, with its weight.
WeightedTexts = list[tuple[str, float]]


def _clause_values(candidates: Sequence[Candidate], clause: Clause) -> list[float]:
    """Return the value of the clause in each candidate."""
    parts = [_best_values(candidates, part) for part in clause.parts]
    values = parts[0] if len(parts) == 1 else [sum(c) / len(c) for c in zip(*parts, strict=True)]
    if not clause.synonyms:
        return values
    return list(map(max, values, _best_values(candidates, clause.synonyms)))


def _best_values(candidates: Sequence[Candidate], alternatives: Alternatives) -> list[float]:
    """Return the value of the best alternative in each field, weighted and added."""
    texts = [(token_text(term), weight) for term, weight in alternatives.items()]
    title_weight, summary_weight, body_weight = FIELD_WEIGHTS
    return [
        title_weight * _best(entry.title, texts)
        + (summary_weight * _best(entry.summary, texts) if entry.summary else 0.0)
        + body_weight * _best(entry.body, texts)
        for entry in candidates
    ]


def _best(text: str, alternatives: WeightedTexts) -> float:
    """Return the value of the best alternative in a text."""
    best = 0.0
    for term, weight in alternatives:
        if number := text.count(term):
            best = max(best, _frequency_value(weight, number))
    return best


@cache
def _frequency_value(weight: float, number: int) -> float:
    return weight * (1 + SATURATION) * number / (number + SATURATION)


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
