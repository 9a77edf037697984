"""Benchmarks of readers' search: the generated texts and the targets."""

from io import StringIO

import pytest
from django.core.management import call_command

from benchmarks.database import fill
from benchmarks.measure import Figures
from benchmarks.search.cases import cases
from benchmarks.search.report import API, OURS, WAGTAIL, verdicts
from benchmarks.search.texts import PHRASE, SearchWriter, vocabulary
from digest.pages.stories import Story

STORIES = 50


@pytest.mark.slow
@pytest.mark.django_db
def test_the_stories_have_the_words_that_cases_search_for(site):
    fill(STORIES // 5, SearchWriter)
    call_command("rebuild_search", verbosity=0, stdout=StringIO())
    found = {case.name: case.ours() for case in cases()}
    assert found["common"] == STORIES
    assert found["rare"] == found["typo"] == 5
    assert found["phrase"] == Story.objects.filter(text__contains=PHRASE).count() == 1
    assert found["nothing"] == 0


def test_the_vocabulary_has_60_000_words_and_is_deterministic():
    words, weights = vocabulary()
    assert len(words) == len(weights) == 60_000
    assert weights == sorted(weights)
    assert vocabulary()[0] == words


def test_verdicts_compare_figures_with_targets():
    def cost(seconds):
        return Figures(1, seconds=[seconds], server=[0.0], elapsed=[seconds])

    common = {OURS: cost(0.040), API: cost(0.060), WAGTAIL: cost(4.1)}
    suggest = {OURS: cost(0.031), API: cost(0.029)}
    lines = list(verdicts({50_000: {"common": common, "suggest": suggest}}, "sqlite"))
    assert [line.rpartition(" ")[2] for line in lines[1:]] == ["yes", "yes", "NO", "NO", "yes"]
    assert "102.50, target 100.00 or more" in lines[1]
