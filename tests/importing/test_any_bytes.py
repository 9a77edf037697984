"""Test that any bytes become a draft that the editor keeps word for word, or one clear line."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from digest.blocks import STORY_FEATURES, TEXT_FEATURES
from digest.importing import DocumentError, read_document
from digest.importing.rich_text import split_words
from tests.importing.conftest import draft_of_document
from tests.importing.test_mail import mail
from tests.importing.test_nothing_is_lost import HTML_PIECES, LINES
from tests.importing.test_word import W, docx, paragraph

NAMES = ["a.txt", "a.md", "a.html", "a.docx", "a.eml", "a"]
HOSTILE = [
    "<style>.x{display:none} p>b{font-weight:700}</style>",
    "<p class=x>hidden",
    "<a href='#n1' id=r1>1</a>",
    "<li id=n1>A note <a href='#r1'>↑</a>",
    "<table><tr><th>Date<td>@2026-03-09<tr><th>Tags<td><b>A</b><b>B</b></table>",
    "<p>•\tItem",
    "<p>1.\tItem",
    "<div style='mso-element:dropcap-dropped'><p>T",
    "<a href='https://e.org/unsubscribe?e=ab12cd34x'>Unsubscribe</a>",
    "<ul><li>Why it matters: x<li>y</ul>",
    "\x00\x0b\u2028 \ufffe 😀 \u0301",
]


def word_file(text: str) -> bytes:
    """Return a Word file with this text twice."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return docx(paragraph(escaped) * 2, **{"word/styles.xml": f"<w:styles {W}/>"})


PIECES = st.sampled_from([*HTML_PIECES, *LINES, *HOSTILE])
DOCUMENTS = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(str.encode),
    st.lists(PIECES, max_size=20).map(lambda pieces: "\n".join(pieces).encode("utf-8", "replace")),
    st.lists(PIECES, max_size=9).map(lambda pieces: mail("\n".join(pieces), "text/html")),
    st.text("abc <>&;\t•.1", max_size=40).map(word_file),
)


def after_editor(stored: str, features: list[str]) -> str:
    """Return rich text as it is stored after it was opened in the editor and saved."""
    converter = ContentstateConverter(features)
    return converter.to_database_format(converter.from_database_format(stored))


def words(stored: str) -> list[str]:
    """Return the words of rich text; only blocks and line breaks separate them."""
    return split_words(re.sub(r"</?(?:p|li|ul|ol|h3|blockquote|br)\b[^>]*>", " ", strip(stored)))


def strip(stored: str) -> str:
    return re.sub(r"</?(?:b|i|s|a|sup|sub|code)\b[^>]*>", "", stored)


def check(data: bytes, name: str) -> None:
    """Check that a document is rejected in one line, or kept by the editor."""
    error = ""
    try:
        body = draft_of_document(read_document(data, name)).body()
    except DocumentError as rejection:
        error, body = str(rejection), []
    assert re.fullmatch(r"[^\n]{5,300}", error) or body
    for block in body:
        value = block["value"]
        for key, features in (
            ("body", STORY_FEATURES),
            ("why_it_matters", TEXT_FEATURES),
            ("text", TEXT_FEATURES),
        ):
            assert words(after_editor(value.get(key, ""), features)) == words(value.get(key, ""))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(data=DOCUMENTS, name=st.sampled_from(NAMES))
@example(data=b"From: a\nTo: b\nSubject: =?x?b?!?=\n\n<p>x", name="a.eml")
@example(data=b"PK\x03\x04", name="a.docx")
def test_any_bytes_are_kept_by_the_editor_or_rejected(data, name):
    check(data, name)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, database=None)
@given(data=DOCUMENTS, name=st.sampled_from(NAMES))
def test_many_bytes_are_kept_by_the_editor_or_rejected(data, name):
    check(data, name)
