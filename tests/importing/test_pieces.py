"""Splitting the HTML of a part, and joining that of two."""

import pytest

from digest.importing.review.pieces import (
    LINE_END,
    MAX_LENGTH,
    join_html,
    pieces_of,
    split_html,
    split_points,
)

NESTED = "<ul><li>a<ul><li>b. c</li><li>d</li></ul></li><li>e</li></ul>"


@pytest.mark.parametrize(
    ("html", "pieces"),
    [
        ("<p>One. Two &amp; <b>three</b>?</p>", ["One.", "Two & three?"]),
        ("<p><b>Heat rises</b> The sand is warm.</p>", ["Heat rises", "The sand is warm."]),
        ("<p>first<br/>second</p>", ["first", "second"]),
        ("<ol><li>a</li><li>b</li></ol>", ["a", "b"]),
        (NESTED, ["a b. c d", "e"]),
        ("<p> One. Two. </p>", ["One.", "Two."]),
        ("<p>no stop here</p>", ["no", "stop", "here"]),
        ("<p>word</p>", ["word"]),
    ],
)
def test_pieces_end_at_sentences_lines_items_or_else_words(html, pieces):
    assert [text for _, text in pieces_of(html)] == pieces


@pytest.mark.parametrize(
    ("html", "halves"),
    [
        (
            '<p>One. <a href="u">Two. Three</a></p>',
            ("<p>One.</p>", '<p><a href="u">Two. Three</a></p>'),
        ),
        ("<p>a<br/>b</p>", ("<p>a</p>", "<p>b</p>")),
        ("<p>a<br/><br/> b<br/>c</p>", ("<p>a</p>", "<p>b<br/>c</p>")),
        ("<p>a. b<br/><br/>c</p>", ("<p>a.</p>", "<p>b<br/><br/>c</p>")),
        (
            "<ol><li>a</li><li>b</li></ol>",
            ("<ol><li>a</li></ol>", '<ol class="continued"><li>b</li></ol>'),
        ),
    ],
)
def test_both_halves_keep_the_open_elements(html, halves):
    assert split_html(html, split_points(html)[0]) == halves


@pytest.mark.parametrize(
    "html", ["<p>One. <b>Two</b> &lt;three&gt;.</p>", "<ul><li>a</li><li>b</li></ul>", NESTED]
)
def test_joining_the_halves_gives_the_whole(html):
    for point in split_points(html):
        assert join_html(*split_html(html, point)) == html


def test_long_part_is_not_split():
    text = "One. " * (MAX_LENGTH // 5)
    assert split_points(f"<p>{text[:-10]}</p>")
    assert split_points(f"<p>{text}</p>") == []


def test_run_of_line_ends_is_searched_once():
    assert len(LINE_END.findall(f"<p>a{'<br/>' * 100}b</p>")) == 1


def test_different_elements_are_joined_one_after_the_other():
    assert join_html("<p>a</p>", "<ul><li>b</li></ul>") == "<p>a</p><ul><li>b</li></ul>"
