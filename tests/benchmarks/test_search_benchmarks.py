"""What measures readers' search: its texts are as the questions say, and it still runs."""

from io import StringIO

import pytest
from django.core.management import call_command

from benchmarks.database import fill
from benchmarks.measure import Figures
from benchmarks.search.questions import questions
from benchmarks.search.report import API, OURS, WAGTAIL, verdicts
from benchmarks.search.texts import PHRASE, SearchWriter, vocabulary
from digest.pages.stories import Story

STORIES = 50


@pytest.mark.django_db
def test_the_stories_have_the_words_that_are_looked_for(site):
    fill(STORIES // 5, SearchWriter)
    call_command("rebuild_search", verbosity=0, stdout=StringIO())
    found = {question.name: question.ours() for question in questions()}
    assert found["common"] == STORIES
    assert found["rare"] == found["typo"] == 5
    assert found["phrase"] == Story.objects.filter(text__contains=PHRASE).count() == 1
    assert found["nothing"] == 0


def test_the_vocabulary_is_sixty_thousand_words_the_same_each_time():
    words, weights = vocabulary()
    assert len(words) == len(weights) == 60_000
    assert weights == sorted(weights)
    assert vocabulary()[0] == words


def test_a_verdict_says_whether_a_figure_is_what_was_wanted():
    def cost(seconds):
        return Figures(1, seconds=[seconds], server=[0.0], elapsed=[seconds])

    common = {OURS: cost(0.040), API: cost(0.060), WAGTAIL: cost(4.1)}
    suggest = {OURS: cost(0.031), API: cost(0.029)}
    told = list(verdicts({50_000: {"common": common, "suggest": suggest}}, "sqlite"))
    assert [line.rpartition(" ")[2] for line in told[1:]] == ["yes", "yes", "NO", "NO", "yes"]
    assert "102.50, wanted 100.00 or more" in told[1]
