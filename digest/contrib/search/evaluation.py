"""Evaluate the ranking with queries whose relevant results are known.

A judgement grades a result: 3 for the expected one, 2 for a good one, 1 for a marginal one; all
others are 0. An issue is named by its path on the site (``signals/2026-11-12``), a story by its
anchor there (``signals/2026-11-12#a-chip``).
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
from digest.contrib.search.querying import search
from digest.contrib.search.results import Result
from digest.pages.page_models import get_issue_page_model

# Only the first results count, which readers look at.
CUTOFF = 10

Judgements = Mapping[str, int]


class JudgedQuery(NamedTuple):
    """A query and the grades of its results; with ``is_typing``, its last word is a prefix."""

    text: str
    judgements: Judgements
    is_typing: bool = False


class Evaluation(NamedTuple):
    """The names of a query's first results, and their measures: 1 is best, 0 is worst."""

    query: JudgedQuery
    results: list[str]
    ndcg: float
    reciprocal_rank: float
    recall: float


def read_queries(path: Path) -> list[JudgedQuery]:
    """Read a TOML file; raise KeyError, ValueError or OSError if it has no judged queries."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["queries"]
    return [JudgedQuery(row["query"], row["relevant"], row.get("typing", False)) for row in rows]


def evaluate(queries: Sequence[JudgedQuery], site: Site) -> list[Evaluation]:
    """Search the site for each query, and compare the results with the judgements."""
    issues = visibility.public(get_issue_page_model().objects.all(), site)
    return [_evaluation(query, _search(query, issues, site)) for query in queries]


def _search(query: JudgedQuery, issues: QuerySet, site: Site) -> list[str]:
    search_results = search(query.text, issues, issues, query.is_typing)
    pks = [hit.pk for hit in search_results.hits[:CUTOFF]]
    return [result_name(result, site) for result in search_results.get_results(pks)]


def result_name(result: Result, site: Site) -> str:
    """Return the name of a result in a file of judged queries."""
    path = result.issue.url_path.removeprefix(site.root_page.url_path).strip("/")
    return f"{path}#{result.story.anchor}" if result.story else path


def _evaluation(query: JudgedQuery, results: list[str]) -> Evaluation:
    judgements = query.judgements
    return Evaluation(
        query,
        results,
        ndcg(results, judgements),
        reciprocal_rank(results, judgements),
        recall(results, judgements),
    )


def ndcg(results: Sequence[str], judgements: Judgements, cutoff: int = CUTOFF) -> float:
    """Return the normalised discounted cumulative gain (nDCG), between 0 and 1.

    A result gains 2**grade - 1 divided by log2(rank + 1) (Burges et al. 2005). The sum is divided
    by that of the ideal order.
    """
    ideal = _gain(sorted(judgements.values(), reverse=True)[:cutoff])
    return _gain([judgements.get(name, 0) for name in results[:cutoff]]) / ideal if ideal else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(rank + 1) for rank, grade in enumerate(grades, 1))


def reciprocal_rank(results: Sequence[str], judgements: Judgements) -> float:
    """Return one divided by the rank of the first relevant result; 0 without one."""
    return next((1 / rank for rank, name in enumerate(results, 1) if judgements.get(name)), 0.0)


def recall(results: Sequence[str], judgements: Judgements, cutoff: int = CUTOFF) -> float:
    """Return which share of the relevant results, at most ``cutoff``, is in the results."""
    relevant = {name for name, grade in judgements.items() if grade}
    if not relevant:
        return 0.0
    return len(relevant & set(results[:cutoff])) / min(len(relevant), cutoff)


def means(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Return the mean of each measure over all queries, by its name."""
    return {
        f"nDCG@{CUTOFF}": mean(evaluation.ndcg for evaluation in evaluations),
        "mean reciprocal rank": mean(evaluation.reciprocal_rank for evaluation in evaluations),
        f"recall@{CUTOFF}": mean(evaluation.recall for evaluation in evaluations),
    }
