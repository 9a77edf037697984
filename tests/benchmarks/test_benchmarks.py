"""The programs that measure: their pages are pages as the editor makes them, and they still run."""

import pytest
from django.conf import settings
from wagtail.models import Page

from benchmarks.catalogue import last_page
from benchmarks.database import fill
from benchmarks.measure import Failed, Figures, Way, measure
from benchmarks.report import growth, verdicts
from benchmarks.ways import CACHED, EMPTY, PACKED, RENDERED, UNCHANGED
from digest.models import IssuePage
from digest.pages.stories import Story


@pytest.mark.django_db
def test_the_pages_made_in_bulk_are_a_sound_tree_of_valid_issues(site):
    fill(8)
    problems = Page.find_problems()
    assert not any(problems), problems
    issue = IssuePage.objects.order_by("-date").first()
    issue.clean_for_publishing()
    assert issue.get_parent().get_children().count() == 2
    assert Story.objects.filter(issue=issue).count() == len(issue.stories) == 5


@pytest.mark.django_db
def test_the_last_page_is_where_the_cursor_ends(site, client):
    fill(48)
    found = client.get(
        last_page(lambda address: client.get(address, SERVER_NAME="localhost").json())
    )
    assert found.json()["next"] is None
    oldest = IssuePage.objects.order_by("-date", "-pk").last()
    assert found.json()["results"][-1]["id"] == oldest.pk


@pytest.mark.django_db
def test_an_answer_that_fails_is_asked_once_and_the_others_go_on():
    def fail():
        raise Failed("500")

    found = measure({"good": Way(lambda: 7), "bad": Way(fail)}, rounds=3, patience=5)
    assert (found["good"].found, len(found["good"].seconds)) == (7, 3)
    assert (found["bad"].found, found["bad"].failure, len(found["bad"].seconds)) == (None, "500", 1)


@pytest.mark.django_db
def test_a_way_is_asked_with_its_own_settings_and_quick_ones_many_times_a_round():
    seen = []

    def ask():
        seen.append(settings.DIGEST_CACHE_SECONDS)
        return 0

    found = measure({"made": Way(ask, {"DIGEST_CACHE_SECONDS": 0})}, rounds=2, patience=5)
    assert set(seen) == {0}
    assert found["made"].at_once > 1
    assert len(seen) == 3 + 2 * found["made"].at_once


def test_verdicts_compare_what_is_kept_with_the_empty_view():
    found = {who: cost(0.002) for who in (CACHED, CACHED + PACKED, UNCHANGED, UNCHANGED + PACKED)}
    told = list(verdicts({"detail": found | {EMPTY: cost(0.001), RENDERED: cost(0.1)}}))
    assert [line.rpartition(" ")[2] for line in told if EMPTY in line] == ["yes", "yes", "NO", "NO"]
    assert sum(line.endswith("one of them fails") for line in told) == 2


def test_growth_compares_the_most_issues_with_the_fewest():
    sizes = {
        size: {"list": {RENDERED: cost(made), CACHED: cost(0.001)}}
        for size, made in [(1000, 0.010), (10_000, 0.2), (100_000, 0.013)]
    }
    told = list(growth(sizes))
    assert [line.rpartition(" ")[2] for line in told] == ["NO", "yes"]
    assert "100,000 issues / 1,000" in told[0]
    assert "1.30" in told[0]
    assert not list(growth({1000: sizes[1000]}))


def cost(seconds: float) -> Figures:
    """So many seconds of CPU."""
    return Figures(1, seconds=[seconds], server=[0.0], elapsed=[seconds])
