"""How good the order of results is, by queries that people have judged.

A judgement is how much a result is worth to who asked: 3 is what was looked for, 2 is good to have,
1 touches on it; what is not named is worth nothing. Issues are named by their path on the site, as
``signals/2026-11-12``, and stories by their anchor there, as ``signals/2026-11-12#a-chip``.
"""

import tomllib
from collections.abc import Mapping, Sequence
from math import log2
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from django.db.models import QuerySet
from wagtail.models import Site

from digest import visibility
from digest.contrib.search.finding import search
from digest.contrib.search.results import Result
from digest.pages.page_models import get_issue_page_model

# The results that count: those that readers look at.
LENGTH = 10

Judgements = Mapping[str, int]


class Query(NamedTuple):
    """A query, and what its results are worth; while typing, its last word may be unfinished."""

    text: str
    relevant: Judgements
    is_typing: bool = False


class Verdict(NamedTuple):
    """How well a query was answered: 1 is as well as can be, 0 is not at all."""

    query: Query
    found: list[str]
    ndcg: float
    reciprocal_rank: float
    recall: float


def read(path: Path) -> list[Query]:
    """The queries of a TOML file; raises KeyError, ValueError or OSError where it is none."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["queries"]
    return [Query(row["query"], row["relevant"], row.get("typing", False)) for row in rows]


def judge(queries: Sequence[Query], site: Site) -> list[Verdict]:
    """Search the site for each of the queries, and judge what is found."""
    issues = visibility.public(get_issue_page_model().objects.all(), site)
    return [_verdict(query, _found(query, issues, site)) for query in queries]


def _found(query: Query, issues: QuerySet, site: Site) -> list[str]:
    found = search(query.text, issues, issues, query.is_typing)
    results = found.shown([hit.pk for hit in found.hits[:LENGTH]])
    return [name_of(result, site) for result in results]


def name_of(result: Result, site: Site) -> str:
    """What a result is called in a file of judgements."""
    path = result.issue.url_path.removeprefix(site.root_page.url_path).strip("/")
    return f"{path}#{result.story.anchor}" if result.story else path


def _verdict(query: Query, found: list[str]) -> Verdict:
    relevant = query.relevant
    return Verdict(
        query,
        found,
        ndcg(found, relevant),
        reciprocal_rank(found, relevant),
        recall(found, relevant),
    )


def ndcg(found: Sequence[str], relevant: Judgements, length: int = LENGTH) -> float:
    """Normalised discounted cumulative gain: the worth of what is found, less the further down it
    stands, as a share of what the best order of all would be worth.

    A result is worth 2**grade - 1 divided by log2(place + 1) (Burges et al. 2005).
    """
    best = _gain(sorted(relevant.values(), reverse=True)[:length])
    return _gain([relevant.get(name, 0) for name in found[:length]]) / best if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 1) for place, grade in enumerate(grades, 1))


def reciprocal_rank(found: Sequence[str], relevant: Judgements) -> float:
    """One divided by the place of the first result that is worth anything; 0 without one."""
    return next((1 / place for place, name in enumerate(found, 1) if relevant.get(name)), 0.0)


def recall(found: Sequence[str], relevant: Judgements, length: int = LENGTH) -> float:
    """Which share was found of what could have been, in so many places."""
    wanted = {name for name, grade in relevant.items() if grade}
    return len(wanted & set(found[:length])) / min(len(wanted), length) if wanted else 0.0


def means(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The means over all queries, by the name of the measure."""
    return {
        f"nDCG@{LENGTH}": mean(verdict.ndcg for verdict in verdicts),
        "mean reciprocal rank": mean(verdict.reciprocal_rank for verdict in verdicts),
        f"recall@{LENGTH}": mean(verdict.recall for verdict in verdicts),
    }
