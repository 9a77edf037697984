"""What was probably meant, of the words that readers may see."""

import pytest
from wagtail.models import Site

from digest.contrib.search.spelling import candidates, most_edits
from tests.builders import expire, make_digest, restrict
from tests.contrib.search.searching import headings, look_for, tell

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("word", "edits"), [("abc", 0), ("abcd", 1), ("abcdefg", 1), ("abcdefgh", 2), ("gpt4", 0)]
)
def test_the_longer_a_word_the_more_may_be_wrong(word, edits):
    assert most_edits(word) == edits


@pytest.mark.parametrize(
    "word", ["forcast", "forecsat", "forecastt", "fxrecast", "orecast", "ofrecast"]
)
def test_a_misspelt_word_is_corrected(digest, word):
    tell(digest, "The forecast")
    found = look_for(f"the {word}")
    assert (found.asked, found.searched) == (f"the {word}", "the forecast")
    assert found.corrections == [(word, "forecast")]
    assert headings(found) == ["The forecast"]
    assert found.is_complete


@pytest.mark.parametrize("word", ["frct", "forecast1", "2027", "cat", '"forcast"', "for-cast"])
def test_what_is_far_from_every_word_is_not_corrected(digest, word):
    tell(digest, "The forecast of 2026 car")
    assert look_for(word).corrections == []


def test_no_word_is_corrected_that_something_has(digest):
    tell(digest, "forecast")
    tell(digest, "forcast")
    assert headings(look_for("forcast")) == ["forcast"]
    assert look_for("forcasts").corrections == []


def test_no_word_is_corrected_if_that_is_not_wanted(digest):
    tell(digest, "forecast")
    found = look_for("forcast", correct=False)
    assert (found.searched, found.corrections, found.hits) == ("forcast", [], [])


def test_of_equally_near_words_the_more_common_is_meant(digest):
    tell(digest, "models")
    tell(digest, "modals")
    tell(digest, "models again")
    assert look_for("moduls").searched == "models"


@pytest.mark.parametrize(
    ("word", "other"),
    [("bike", "like"), ("metro", "metre"), ("taxes", "takes"), ("cycling", "calling")],
)
def test_another_word_is_not_taken_for_a_misspelt_one(digest, word, other):
    tell(digest, other)
    assert look_for(word).corrections == []


def test_a_plural_that_its_stem_does_not_tell_is_known(digest):
    tell(digest, "bus")
    tell(digest, "uses")
    assert look_for("buses").searched == "bus"


def test_a_nearer_word_is_meant_before_a_more_common_one(digest):
    tell(digest, "generation")
    for _ in range(3):
        tell(digest, "generator")
    assert look_for("generatio").searched == "generation"


def test_every_misspelt_word_is_corrected_and_the_rest_stays(digest):
    tell(digest, "Electric forecast", "of the grid")
    found = look_for('forcast -"a b" (elektric) grid')
    assert found.corrections == [("forcast", "forecast"), ("(elektric)", "electric")]
    assert headings(found) == ["Electric forecast"]


def test_a_correction_may_make_the_text_longer_than_one_may_be(digest):
    tell(digest, "encyclopedia")
    text = f"encyclopdia {'z' * 188}"
    assert look_for(text).corrections == [("encyclopdia", "encyclopedia")]


def test_candidates_are_of_the_languages_asked_for(digest):
    tell(digest, "forecast")
    assert candidates("forcast", ["en-GB"]) == [(1, ("forecast",))]
    assert candidates("forcast", ["de"]) == []


def hide_by_clock(digest, word):
    expire(tell(digest, word))


def hide_behind_a_login(digest, word):
    restrict(tell(digest, word))


def hide_in_a_draft(digest, word):
    tell(digest, word, publish=False)


def hide_by_unpublishing(digest, word):
    tell(digest, word).unpublish()


@pytest.mark.parametrize(
    "hide", [hide_by_clock, hide_behind_a_login, hide_in_a_draft, hide_by_unpublishing]
)
@pytest.mark.parametrize("word", ["mansion", "mensions", "mension", "pension"])
def test_a_hidden_word_changes_nothing(digest, hide, word):
    tell(digest, "tension", "models")
    before = [answer(text) for text in ("mension", "pension", "mansion models", "mensions")]
    hide(digest, word)
    assert [answer(text) for text in ("mension", "pension", "mansion models", "mensions")] == before


def test_many_hidden_words_change_nothing(digest):
    tell(digest, "forecast")
    before = answer("forecasx")
    expire(tell(digest, " ".join(f"forecas{letter}" for letter in "abcdefghijklmnop")))
    assert answer("forecasx") == before


def test_words_of_another_site_change_nothing(digest, home_page):
    tell(digest, "tension")
    other = home_page.get_parent().add_child(instance=type(home_page)(title="Other", slug="other"))
    Site.objects.create(hostname="other.example", root_page=other)
    before = answer("mension")
    tell(make_digest(other, "theirs"), "mansion")
    assert answer("mension", site=Site.objects.get(is_default_site=True)) == before


def answer(text, **options):
    """All that a reader is told."""
    found = look_for(text, **options)
    told = (found.asked, found.searched, found.corrections, found.is_complete)
    return told, found.hits, found.counts, found.shown([hit.pk for hit in found.hits])
