"""Misspelt words are corrected to words that readers can find."""

import pytest
from wagtail.models import Site

from digest.contrib.search.spelling import find_corrections, max_edits
from tests.builders import expire, make_digest, restrict
from tests.contrib.search.searching import add_story, headings, ranked, search_public

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("word", "edits"), [("abc", 0), ("abcd", 1), ("abcdefg", 1), ("abcdefgh", 2), ("gpt4", 0)]
)
def test_number_of_edits_grows_with_the_length(word, edits):
    assert max_edits(word) == edits


@pytest.mark.parametrize(
    "word", ["forcast", "forecsat", "forecastt", "fxrecast", "orecast", "ofrecast"]
)
def test_misspelt_word_is_corrected(digest, word):
    add_story(digest, "The forecast")
    results = search_public(f"the {word}")
    assert (results.query, results.searched_query) == (f"the {word}", "the forecast")
    assert results.corrections == [(word, "forecast")]
    assert headings(results) == ["The forecast"]
    assert results.is_complete


@pytest.mark.parametrize("word", ["frct", "forecast1", "2027", "cat", '"forcast"', "for-cast"])
def test_word_far_from_every_other_is_not_corrected(digest, word):
    add_story(digest, "The forecast of 2026 car")
    assert search_public(word).corrections == []


def test_known_word_is_not_corrected(digest):
    add_story(digest, "forecast")
    add_story(digest, "forcast")
    assert headings(search_public("forcast")) == ["forcast"]
    assert search_public("forcasts").corrections == []


def test_corrections_can_be_disabled(digest):
    add_story(digest, "forecast")
    results = search_public("forcast", correct=False)
    assert (results.searched_query, results.corrections, results.hits) == ("forcast", [], [])


def test_more_common_word_is_preferred(digest):
    add_story(digest, "models")
    add_story(digest, "modals")
    add_story(digest, "models again")
    assert search_public("moduls").searched_query == "models"


@pytest.mark.parametrize(
    ("word", "other"),
    [("bike", "like"), ("metro", "metre"), ("taxes", "takes"), ("cycling", "calling")],
)
def test_unlikely_typo_is_not_corrected(digest, word, other):
    add_story(digest, other)
    assert search_public(word).corrections == []


def test_plural_with_another_stem_is_corrected(digest):
    add_story(digest, "bus")
    add_story(digest, "uses")
    assert search_public("buses").searched_query == "bus"


def test_nearer_word_is_preferred_to_a_more_common_one(digest):
    add_story(digest, "generation")
    for _ in range(3):
        add_story(digest, "generator")
    assert search_public("generatio").searched_query == "generation"


def test_every_misspelt_word_is_corrected_and_the_rest_stays(digest):
    add_story(digest, "Electric forecast", "of the grid")
    results = search_public('forcast -"a b" (elektric) grid')
    assert results.corrections == [("forcast", "forecast"), ("(elektric)", "electric")]
    assert headings(results) == ["Electric forecast"]


def test_correction_may_exceed_the_maximum_length(digest):
    add_story(digest, "encyclopedia")
    text = f"encyclopdia {'z' * 188}"
    assert search_public(text).corrections == [("encyclopdia", "encyclopedia")]


def test_corrections_are_of_the_given_languages(digest):
    add_story(digest, "forecast")
    assert find_corrections("forcast", ["en-GB"]) == [(1, ("forecast",))]
    assert find_corrections("forcast", ["de"]) == []


def hide_by_expiry(digest, word):
    expire(add_story(digest, word))


def hide_by_restriction(digest, word):
    restrict(add_story(digest, word))


def hide_in_a_draft(digest, word):
    add_story(digest, word, publish=False)


def hide_by_unpublishing(digest, word):
    add_story(digest, word).unpublish()


@pytest.mark.parametrize(
    "hide", [hide_by_expiry, hide_by_restriction, hide_in_a_draft, hide_by_unpublishing]
)
@pytest.mark.parametrize("word", ["mansion", "mensions", "mension", "pension"])
def test_hidden_word_changes_nothing(digest, hide, word):
    add_story(digest, "tension", "models")
    queries = ("mension", "pension", "mansion models", "mensions")
    before = [everything(query) for query in queries]
    hide(digest, word)
    assert [everything(query) for query in queries] == before


def test_many_hidden_words_change_nothing(digest):
    add_story(digest, "forecast")
    before = everything("forecasx")
    expire(add_story(digest, " ".join(f"forecas{letter}" for letter in "abcdefghijklmnop")))
    assert everything("forecasx") == before


def test_words_of_another_site_change_nothing(digest, home_page):
    add_story(digest, "tension")
    other = home_page.get_parent().add_child(instance=type(home_page)(title="Other", slug="other"))
    Site.objects.create(hostname="other.example", root_page=other)
    before = everything("mension")
    add_story(make_digest(other, "theirs"), "mansion")
    assert everything("mension", site=Site.objects.get(is_default_site=True)) == before


def everything(text, **options):
    """Return everything that a reader sees of the results."""
    results = search_public(text, **options)
    query = (results.query, results.searched_query, results.corrections, results.is_complete)
    return query, results.hits, results.counts, ranked(results)
