"""The generated pages, the measurements and the targets."""

import pytest
from django.conf import settings
from wagtail.models import Page

from benchmarks.cases import _middle, last_page
from benchmarks.content import Writer
from benchmarks.database import fill
from benchmarks.measure import Figures, UnexpectedStatus, Variant, measure
from benchmarks.report import growth, verdicts
from benchmarks.variants import CACHED, EMPTY, GZIPPED, RENDERED, UNCHANGED
from digest.models import IssuePage
from digest.pages.stories import Story


@pytest.mark.slow
@pytest.mark.django_db
def test_bulk_inserted_pages_are_a_consistent_tree_of_valid_issues(site):
    fill(8)
    problems = Page.find_problems()
    assert not any(problems), problems
    issue = IssuePage.objects.order_by("-date").first()
    issue.clean_for_publishing()
    assert issue.get_parent().get_children().count() == 2
    assert Story.objects.filter(issue=issue).count() == len(issue.stories) == 5


@pytest.mark.slow
@pytest.mark.django_db
def test_the_last_page_is_the_end_of_the_cursor(site, client):
    fill(48)
    found = client.get(last_page(lambda url: client.get(url, SERVER_NAME="localhost").json()))
    assert found.json()["next"] is None
    oldest = IssuePage.objects.order_by("-date", "-pk").last()
    assert found.json()["results"][-1]["id"] == oldest.pk


@pytest.mark.parametrize("size", [40, 1000, 10_000, 100_000])
def test_issue_in_the_middle_has_no_images_with_any_size(size):
    number = _middle(list(reversed(range(size))))
    assert 0 <= size // 2 - number <= 25
    stories = [one["value"] for one in Writer(1, [1], [2]).body(number)[1:-2]]
    assert number % 3
    assert [story["image"] for story in stories] == [None] * 5


@pytest.mark.django_db
def test_a_failing_variant_runs_once_and_the_others_continue():
    def fail():
        raise UnexpectedStatus("500")

    found = measure({"good": Variant(lambda: 7), "bad": Variant(fail)}, rounds=3, timeout=5)
    good, bad = found["good"], found["bad"]
    assert (good.result, len(good.seconds)) == (7, 3)
    assert (bad.result, bad.failure, len(bad.seconds)) == (None, "500", 1)


@pytest.mark.django_db
def test_a_variant_runs_with_its_settings_and_a_fast_one_repeatedly():
    seen = []

    def run():
        seen.append(settings.DIGEST_CACHE_SECONDS)
        return 0

    found = measure({"fast": Variant(run, {"DIGEST_CACHE_SECONDS": 0})}, rounds=2, timeout=5)
    assert set(seen) == {0}
    assert found["fast"].repeats > 1
    assert len(seen) == 3 + 2 * found["fast"].repeats


def test_verdicts_compare_cached_responses_with_the_empty_view():
    labels = (CACHED, CACHED + GZIPPED, UNCHANGED, UNCHANGED + GZIPPED)
    found = {label: cost(0.00068) for label in labels}
    lines = list(verdicts({"detail": found | {EMPTY: cost(0.001), RENDERED: cost(0.1)}}))
    met = [line.rpartition(" ")[2] for line in lines if EMPTY in line]
    assert met == ["yes", "yes", "NO", "NO"]
    assert sum(line.endswith("one of them fails") for line in lines) == 2


def test_growth_compares_the_most_issues_with_the_fewest():
    sizes = {
        size: {"list": {RENDERED: cost(rendered), CACHED: cost(0.001)}}
        for size, rendered in [(1000, 0.010), (10_000, 0.2), (100_000, 0.013)]
    }
    lines = list(growth(sizes))
    assert [line.rpartition(" ")[2] for line in lines] == ["NO", "yes"]
    assert "100,000 issues / 1,000" in lines[0]
    assert "1.30" in lines[0]
    assert not list(growth({1000: sizes[1000]}))


def cost(seconds: float) -> Figures:
    return Figures(1, seconds=[seconds], server=[0.0], elapsed=[seconds])
