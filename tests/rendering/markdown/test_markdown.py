"""Test Markdown and plain text: rendering gives the original text."""

import re
from html import escape

import nh3
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from digest.rendering.markdown import html_to_markdown, html_to_text
from digest.rendering.rich_text import ALLOWED_ATTRIBUTES, ALLOWED_SCHEMES, ALLOWED_TAGS

BLOCKS = ["p", "ul", "ol", "li", "blockquote", "pre", "hr", "h2", "h3", "br"]
READERS = [
    MarkdownIt("commonmark", {"html": False}),
    MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]),
]


def words(html):
    """Return the visible words, with a space at each line end."""
    page = BeautifulSoup(html, "html.parser")
    for block in page.find_all(BLOCKS):
        block.insert_before(" ")
        block.insert_after(" ")
    return " ".join(page.get_text().split())


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One<br>two</p>", "One\\\ntwo"),
        ("<p>a <b>bold </b>and <i>fine</i> word</p>", "a **bold** and _fine_ word"),
        ("<p>un<b>believ</b>able, in<i>cred</i>ible</p>", "un**believ**able, in*cred*ible"),
        ("<p><b>a</b><b>b</b> <b><i>c</i></b></p>", "**ab** **_c_**"),
        ("<p><s>Old</s> H<sub>2</sub>O, x<sup>2</sup></p>", "~~Old~~ H2O, x2"),
        ("<p>a<del>b </del>c <strike><b>d</b></strike></p>", "a~~b~~ c ~~**d**~~"),
        ("<p>a<s>(b)</s>c <s> </s><s>d~</s></p>", "a(b)c d\\~"),
        ("<h2>A</h2><h3>B # </h3>", "## A\n\n### B \\#"),
        ("<ul><li>A<ul><li>B</li></ul></li><li>C</li></ul>", "- A\n  - B\n- C"),
        ("<ol><li>A</li><li><p>B</p><p>C</p></li></ol>", "1. A\n2. B\n\n   C"),
        ("<ul><li>A</li></ul><ul><li>B</li></ul>", "- A\n\n* B"),
        ("<ul>A <b>b</b><li>C</li></ul>", "- A **b**\n- C"),
        ("<blockquote>A<br>B</blockquote>", "> A\\\n> B"),
        ("<blockquote><p>A</p><p>B</p></blockquote>", "> A\n>\n> B"),
        ("<p>a <code>x`y</code></p>", "a ``x`y``"),
        ("<pre>a\n```\n<b>b</b></pre>", "````\na\n```\nb\n````"),
        ("<p><code>if x:<br>\xa0\xa0y()</code></p>", "```\nif x:\n  y()\n```"),
        ("<p><code>a\xa0\xa0= 1<br>b</code></p>", "```\na  = 1\nb\n```"),
        ("<p>A <code>b\xa0\xa0\xa0c</code></p>", "A `b   c`"),
        ("<p>A</p><hr><p>B</p>", "A\n\n___\n\nB"),
        ('<p><a href="https://x.y/a b(c)">li]nk</a></p>', "[li\\]nk](https://x.y/a%20b\\(c\\))"),
        ('<p>!<a href="https://x.y/">no picture</a></p>', "\\![no picture](https://x.y/)"),
        ('<img src="https://x.y/a.jpg" alt="A [b]">', "![A \\[b\\]](https://x.y/a.jpg)"),
        ("<p></p><ul><li></li></ul><p><b> </b><code></code></p><blockquote></blockquote>", ""),
        ('<p><a href="https://x.y/"> </a>&nbsp;</p>', ""),
        ("", ""),
        ("<p>A<br>\xa0</p><p>B<br></p>", "A\n\nB"),
        ("<b><p>A</p></b><p>B</p>", "A\n\nB"),
    ],
)
def test_html_to_markdown(html, expected):
    assert html_to_markdown(html).strip("\xa0") == expected


@pytest.mark.parametrize(
    "text",
    [
        *("*a*", "_a_", "snake_case", "__init__", "`a`", "a ``", "~~a~~", "~~~", "```", "| a |"),
        *("# a", "#", "- a", "-", "+ a", "> a", "1. a", "1) a", "12.", "===", "---", "* * *"),
        *("[x](javascript:alert(1))", "![a](b)", "[a]: /b", "[^1]", "<script>alert(1)</script>"),
        *("<http://x.y>", "&amp;", "&#42;", "AT&T", "a\\", "\\*", "a!", "C#", "|a|b|", "--|--"),
    ],
)
def test_text_that_looks_like_markdown_is_escaped(text):
    for html in (
        f"<p>{escape(text)}</p>",
        f"<p>a<br>{escape(text)}</p>",
        f"<h2>{escape(text)}</h2>",
    ):
        for reader in READERS:
            rendered = BeautifulSoup(reader.render(html_to_markdown(html)), "html.parser")
            assert words(str(rendered)) == words(html)
            assert {tag.name for tag in rendered.find_all()} <= {"p", "br", "h2"}


def test_plain_text_is_not_escaped_needlessly():
    text = "It's 5 - 3 = 2, AT&T (C# & snake_case), 1.5 at 10:30! Why? a@b.c + 7%; x/y."
    assert html_to_markdown(f"<p>{escape(text)}</p>") == text


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:x", "/local", "//x.y", "", "x y"])
def test_unusable_url_leaves_the_text(href):
    assert html_to_markdown(f'<p>a <a href="{href}">b</a></p>') == "a b"
    assert html_to_markdown(f'<p>a <img src="{href}" alt="b"></p>') == "a b"


@pytest.mark.parametrize(
    "href", ["HTTPS://x.y", "http://x.y/?a=1&amp;copy;=2", "mailto:a@b.c", "tel:+1"]
)
def test_usable_url_is_kept(href):
    [link] = BeautifulSoup(
        READERS[0].render(html_to_markdown(f'<a href="{href}">b</a>')), "html.parser"
    )("a")
    assert link["href"] == BeautifulSoup(f'<a href="{href}">', "html.parser").a["href"]


def test_deep_nesting_becomes_text():
    html = "<ul><li>a" * 2000 + "</li></ul>" * 2000 + "<b><i>" * 2000 + "end"
    rendered = READERS[0].render(html_to_markdown(html))
    assert words(rendered).split().count("a") == 2000
    assert "end" in rendered


def test_control_characters_and_hidden_content_are_removed():
    html = "<p>a\x00\x0b\x1b\x85\ufffe<!-- no --><script>no</script><style>no</style>b</p>"
    assert html_to_markdown(html) == html_to_text(html) == "ab"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h3>A*</h3><p>1. <b>b</b><br>c</p>", "A*\n\n1. b\nc"),
        ("<ul><li>A<ol><li>B</li></ol></li></ul>", "- A\n  1. B"),
        ("<blockquote>A</blockquote><hr><pre>B\nC</pre>", "A\n\nB\nC"),
        ('<p><a href="https://x.y/">A</a> <img src="https://x.y/" alt="B"></p>', "A B"),
    ],
)
def test_html_to_text(html, expected):
    assert html_to_text(html) == expected


SIGNS = st.sampled_from(
    [
        *"*_#`~<>[]()!&\\|+-=:.19ab'\"\né中€’ \xa0\t",
        *(
            "1. ",
            "2) ",
            "- ",
            "# ",
            "> ",
            "```",
            "---",
            "===",
            "|--|",
            "&amp;",
            "<b>",
            "**",
            "    ",
        ),
        *("[x](javascript:a)", "![x](y)", "http://a.b/_c_", "<http://x>", "[a]: /b"),
    ]
)
TEXTS = st.lists(SIGNS, max_size=8).map("".join).map(escape)
HREFS = st.sampled_from(
    ["http://x.y/a b(c)", "https://x/?a&copy;=*_*", "javascript:x", "/", "mailto:a"]
)


def wrapped(inner, tags):
    """Wrap HTML in an element of one of the names."""
    return st.tuples(st.sampled_from(tags), inner).map(lambda x: f"<{x[0]}>{x[1]}</{x[0]}>")


def several(strategy):
    """Return a strategy for a few concatenated values."""
    return st.lists(strategy, max_size=4).map("".join)


LINKS = st.tuples(HREFS, TEXTS).map(lambda x: f'<a href="{escape(x[0])}">{x[1]}</a>')
INLINE = st.recursive(
    TEXTS | LINKS | st.just("<br>"),
    lambda inner: wrapped(several(inner), ["b", "i", "em", "code", "s", "sup"]),
    max_leaves=10,
)
PARAGRAPHS = wrapped(several(INLINE), ["p", "h2", "pre", "li"]) | several(INLINE) | st.just("<hr>")
HTML = st.recursive(
    PARAGRAPHS,
    lambda inner: wrapped(several(inner), ["ul", "ol", "li", "blockquote"]),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(HTML)
def test_rendered_markdown_has_the_same_text(html):
    public = nh3.clean(
        html, ALLOWED_TAGS, attributes=ALLOWED_ATTRIBUTES, url_schemes=ALLOWED_SCHEMES
    )
    # CommonMark itself has no strikethrough.
    plain = re.sub("</?s>", "", public)
    for reader, source in zip(READERS, (plain, public), strict=True):
        rendered = reader.render(html_to_markdown(source))
        assert words(rendered) == words(source)
        for link in BeautifulSoup(rendered, "html.parser")("a"):
            assert link["href"].startswith(("http://", "https://", "mailto:"))
