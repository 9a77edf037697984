"""Queries have words, phrases, excluded words and OR; everything else is literal."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.contrib.search.parsing import MAX_CHARACTERS, MAX_TERMS, TooLong, parse


def parsed(text):
    """Return a query as text: groups by spaces, OR as |, phrases in <>, excluded terms after -."""
    query = parse(text)
    groups = ["|".join(map(term_text, group)) for group in query.groups]
    return " ".join([*groups, *(f"-{term_text(term)}" for term in query.excluded)])


def term_text(term):
    words = "_".join(term.tokens)
    return f"<{words}>" if term.is_quoted else words


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("open Models", "open models"),
        ('"Open Models" now', "<open_models> now"),
        ("a -b", "a -b"),
        ('-"b c" a', "a -<b_c>"),
        ("a --b -", "a -b"),
        ("well-known GPT-4", "well_known gpt_4"),
        ("a OR b c OR d", "a|b c|d"),
        ("a OR b OR c", "a|b|c"),
        ('"a b" OR c', "<a_b>|c"),
        ("a or b", "a or b"),
        ("OR a", "or a"),
        ("a OR", "a or"),
        ("OR", "or"),
        ("OR OR", "or or"),
        ("OR OR OR", "or|or"),
        ("a OR -b", "a or -b"),
        ("-a OR b", "or b -a"),
        ("a OR ! b", "a or b"),
        ('zzz"OR"needle', "zzz_or_needle"),
        ('needle"NOT"pub', "needle_not_pub"),
        ('x")OR(title:"pub', "x_or_title_pub"),
        ('a"NEAR"b', "a_near_b"),
        ('n"*', "n"),
        ("AND NEAR(a b) title:x {t}:x ^a ( a*", "and near_a b title_x t_x a a"),
        ('"', ""),
        ('""', ""),
        ('"a', "a"),
        ('a "b', "a b"),
        ('"a b"c', "a b_c"),
        ("'; DROP TABLE x; --", "drop table x"),
        ("a%00b %s %(x)s {0} \\", "a_00b s x_s 0"),
        ("a\x00b", "a b"),
        ("- ! 🚀 \u202e", ""),
        ("  ", ""),
        ("", ""),
    ],
)
def test_text_is_parsed(text, query):
    assert parsed(text) == query


def test_terms_have_their_spans():
    text = 'one -two "three four" OR five'
    query = parse(text)
    terms = [*query.excluded, *(term for group in query.groups for term in group)]
    assert [text[term.start : term.end] for term in terms] == ["two", "one", "three four", "five"]


@pytest.mark.parametrize(
    ("text", "ends_in_word"),
    [("a", True), ("a b", True), ("a ", False), ('"a', True), ('"a"', False), ("a -b", False)],
)
def test_text_may_end_in_a_word(text, ends_in_word):
    assert parse(text).ends_in_word is ends_in_word


def test_empty_text_does_not_end_in_a_word():
    assert parse("").ends_in_word is False


@pytest.mark.parametrize(
    "text",
    ["a" * (MAX_CHARACTERS + 1), "a" * 60_000, "word " * 8_000, '"' * 60_000, "a OR " * 8_000],
)
def test_long_text_is_rejected_quickly(text):
    start = time.process_time()
    with pytest.raises(TooLong, match="200"):
        parse(text)
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize("text", ["a " * MAX_TERMS, "-a " * MAX_TERMS, "a OR " * 19 + "a"])
def test_number_of_terms_is_limited(text):
    parse(text)
    with pytest.raises(TooLong, match="20"):
        parse(f"{text} -b")


def test_longest_text_is_parsed():
    assert parsed("a" * MAX_CHARACTERS) == "a" * 40


@given(st.text(alphabet=st.one_of(st.sampled_from('" -ORab\x00'), st.characters()), max_size=200))
def test_any_text_is_parsed_or_too_long(text):
    try:
        query = parse(text)
    except TooLong:
        return
    assert all(term.tokens for group in query.groups for term in group)
    assert all(group for group in query.groups)
    assert all(term.tokens for term in query.excluded)


@pytest.mark.parametrize(
    "text", ['"night count",', '("night count")', "„night count“.", "«night count»"]
)
def test_phrase_may_be_next_to_punctuation(text):
    [[term]] = parse(text).groups
    assert (term.tokens, term.is_quoted) == (("night", "count"), True)
