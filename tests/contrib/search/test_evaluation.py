"""The measures of the ranking, and their values for the sample issues."""

from io import StringIO
from math import log2

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from wagtail.models import Site

from digest.contrib.search import evaluation
from digest.contrib.search.evaluation import JudgedQuery, ndcg, recall, reciprocal_rank
from digest.contrib.search.models import Entry
from digest.contrib.search.results import SearchResults
from digest.models import IssuePage
from home.management.commands.load_samples import SAMPLES
from tests.contrib.search.searching import add_story

JUDGED = SAMPLES / "judged.toml"
# The least nDCG@10 of the judged queries; a change of the ranking must not lower it.
MIN_NDCG = 0.84


def run(file, **options) -> str:
    """Run the command; return what it prints."""
    out = StringIO()
    call_command("judge_search", str(file), stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def samples(django_db_setup, django_db_blocker):
    """Load the samples once, for tests that only read; return the default site."""
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        call_command("load_samples", stdout=StringIO())
        yield Site.objects.get(is_default_site=True)
        transaction.set_rollback(True)


def test_ideal_order_has_an_ndcg_of_one():
    assert ndcg(["a", "b", "c"], {"a": 3, "b": 2, "c": 1}) == 1


def test_gain_is_discounted_by_rank():
    value = ndcg(["none", "b", "a"], {"a": 3, "b": 1})
    assert value == pytest.approx((1 / log2(3) + 7 / log2(4)) / (7 + 1 / log2(3)))


def test_missing_results_lower_the_ndcg():
    assert ndcg(["a"], {"a": 1, "b": 1}) == pytest.approx(1 / (1 + 1 / log2(3)))


def test_only_ten_results_are_evaluated():
    many = {f"story {number}": 1 for number in range(12)}
    assert ndcg(list(many), many) == 1
    assert ndcg([*"abcdefghij", "relevant"], {"relevant": 3}) == 0


def test_measures_are_zero_without_relevant_results():
    assert ndcg([], {"a": 3}) == ndcg(["a"], {}) == ndcg(["a"], {"a": 0}) == 0
    assert recall([], {}) == recall(["a"], {"b": 1}) == 0


def test_reciprocal_rank_is_of_the_first_relevant_result():
    assert reciprocal_rank(["a", "b", "c"], {"b": 1, "c": 3}) == 0.5
    assert reciprocal_rank(["a"], {"b": 1}) == 0


def test_recall_is_the_share_of_relevant_results():
    assert recall(["a", "x"], {"a": 1, "b": 3, "c": 0}) == 0.5
    assert recall(list("abcdefghij"), dict.fromkeys("abcdefghijkl", 1)) == 1


@pytest.mark.django_db
def test_queries_are_evaluated_with_and_without_typing(digest, site):
    add_story(digest, "Tides", day=14)
    path = IssuePage.objects.get().slug
    relevant = {f"{digest.slug}/{path}#tides": 3}
    finished, typing = evaluation.evaluate(
        [JudgedQuery("tid", relevant), JudgedQuery("tid", relevant, True)], site
    )
    assert (finished.ndcg, typing.ndcg) == (0, 1)
    assert typing.results == [*relevant]


@pytest.mark.django_db
def test_command_prints_each_query_the_worst_first(digest, tmp_path):
    add_story(digest, "Tides", day=14)
    path = f"{digest.slug}/{IssuePage.objects.get().slug}#tides"
    file = tmp_path / "judged.toml"
    rows = [f'[[queries]]\nquery = "{word}"\nrelevant = {{"{path}" = 3}}' for word in QUERIES]
    file.write_text("\n".join(rows))
    output = run(file, verbose=True)
    assert output.index("0.000  floods") < output.index("1.000  tides")
    assert f" 1. {path} (3)" in output
    assert "nDCG@10               0.500  (2 queries)" in output
    assert "floods" not in run(file)


QUERIES = ["tides", "floods"]


@pytest.mark.django_db
@pytest.mark.parametrize("content", ["", "queries = []", "queries = [1]", "[[queries]]", "=", None])
def test_invalid_file_is_an_error(site, tmp_path, content):
    file = tmp_path / "judged.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CommandError, match=r"judged\.toml"):
        run(file)


@pytest.mark.django_db
def test_unknown_site_is_an_error(site):
    with pytest.raises(CommandError, match="no such site"):
        run(JUDGED, site="elsewhere.example")


@pytest.mark.slow
@pytest.mark.django_db
def test_ranking_of_the_samples_is_not_worse(samples):
    evaluations = evaluation.evaluate(evaluation.read_queries(JUDGED), samples)
    assert len(evaluations) >= 40
    assert evaluation.means(evaluations)["nDCG@10"] >= MIN_NDCG


@pytest.mark.slow
@pytest.mark.django_db
def test_every_judgement_names_an_entry(samples):
    entries = Entry.objects.values_list("pk", flat=True)
    indexed = {
        evaluation.result_name(result, samples)
        for result in SearchResults("", "").get_results(entries)
    }
    named = {name for query in evaluation.read_queries(JUDGED) for name in query.judgements}
    assert named <= indexed
