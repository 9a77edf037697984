"""Words of a query are highlighted, and excerpts are cut around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.contrib.search import highlighting
from digest.contrib.search.analysis import tokens, word_spans
from digest.contrib.search.highlighting import EXCERPT_LENGTH, HighlightedText, excerpt, highlight
from digest.contrib.search.matching import Term


def words(*texts, **options):
    return [Term(tuple(text.split()), **options) for text in texts]


def bracketed(text, terms):
    """Return the text with highlights in brackets."""
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
def test_terms_are_highlighted(text, terms, result):
    assert bracketed(text, words(*terms)) == result


def test_prefix_highlights_the_whole_word():
    assert bracketed("open reddish", words("open red", is_prefix=True)) == "[open reddish]"
    assert bracketed("open red", words("red", is_prefix=True)) == "open [red]"


def test_html_is_escaped():
    highlighted = highlight('<b>red</b> & "<script>"', words("red", "b"))
    assert highlighted.html == (
        "&lt;<mark>b</mark>&gt;<mark>red</mark>&lt;/<mark>b</mark>&gt; &amp; "
        "&quot;&lt;script&gt;&quot;"
    )


def test_highlights_are_offsets_in_code_points():
    assert highlight("🚀é red", words("red")) == HighlightedText("🚀é red", [(3, 6)])


def test_excerpt_is_cut_around_the_words():
    text = f"{'before ' * 100}the red word {'after ' * 100}"
    highlighted = excerpt(text, words("red"))
    assert highlighted.text.startswith("…before")
    assert highlighted.text.endswith("after…")
    assert len(highlighted.text) <= EXCERPT_LENGTH + 2
    assert [highlighted.text[start:end] for start, end in highlighted.highlights] == ["red"]


def test_excerpt_has_the_most_different_words():
    text = f"red red red red {'between ' * 100}green then red {'after ' * 100}"
    highlighted = excerpt(text, words("red", "green"))
    assert "green then red" in highlighted.text


def test_excerpt_without_the_words_is_the_beginning():
    assert excerpt("word " * 100, words("red")).text.startswith("word word")
    assert excerpt("short", words("red")) == HighlightedText("short", [])


def test_text_without_spaces_is_cut_anywhere():
    highlighted = excerpt("字" * 500 + "知" + "字" * 500, words("知"))
    assert 200 < len(highlighted.text) <= EXCERPT_LENGTH + 2
    assert [highlighted.text[start:end] for start, end in highlighted.highlights] == ["知"]


@given(st.text(max_size=900), st.lists(st.text(min_size=1, max_size=3), max_size=3))
def test_highlights_are_within_the_text_and_do_not_overlap(text, queried):
    terms = [Term((word,)) for word in [*queried, *text.split()[:3]]]
    for highlighted in (highlight(text, terms), excerpt(text, terms)):
        ends = [
            0,
            *(offset for span in highlighted.highlights for offset in span),
            len(highlighted.text),
        ]
        assert ends == sorted(ends)
        assert all(start < end for start, end in highlighted.highlights)
        assert len(highlighted.text) <= max(len(text), EXCERPT_LENGTH + 2)


# Fragments of words in ASCII and in other characters, and what is between them.
FRAGMENTS = [
    "red",
    "Red",
    "RE\u0301",
    "ed",
    "C++",
    ".net",
    "İ",
    "人工",
    "-",
    "–",
    " ",
    "\n",
    "\u00a0",
]


@given(
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join),
    st.sets(st.sampled_from(["red", "re", "ed", "c➕➕", "⸱net", "人", "i"]), max_size=3),
)
def test_no_word_is_missed(text, queried):
    spans = word_spans(text, lambda word: not queried.isdisjoint(tokens(word)))
    highlighted = highlight(text, [Term((word,)) for word in queried])
    marked = {offset for start, end in highlighted.highlights for offset in range(start, end)}
    assert marked.issuperset(offset for start, end in spans for offset in range(start, end))


def test_only_parts_with_a_possible_word_are_split(monkeypatch):
    split = []

    def record(text, is_match, start, end):
        split.append(text[start:end])
        return word_spans(text, is_match, start, end)

    monkeypatch.setattr(highlighting, "word_spans", record)
    assert bracketed("none of it, coloured-red é. None", words("red")).count("[") == 1
    assert split == ["coloured-red", "é."]
