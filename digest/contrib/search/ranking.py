"""Which matches come first: docs/explanation/search.md tells why.

The score is made of the texts of the matches alone, not of the numbers of an engine: so it is the
same on every database, and says nothing of what is hidden.
"""

from collections.abc import Sequence
from functools import cache
from math import log
from typing import NamedTuple

from digest.contrib.search.expansion import Alternatives, Plan, Slot
from digest.contrib.search.matching import Term
from digest.contrib.search.models import day_number, place_number

# What a word counts in the title, in the summary and in the body.
FIELDS = (4.0, 2.0, 1.0)
# What it counts once, and more often (Okapi BM25's saturation).
SATURATION = 0.6
# All words of the query in their order: what that adds in a title, and elsewhere.
PHRASES = (0.6, 0.3, 0.3)
# A story before its issue, which tells of it in its summary.
ISSUE_ITSELF = 0.6
# How much of a score age can take, and after how many days half of that is gone.
AGE, HALF_LIFE = 0.3, 180


class Candidate(NamedTuple):
    """An entry to be ranked: its id and its texts; and what is counted of it."""

    pk: int
    title: str
    summary: str
    body: str
    parent_id: int = 0
    tag_ids: str = ""

    @property
    def texts(self) -> tuple[str, str, str]:
        """As ``FIELDS`` weighs them."""
        return self.title, self.summary, self.body

    @property
    def counted(self) -> tuple[int, int, str]:
        """What ``results.Counts`` is made of."""
        return self.pk, self.parent_id, self.tag_ids


class Hit(NamedTuple):
    """An entry that was found, and how well it fits: more is better."""

    pk: int
    score: float


def rank(candidates: Sequence[Candidate], plan: Plan) -> list[Hit]:
    """The candidates by their scores, the best first; of equal ones the newest."""
    if not candidates:
        return []
    slots = [_written_slot(slot) for slot in plan.slots]
    found = [[_of_slot(entry, slot) for slot in slots] for entry in candidates]
    weights = [_rarity(scores) for scores in zip(*found, strict=True)]
    most, newest = sum(weights), max(entry.pk for entry in candidates)
    phrase = plan.phrase and as_written(plan.phrase)
    hits = []
    for entry, scores in zip(candidates, found, strict=True):
        score = sum(map(float.__mul__, weights, scores)) / most
        score *= 1 + (_phrase_bonus(entry, phrase) if phrase else 0)
        score *= _recency(day_number(newest) - day_number(entry.pk))
        score *= 1 if place_number(entry.pk) else ISSUE_ITSELF
        hits.append(Hit(entry.pk, round(score, 4)))
    return sorted(hits, key=lambda hit: (-hit.score, -hit.pk))


# A term as it stands in a text of tokens, and how much it counts.
Written = list[tuple[str, float]]


def _written_slot(slot: Slot) -> tuple[list[Written], Written]:
    parts, instead = [_written(part) for part in slot.parts], _written(slot.instead)
    return parts, instead


def _written(alternatives: Alternatives) -> Written:
    return [(as_written(term), strength) for term, strength in alternatives.items()]


def as_written(term: Term) -> str:
    """The term as it stands in a text of tokens."""
    return f" {' '.join(term.words)}{'' if term.is_prefix else ' '}"


def _of_slot(entry: Candidate, slot: tuple[list[Written], Written]) -> float:
    parts, instead = slot
    score = sum(_best(entry, part) for part in parts) / len(parts)
    return max(score, _best(entry, instead)) if instead else score


def _best(entry: Candidate, alternatives: Written) -> float:
    """What the best of the alternatives counts, in each text for itself."""
    total = 0.0
    for text, weight in zip(entry.texts, FIELDS, strict=True):
        best = 0.0
        for written, strength in alternatives:
            if number := text.count(written):
                best = max(best, strength * (1 + SATURATION) * number / (number + SATURATION))
        total += weight * best
    return total


def _rarity(scores: Sequence[float]) -> float:
    """How much a part of the query tells: more, the fewer of the candidates have it."""
    return log(2 + len(scores) / (1 + sum(map(bool, scores))))


def _phrase_bonus(entry: Candidate, phrase: str) -> float:
    pairs = zip(entry.texts, PHRASES, strict=True)
    return max((bonus for text, bonus in pairs if phrase in text), default=0.0)


@cache
def _recency(days: int) -> float:
    """By how much older it is than the newest of the candidates, not by the clock: so the same
    query has the same answer."""
    return 1 - AGE * (1 - 0.5 ** (days / HALF_LIFE))
