"""The words of the index are those of its entries, by language."""

import pytest
from wagtail.models import Locale

from digest.contrib.search.index import entry_table
from digest.contrib.search.models import Entry, Word
from digest.contrib.search.vocabulary import add_words
from tests.contrib.search.searching import look_for, tell

pytestmark = pytest.mark.django_db


def words():
    return set(Word.objects.values_list("text", flat=True))


def test_words_that_have_forms_are_known_once_for_a_language(digest):
    tell(digest, "Running Running 2026 GPT4 AI 知能", title="Über")
    assert words() == {"running", "uber"}
    word = Word.objects.get(text="running")
    assert (word.language, word.stem) == ("en", "run")
    assert (word.first, word.last, word.length) == ("r", "ng", 7)
    assert str(word) == "running"


def test_words_that_are_too_long_are_not_known(digest):
    tell(digest, "a" * 39 + " " + "b" * 40 + " " + "c" * 41, title="14")
    assert words() == {"a" * 39}


def test_words_that_nothing_has_go_when_the_index_is_rebuilt(digest):
    first, second = (tell(digest, f"Shared {name}", title="14") for name in ("one", "two"))
    first.unpublish()
    assert words() == {"shared", "one", "two"}
    entry_table.rebuild()
    assert words() == {"shared", "two"}
    second.delete()
    entry_table.rebuild()
    assert words() == set()


def test_no_word_that_nothing_has_is_meant(digest):
    tell(digest, "forecast", title="14").unpublish()
    assert words() == {"forecast"}
    assert look_for("forcast").corrections == []


def test_words_are_of_a_language(digest, home_page):
    tell(digest, "Haus", title="14")
    german = Locale.objects.create(language_code="de")
    Entry.objects.update(language="de")
    add_words(Entry.objects.all())
    assert set(Word.objects.values_list("text", "language")) == {("haus", "en"), ("haus", "de")}
    assert german


def test_words_of_other_scripts_have_forms_too(digest):
    tell(digest, "हिन्दी किताबें", title="14")
    assert words() == {"हिन्दी", "किताबें"}


def test_words_are_taken_in_twice_without_harm(digest):
    tell(digest, "Needle", title="14")
    add_words(Entry.objects.all())
    assert words() == {"needle"}
