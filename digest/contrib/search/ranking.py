"""Rank matches; docs/explanation/search.md explains the formula.

A score is computed only from the texts of the matches, not from the engine's scores. So it is the
same on every database, and reveals nothing about hidden content.
"""

from collections.abc import Sequence
from functools import cache
from itertools import repeat
from math import log
from operator import add, attrgetter, itemgetter, mul
from typing import Any, NamedTuple

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
    """An entry to rank and to count.

    A search has a thousand. They are plain tuples with these values, since the garbage collector
    looks at a named one again and again.
    """

    pk: int
    title: str
    summary: str
    body: str
    parent_id: int = 0
    tag_ids: str = ""


class Hit(NamedTuple):
    """An entry that matches, and its score: higher is better."""

    pk: int
    score: float


# The texts of all candidates, for each of FIELD_WEIGHTS.
Texts = Sequence[Sequence[str]]


def rank(candidates: Sequence[tuple[Any, ...]], plan: Plan) -> list[Hit]:
    """Return a hit for each candidate, the best first; of equal ones the newest first."""
    if not candidates:
        return []
    # The newest first: sorting by the score alone leaves equal ones in this order.
    newest_first = sorted(candidates, key=itemgetter(0), reverse=True)
    pks, titles, summaries, bodies, *_others = zip(*newest_first, strict=True)
    scores = _scores((titles, summaries, bodies), plan)
    newest = day_number(pks[0])
    aged = (
        score * _age_factor(newest - day_number(pk)) for pk, score in zip(pks, scores, strict=True)
    )
    hits = [
        Hit(pk, round(score if place_number(pk) else score * ISSUE_FACTOR, 4))
        for pk, score in zip(pks, aged, strict=True)
    ]
    return sorted(hits, key=attrgetter("score"), reverse=True)


def _scores(texts: Texts, plan: Plan) -> list[float]:
    """Return how well the texts of each candidate match."""
    columns = [_clause_values(texts, clause) for clause in plan.clauses]
    weights = [_rarity(column) for column in columns]
    total = sum(weights)
    scores = [sum(map(mul, weights, values)) / total for values in zip(*columns, strict=True)]
    if not plan.phrase:
        return scores
    bonuses = _phrase_bonuses(texts, token_text(plan.phrase))
    return [score * (1 + bonus) for score, bonus in zip(scores, bonuses, strict=True)]


def _clause_values(texts: Texts, clause: Clause) -> list[float]:
    """Return the value of the clause in each candidate."""
    parts = [_best_values(texts, part) for part in clause.parts]
    values = parts[0] if len(parts) == 1 else [sum(c) / len(c) for c in zip(*parts, strict=True)]
    if not clause.synonyms:
        return values
    return list(map(max, values, _best_values(texts, clause.synonyms)))


def _best_values(texts: Texts, alternatives: Alternatives) -> list[float]:
    """Return the value of the best alternative in each field, weighted and added."""
    title, summary, body = (
        map(mul, repeat(weight), _best(field, alternatives))
        for field, weight in zip(texts, FIELD_WEIGHTS, strict=True)
    )
    return list(map(add, map(add, title, summary), body))


def _best(texts: Sequence[str], alternatives: Alternatives) -> list[float]:
    """Return the value of the best alternative in each text."""
    best = [0.0] * len(texts)
    for term, weight in alternatives.items():
        numbers = list(map(str.count, texts, repeat(token_text(term))))
        if any(numbers):
            best = list(map(max, best, map(_frequency_value, repeat(weight), numbers)))
    return best


@cache
def _frequency_value(weight: float, number: int) -> float:
    return weight * (1 + SATURATION) * number / (number + SATURATION)


def _rarity(values: Sequence[float]) -> float:
    """Return the weight of a clause: the fewer candidates have it, the higher."""
    return log(2 + len(values) / (1 + sum(map(bool, values))))


def _phrase_bonuses(texts: Texts, phrase: str) -> list[float]:
    """Return the highest bonus of a field with the phrase, for each candidate."""
    bonuses = [0.0] * len(texts[0])
    for field, bonus in zip(texts, PHRASE_BONUSES, strict=True):
        found = [phrase in text for text in field]
        if any(found):
            bonuses = list(map(max, bonuses, map(mul, repeat(bonus), found)))
    return bonuses


@cache
def _age_factor(days: int) -> float:
    # Age is relative to the newest candidate, so scores do not change with the clock.
    return 1 - MAX_AGE_PENALTY * (1 - 0.5 ** (days / HALF_LIFE_DAYS))
