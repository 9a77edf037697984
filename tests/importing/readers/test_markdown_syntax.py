"""Test footnotes, attributes, wikilinks, inline HTML and relative links in Markdown."""

import pytest

from digest.importing import DocumentError
from digest.importing.parts import Role
from digest.importing.readers.markdown import MAX_BRACKETS
from tests.importing.conftest import draft_of, parts_of, texts
from tests.importing.readers.test_markdown import STORY, body_of

LINK = '<a href="https://e.org">a</a>'


def left_out(markdown: str) -> list[str]:
    return texts(parts_of(STORY.format(markdown), "a.md"), Role.LEFT_OUT)


def sources_of(markdown: str) -> list[tuple[str, str]]:
    """Return title and URL of the sources of an issue."""
    body = draft_of(STORY.format(markdown), "a.md").body()
    return [(item["value"]["title"], item["value"]["url"]) for item in body[-1]["value"]["items"]]


@pytest.mark.parametrize(
    ("written", "stored", "sources"),
    [
        (
            "a[^x]\n\n[^x]: B [c](https://e.org) d.",
            "a<sup>[1]</sup>",
            [("B c d.", "https://e.org")],
        ),
        (
            "a[^2] b[^1] c[^2]\n\n[^1]: d\n[^2]: e",
            "a<sup>[1]</sup> b<sup>[2]</sup> c<sup>[1]</sup>",
            [("d", ""), ("e", "")],
        ),
        ("a[^1]\n\n[^1]: b\n  c\n\n    d", "a<sup>[1]</sup>", [("b c d", "")]),
        ("a^[b [c](https://e.org)]", "a<sup>[1]</sup>", [("b c", "https://e.org")]),
        ("a\n\n[^1]: b", "a", [("b", "")]),
    ],
)
def test_footnote_is_a_source_of_the_issue(written, stored, sources):
    assert body_of(written) == f"<p>{stored}</p>"
    assert sources_of(written) == sources


@pytest.mark.parametrize("written", ["a[^1]", "`[^1]`\n\n[^1]: b", "a ^ [b]"])
def test_text_that_is_no_footnote_stays(written):
    assert "[" in body_of(written)


def test_text_after_a_footnote_is_text_of_the_story():
    assert body_of("a[^1]\n\n[^1]: b\n\nc") == "<p>a<sup>[1]</sup></p><p>c</p>"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("[a](https://e.org){: .b}", LINK),
        ('[a](https://e.org){target="_blank" .b}', LINK),
        ("*a*{.b}", "<i>a</i>"),
        ("`a`{#b}", "<code>a</code>"),
        ("a\n{: .b #c}", "a"),
        ("{: .b}\na", "a"),
        ("{a} {.b} {c=d e}", "{a} {.b} {c=d e}"),
        ("`{#a}`", "<code>{#a}</code>"),
    ],
)
def test_attributes_are_no_text(written, stored):
    assert body_of(written) == f"<p>{stored}</p>"


@pytest.mark.parametrize("heading", ["A {#b}", "A {#b .c d='e'} ##", "A { .c }"])
def test_attributes_of_a_heading_are_no_text(heading):
    draft = draft_of(f"## {heading}\n\nx\n\n### {heading}", "a.md")
    assert draft.stories[0].heading == "A"
    assert draft.stories[0].value()["body"] == "<p>x</p><h3>A</h3>"


@pytest.mark.parametrize(
    ("written", "stored", "target"),
    [
        ("[[A b|c]] d", "c d", ["A b"]),
        ("[[A b]]", "A b", []),
        ("![[A|b]]", "b", ["A"]),
        ("[[a]](https://e.org)", '<a href="https://e.org">[a]</a>', []),
        ("`[[a|b]]`", "<code>[[a|b]]</code>", []),
    ],
)
def test_wikilink_is_its_text(written, stored, target):
    assert body_of(written) == f"<p>{stored}</p>"
    assert left_out(written) == target


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("a<br>b<br />c", "a<br/>b<br/>c"),
        (
            "<b>a</b> <STRONG>b</STRONG> <em>c</em> <del>d</del>",
            "<b>a</b> <b>b</b> <i>c</i> <s>d</s>",
        ),
        ("<a href='https://e.org' target=_blank>a</a>", LINK),
        ('<u><span style="color:red">a *b*</span></u>', "a <i>b</i>"),
        (
            '<img src="https://e.org/p.png" alt="a & b" width=3>',
            '<a href="https://e.org/p.png">a &amp; b</a>',
        ),
        ("a <b> c", "a &lt;b&gt; c"),
        ("<b>a <i>b</b>", "<b>a &lt;i&gt;b</b>"),
        ("*a <b>b* c</b>", "<i>a &lt;b&gt;b</i> c&lt;/b&gt;"),
        ('<b onclick="x()">a</b>', "<b>a</b>"),
        ("<div>a</div>", "&lt;div&gt;a&lt;/div&gt;"),
        ("`<b>a</b>`", "<code>&lt;b&gt;a&lt;/b&gt;</code>"),
    ],
)
def test_inline_html_is_rich_text(written, stored):
    assert body_of(written) == f"<p>{stored}</p>"
    assert not left_out(written)


@pytest.mark.parametrize(
    ("written", "stored", "reported"),
    [
        ("<a href='javascript:x()'>a</a>", "a", "javascript:x()"),
        ("<a href='/b'>a</a>", "a", "/b"),
        ("[a](/b/c.html)", "a", "/b/c.html"),
        ("- *[a](../b)*", None, "../b"),
        ("[a][b]\n\n[b]: b.md", "a", "b.md"),
        ("[a](//e.org/b)", "a", "//e.org/b"),
        ("![a](b.png)", "a", "b.png"),
    ],
)
def test_what_readers_cannot_use_is_left_out_and_reported(written, stored, reported):
    assert body_of(written) == (f"<p>{stored}</p>" if stored else "<ul><li><i>a</i></li></ul>")
    assert left_out(written) == [reported]


def test_relative_link_of_a_heading_is_no_source():
    draft = draft_of("## [A](/b)\n\nx", "a.md")
    assert (draft.stories[0].heading, draft.stories[0].sources) == ("A", [])


def test_document_with_too_many_brackets_is_rejected():
    with pytest.raises(DocumentError, match="50,000 links or brackets"):
        draft_of("![" * (MAX_BRACKETS + 1), "a.md")
