"""The words of the index are those of its entries, by language."""

import pytest
from wagtail.models import Locale

from digest.search.models import Entry, Word
from digest.search.vocabulary import add_words, forget_words
from tests.builders import restrict
from tests.digest.search.searching import tell

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


def test_words_go_with_the_last_entry_that_has_them(digest, django_capture_on_commit_callbacks):
    first, second = (tell(digest, f"Shared {name}", title="14") for name in ("one", "two"))
    with django_capture_on_commit_callbacks(execute=True):
        first.unpublish()
    assert words() == {"shared", "two"}
    restrict(second)
    assert words() == set()


def test_words_go_with_what_is_deleted(digest, django_capture_on_commit_callbacks):
    issue = tell(digest, "Needle", title="14")
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        issue.delete()
    assert (words(), len(callbacks) > 1) == (set(), True)


def test_words_are_of_a_language(digest, home_page):
    tell(digest, "Haus", title="14")
    german = Locale.objects.create(language_code="de")
    Entry.objects.update(language="de")
    add_words(Entry.objects.all())
    assert set(Word.objects.values_list("text", "language")) == {("haus", "en"), ("haus", "de")}
    assert german


def test_many_words_are_forgotten_in_few_queries(digest, django_assert_max_num_queries):
    tell(digest, " ".join(f"w{letter}x" for letter in "abcdefghij"), title="14")
    Entry.objects.all()._raw_delete("default")
    with django_assert_max_num_queries(4):
        forget_words(words())
    assert words() == set()


def test_words_that_an_entry_has_stay(digest):
    tell(digest, "Needle", title="14")
    forget_words(["needle", "never"])
    assert words() == {"needle"}


def test_words_are_taken_in_twice_without_harm(digest):
    tell(digest, "Needle", title="14")
    add_words(Entry.objects.all())
    assert words() == {"needle"}
