"""How good the order of results is: the measure, and what the samples' judged queries get."""

from io import StringIO
from math import log2

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from wagtail.models import Site

from digest.contrib.search import judging
from digest.contrib.search.judging import Query, ndcg, recall, reciprocal_rank
from digest.contrib.search.models import Entry
from digest.contrib.search.results import Found
from digest.models import IssuePage
from home.management.commands.load_samples import SAMPLES
from tests.contrib.search.searching import tell

JUDGED = SAMPLES / "judged.toml"
# What the judged queries get. A change of the ranking may raise it, and is not to lower it.
RECORDED = 0.83


def ask(file, **options) -> str:
    """Run the command; returns what it printed."""
    out = StringIO()
    call_command("judge_search", str(file), stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def samples(django_db_setup, django_db_blocker):
    """The default site with the samples, loaded once for the tests that only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        cache.clear()
        call_command("load_samples", stdout=StringIO())
        yield Site.objects.get(is_default_site=True)
        transaction.set_rollback(True)


def test_the_best_order_there_could_be_gets_one():
    assert ndcg(["a", "b", "c"], {"a": 3, "b": 2, "c": 1}) == 1


def test_a_gain_counts_less_the_further_down_it_stands():
    found = ndcg(["none", "b", "a"], {"a": 3, "b": 1})
    assert found == pytest.approx((1 / log2(3) + 7 / log2(4)) / (7 + 1 / log2(3)))


def test_what_is_not_found_is_missing_from_the_measure():
    assert ndcg(["a"], {"a": 1, "b": 1}) == pytest.approx(1 / (1 + 1 / log2(3)))


def test_only_ten_results_count():
    many = {f"story {number}": 1 for number in range(12)}
    assert ndcg(list(many), many) == 1
    assert ndcg([*"abcdefghij", "wanted"], {"wanted": 3}) == 0


def test_nothing_found_and_nothing_wanted_get_nothing():
    assert ndcg([], {"a": 3}) == ndcg(["a"], {}) == ndcg(["a"], {"a": 0}) == 0
    assert recall([], {}) == recall(["a"], {"b": 1}) == 0


def test_the_reciprocal_rank_is_that_of_the_first_result_of_worth():
    assert reciprocal_rank(["a", "b", "c"], {"b": 1, "c": 3}) == 0.5
    assert reciprocal_rank(["a"], {"b": 1}) == 0


def test_recall_is_the_share_of_what_could_be_found():
    assert recall(["a", "x"], {"a": 1, "b": 3, "c": 0}) == 0.5
    assert recall(list("abcdefghij"), dict.fromkeys("abcdefghijkl", 1)) == 1


@pytest.mark.django_db
def test_each_query_is_searched_for_as_it_was_written(digest, site):
    tell(digest, "Tides", day=14)
    path = IssuePage.objects.get().slug
    relevant = {f"{digest.slug}/{path}#tides": 3}
    finished, typing = judging.judge([Query("tid", relevant), Query("tid", relevant, True)], site)
    assert (finished.ndcg, typing.ndcg) == (0, 1)
    assert typing.found == [*relevant]


@pytest.mark.django_db
def test_the_command_tells_of_each_query_the_worst_first(digest, tmp_path):
    tell(digest, "Tides", day=14)
    path = f"{digest.slug}/{IssuePage.objects.get().slug}#tides"
    file = tmp_path / "judged.toml"
    rows = [f'[[queries]]\nquery = "{word}"\nrelevant = {{"{path}" = 3}}' for word in TWO]
    file.write_text("\n".join(rows))
    told = ask(file, verbose=True)
    assert told.index("0.000  floods") < told.index("1.000  tides")
    assert f" 1. {path} (3)" in told
    assert "nDCG@10               0.500  (2 queries)" in told
    assert "floods" not in ask(file)


TWO = ["tides", "floods"]


@pytest.mark.django_db
@pytest.mark.parametrize("content", ["", "queries = []", "queries = [1]", "[[queries]]", "=", None])
def test_a_file_of_something_else_is_refused(site, tmp_path, content):
    file = tmp_path / "judged.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(CommandError, match=r"judged\.toml"):
        ask(file)


@pytest.mark.django_db
def test_a_site_that_is_not_there_is_refused(site):
    with pytest.raises(CommandError, match="no such site"):
        ask(JUDGED, site="elsewhere.example")


@pytest.mark.slow
@pytest.mark.django_db
def test_the_samples_are_found_as_well_as_they_were(samples):
    verdicts = judging.judge(judging.read(JUDGED), samples)
    assert len(verdicts) >= 40
    assert judging.means(verdicts)["nDCG@10"] >= RECORDED


@pytest.mark.slow
@pytest.mark.django_db
def test_every_judgement_names_what_readers_can_find(samples):
    entries = Entry.objects.values_list("pk", flat=True)
    found = {
        judging.name_of(result, samples)
        for result in Found("", "", Entry.objects.none()).shown(entries)
    }
    named = {name for query in judging.read(JUDGED) for name in query.relevant}
    assert named <= found
