"""Test that the editor keeps the lists and quotations of imported documents."""

import re
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from digest.blocks import STORY_FEATURES, TEXT_FEATURES
from digest.importing.editor_html import editor_html
from digest.importing.rich_text import FEATURE_TAGS, sanitise
from tests.importing.conftest import draft_of

TAGS = {"p"}.union(*(FEATURE_TAGS.get(feature, ()) for feature in STORY_FEATURES))


def items_of(inner):
    """Return lists of items with at least one block each."""
    return st.lists(st.lists(inner, min_size=1, max_size=3), min_size=1, max_size=3)


LEAVES = st.sampled_from(["text", "code", "heading", "table"])
CONTAINERS = ("ul", "ol", "quote")
BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.tuples(st.sampled_from(CONTAINERS), items_of(inner)),
    max_leaves=12,
)
DOCUMENTS = st.lists(BLOCKS, min_size=1, max_size=4)
MARKDOWN_LEAVES = {
    "text": "w{} *w{}*",
    "code": "```\nw{}\nw{}\n```",
    "heading": "#### w{} w{}",
    "table": "| w{} | w{} |\n|---|---|",
}
HTML_LEAVES = {
    "text": "<p>w{} <i>w{}</i></p>",
    "code": "<pre>w{}\nw{}</pre>",
    "heading": "<p>w{}<br>w{}</p>",
    "table": "<table><tr><td>w{}</td><td>w{}</td></tr></table>",
}


def markdown(blocks, number):
    """Return blocks as Markdown, with words that are all different."""
    return "\n\n".join(markdown_block(block, number) for block in blocks)


def markdown_block(block, number):
    if isinstance(block, str):
        return MARKDOWN_LEAVES[block].format(next(number), next(number))
    kind, items = block
    if kind == "quote":
        return indent(markdown([leaf for item in items for leaf in item], number), "> ", "> ")
    marks = ("- ", "  ") if kind == "ul" else ("1. ", "   ")
    return "\n".join(indent(markdown(item, number), *marks) for item in items)


def indent(text, first, others):
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(others + line if line else line for line in lines[1:])])


def html(blocks, number):
    """Return blocks as HTML."""
    return "".join(html_block(block, number) for block in blocks)


def html_block(block, number):
    if isinstance(block, str):
        return HTML_LEAVES[block].format(next(number), next(number))
    kind, items = block
    if kind == "quote":
        return f"<blockquote>{html([b for item in items for b in item], number)}</blockquote>"
    return f"<{kind}>{''.join(f'<li>{html(item, number)}</li>' for item in items)}</{kind}>"


def after_editor(stored, features=STORY_FEATURES):
    """Return rich text as it is stored after it was opened in the editor and saved."""
    converter = ContentstateConverter(features)
    again = converter.to_database_format(converter.from_database_format(stored))
    return re.sub(r' data-block-key="\w+"', "", again)


def words(stored):
    text = re.sub(r"<[^>]*>", " ", re.sub("</?i>", "", stored))
    return [word for word in re.findall(r"\w+", text) if word.startswith("w")]


def check(stored, last):
    again = after_editor(stored)
    assert words(stored) == [f"w{number}" for number in range(last)]
    assert words(again) == words(stored)
    assert again.count("<ol") == stored.count("<ol")
    assert again.count("<blockquote") == stored.count("<blockquote")


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(blocks=DOCUMENTS)
def test_editor_keeps_lists_and_quotes_of_markdown(blocks):
    number = count()
    text = markdown(blocks, number)
    draft = draft_of(f"## S\n\nStart.\n\n{text}", "a.md")
    check(draft.stories[0].value()["body"], next(number))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(blocks=DOCUMENTS)
def test_editor_keeps_lists_and_quotes_of_html(blocks):
    number = count()
    draft = draft_of(f"<h1>T</h1><h2>S</h2><p>Start.</p>{html(blocks, number)}", "a.html")
    check(draft.stories[0].value()["body"], next(number))


@pytest.mark.parametrize(
    ("html", "stored"),
    [
        ("<ul><li>a<ul><li>b</li></ul>c</li></ul>", "<ul><li>a<br/>• b<br/>c</li></ul>"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "<ul><li>a<br/>b</li></ul>"),
        (
            "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>",
            "<ol><li>a<br/>• b</li><li>c</li></ol>",
        ),
        (
            "<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>",
            "<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>",
        ),
        ("<ol><li>a</li></ol><ol><li>b</li></ol>", "<ol><li>a</li></ol><p></p><ol><li>b</li></ol>"),
        (
            "<ol><li>a<ul><li>b</li></ul></li></ol><ul><li>c</li></ul>",
            "<ol><li>a<ul><li>b</li></ul></li></ol><p></p><ul><li>c</li></ul>",
        ),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "<p>3. a</p><p>4. b</p>"),
        (
            "<blockquote><p>a</p><ol><li>b</li></ol></blockquote>",
            "<blockquote>a<br/>1. b</blockquote>",
        ),
        ("<blockquote><ul><li>a</li></ul></blockquote>", "<ul><li>a</li></ul>"),
    ],
)
def test_lists_and_quotes_become_blocks_of_the_editor(html, stored):
    assert editor_html(html, TAGS) == stored


def test_quotes_and_headings_in_a_list_are_lines_of_the_item():
    html = "<ul><li><h3>a</h3><blockquote>b</blockquote></li></ul>"
    assert sanitise(html, TEXT_FEATURES) == "<ul><li>a<br/>b</li></ul>"
