"""Words, phrases, excluded words and OR; everything else is literal."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.contrib.search.parsing import MAX_CHARACTERS, MAX_TERMS, TooLong, parse


def read(text):
    """A query as text: groups by spaces, choices by |, phrases in <>, excluded ones after -."""
    query = parse(text)
    groups = ["|".join(map(written, group)) for group in query.groups]
    return " ".join([*groups, *(f"-{written(unit)}" for unit in query.excluded)])


def written(unit):
    words = "_".join(unit.tokens)
    return f"<{words}>" if unit.is_quoted else words


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
def test_a_text_asks_for(text, query):
    assert read(text) == query


def test_a_unit_knows_where_it_stands():
    text = 'one -two "three four" OR five'
    query = parse(text)
    units = [*query.excluded, *(unit for group in query.groups for unit in group)]
    assert [text[unit.start : unit.end] for unit in units] == ["two", "one", "three four", "five"]


@pytest.mark.parametrize(
    ("text", "is_unfinished"),
    [("a", True), ("a b", True), ("a ", False), ('"a', True), ('"a"', False), ("a -b", False)],
)
def test_a_word_at_the_end_may_go_on(text, is_unfinished):
    assert parse(text).is_unfinished is is_unfinished


def test_nothing_goes_on_where_nothing_is():
    assert parse("").is_unfinished is False


@pytest.mark.parametrize(
    "text",
    ["a" * (MAX_CHARACTERS + 1), "a" * 60_000, "word " * 8_000, '"' * 60_000, "a OR " * 8_000],
)
def test_a_long_text_is_refused_at_once(text):
    start = time.process_time()
    with pytest.raises(TooLong, match="200"):
        parse(text)
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize("text", ["a " * MAX_TERMS, "-a " * MAX_TERMS, "a OR " * 19 + "a"])
def test_so_many_words_are_read_and_no_more(text):
    parse(text)
    with pytest.raises(TooLong, match="20"):
        parse(f"{text} -b")


def test_the_longest_text_is_read():
    assert read("a" * MAX_CHARACTERS) == "a" * 40


@given(st.text(alphabet=st.one_of(st.sampled_from('" -ORab\x00'), st.characters()), max_size=200))
def test_any_text_is_read_or_too_long(text):
    try:
        query = parse(text)
    except TooLong:
        return
    assert all(unit.tokens for group in query.groups for unit in group)
    assert all(group for group in query.groups)
    assert all(unit.tokens for unit in query.excluded)


@pytest.mark.parametrize(
    "text", ['"night count",', '("night count")', "„night count“.", "«night count»"]
)
def test_a_phrase_may_stand_beside_punctuation(text):
    [[unit]] = parse(text).groups
    assert (unit.tokens, unit.is_quoted) == (("night", "count"), True)
