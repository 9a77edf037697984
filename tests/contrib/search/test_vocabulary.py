"""The vocabulary has the words of entries, by language."""

import pytest
from wagtail.models import Locale

from digest.contrib.search.index import entry_table
from digest.contrib.search.models import Entry, Word
from digest.contrib.search.vocabulary import add_words
from tests.contrib.search.searching import add_story, search_public

pytestmark = pytest.mark.django_db


def words():
    return set(Word.objects.values_list("text", flat=True))


def test_words_are_stored_once_for_each_language(digest):
    add_story(digest, "Running Running 2026 GPT4 AI 知能", title="Über")
    assert words() == {"running", "uber"}
    word = Word.objects.get(text="running")
    assert (word.language, word.stem) == ("en", "run")
    assert (word.first, word.last, word.length) == ("r", "ng", 7)
    assert str(word) == "running"


def test_long_words_are_not_stored(digest):
    add_story(digest, "a" * 39 + " " + "b" * 40 + " " + "c" * 41, title="14")
    assert words() == {"a" * 39}


def test_unused_words_are_deleted_by_a_rebuild(digest):
    first, second = (add_story(digest, f"Shared {name}", title="14") for name in ("one", "two"))
    first.unpublish()
    assert words() == {"shared", "one", "two"}
    entry_table.rebuild()
    assert words() == {"shared", "two"}
    second.delete()
    entry_table.rebuild()
    assert words() == set()


def test_unused_word_is_no_correction(digest):
    add_story(digest, "forecast", title="14").unpublish()
    assert words() == {"forecast"}
    assert search_public("forcast").corrections == []


def test_word_is_stored_for_each_language(digest, home_page):
    add_story(digest, "Haus", title="14")
    german = Locale.objects.create(language_code="de")
    Entry.objects.update(language="de")
    add_words(Entry.objects.all())
    assert set(Word.objects.values_list("text", "language")) == {("haus", "en"), ("haus", "de")}
    assert german


def test_words_of_other_scripts_are_stored(digest):
    add_story(digest, "हिन्दी किताबें", title="14")
    assert words() == {"हिन्दी", "किताबें"}


def test_words_can_be_added_twice(digest):
    add_story(digest, "Needle", title="14")
    add_words(Entry.objects.all())
    assert words() == {"needle"}
