"""Where the words of a query stand in a text, and which part of a text is shown for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.contrib.search.highlighting import EXCERPT_LENGTH, Marked, excerpt, highlight
from digest.contrib.search.matching import Term


def words(*texts, **options):
    return [Term(tuple(text.split()), **options) for text in texts]


def marked(text, terms):
    """The text with the marks in brackets."""
    return highlight(text, terms).html.replace("<mark>", "[").replace("</mark>", "]")


@pytest.mark.parametrize(
    ("text", "terms", "result"),
    [
        ("Red, green and red.", ["red"], "[Red], green and [red]."),
        ("Reddish", ["red"], "Reddish"),
        ("Die Straße, Cafe\u0301!", ["strasse", "cafe"], "Die [Straße], [Cafe\u0301]!"),
        ("co\u00adoperate", ["cooperate"], "[co\u00adoperate]"),
        ("A GPT-4 of GPT", ["gpt 4"], "A [GPT-4] of GPT"),
        ("one two three", ["one two", "two three"], "[one two three]"),
        ("one two", ["one", "two"], "[one] [two]"),
        ("人工知能", ["工", "知"], "人[工知]能"),
        ("🚀 red", ["red"], "🚀 [red]"),
        ("", ["red"], ""),
        ("red", [], "red"),
    ],
)
def test_terms_are_marked(text, terms, result):
    assert marked(text, words(*terms)) == result


def test_a_word_that_goes_on_is_marked_whole():
    assert marked("open reddish", words("open red", is_prefix=True)) == "[open reddish]"
    assert marked("open red", words("red", is_prefix=True)) == "open [red]"


def test_html_is_safe():
    found = highlight('<b>red</b> & "<script>"', words("red", "b"))
    assert found.html == (
        "&lt;<mark>b</mark>&gt;<mark>red</mark>&lt;/<mark>b</mark>&gt; &amp; "
        "&quot;&lt;script&gt;&quot;"
    )


def test_marks_are_counted_in_code_points():
    assert highlight("🚀é red", words("red")) == Marked("🚀é red", [(3, 6)])


def test_an_excerpt_is_cut_around_the_words():
    text = f"{'before ' * 100}the red word {'after ' * 100}"
    found = excerpt(text, words("red"))
    assert found.text.startswith("…before")
    assert found.text.endswith("after…")
    assert len(found.text) <= EXCERPT_LENGTH + 2
    assert [found.text[start:end] for start, end in found.marks] == ["red"]


def test_an_excerpt_shows_the_place_with_the_most_different_words():
    text = f"red red red red {'between ' * 100}green then red {'after ' * 100}"
    found = excerpt(text, words("red", "green"))
    assert "green then red" in found.text


def test_an_excerpt_without_the_words_is_the_beginning():
    assert excerpt("word " * 100, words("red")).text.startswith("word word")
    assert excerpt("short", words("red")) == Marked("short", [])


def test_writing_without_spaces_is_cut_anywhere():
    found = excerpt("字" * 500 + "知" + "字" * 500, words("知"))
    assert 200 < len(found.text) <= EXCERPT_LENGTH + 2
    assert [found.text[start:end] for start, end in found.marks] == ["知"]


@given(st.text(max_size=900), st.lists(st.text(min_size=1, max_size=3), max_size=3))
def test_marks_lie_in_the_text_and_apart(text, asked):
    terms = [Term((word,)) for word in [*asked, *text.split()[:3]]]
    for found in (highlight(text, terms), excerpt(text, terms)):
        ends = [0, *(place for mark in found.marks for place in mark), len(found.text)]
        assert ends == sorted(ends)
        assert all(start < end for start, end in found.marks)
        assert len(found.text) <= max(len(text), EXCERPT_LENGTH + 2)
