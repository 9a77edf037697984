"""Test that every word of a document is in a block, in a page field or in the report."""

import re
from collections import Counter
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.importing import DocumentError, Format, map_parts, read_document, read_parts
from digest.importing.parts import Role
from digest.importing.readers.markdown_html import MARKS
from digest.importing.rich_text import TAG, split_words
from tests.importing.conftest import COPIED, MARKDOWN, draft_of

REPORTED = (Role.DATE, Role.LABEL, Role.BOILERPLATE, Role.LEFT_OUT)
LINES = """
2026-03-09 #Rail#Open Data
#Rail #C#
A Title Without an End
A sentence that ends, and is long enough to be text.
Why it matters: it does.
Why it matters
**Why it matters:** it *does*.
The bottom line: enough.
The Bottom Line
Sources
📎 Sources:
Sources: [One](https://e.org/1), [Two](https://e.org/2) and three
- [One](https://e.org/1) — Publisher, Author, 2026-03-01
Two — Example Wire https://example.com/two
https://e.org/a_(b)?c=d&e=%20f
Back to feed
Discussion 💬
Powered by Giscus.
• bullet one
- item
  - nested item
1. first
2. second
2026. A year.
# Heading one
## Heading two
## [Linked](https://e.org/h) heading
### Heading three
> quoted
> - quoted item
```
code = 1
    indented code
| a | b |
|---|---|
![alt](https://e.org/p.png "title")
[text](https://e.org "title") and [text][ref]
[ref]: https://e.org/ref
[x](javascript:alert(1))
<script>alert(1)</script> & <b>bold</b>
[text](/relative/url) and <a href="https://e.org/tag">a <br>tag</a>
A reference[^n] and a ^[note with [a link](https://e.org/note)].
[^n]: The note of [someone](https://e.org/someone).
[[Page of a wiki|its name]] and [[Another page]] and <span hidden>hidden text</span>
## Attributes {#id .class}
{: .alone}
~~struck~~ **bold *and* italic** `code`
---
title: Some title
tags: [a, b]
mood: calm # comment
""".strip().split("\n")


def texts_in(value: Any, key: str = "") -> list[str]:
    """Return all texts in the raw data of a body, and URLs of links in rich text."""
    if isinstance(value, dict):
        return [t for name, inner in value.items() if name != "id" for t in texts_in(inner, name)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    if key in ("body", "why_it_matters", "text"):
        urls = " ".join(re.findall(r'href="([^"]*)"', value))
        return [re.sub(r"<[^>]*>", " ", value), urls, unquote(urls)]
    return [value] if isinstance(value, str) else []


def words_out(parts: list, draft: Any) -> Counter[str]:
    """Return the words in the result of an import."""
    fields = [draft.title, draft.headline, draft.slug, draft.image, *draft.tags]
    reported = [part.text for part in parts if part.role in REPORTED]
    return Counter(split_words(" ".join([*texts_in(draft.body()), *fields, *reported])))


def lost(text: str, name: str) -> Counter[str]:
    """Return the words of a document that are not in its import."""
    try:
        document = read_document(text.encode(), name)
        parts = read_parts(document)
    except DocumentError:
        return Counter()
    source = MARKS.sub(" ", document.text) if document.format is Format.MARKDOWN else document.text
    if document.format is Format.HTML:
        source = TAG.sub(" ", source)
    known = Counter(
        split_words(re.sub(r"^\s*(?:title|tags|\d{1,3}[.)])", "", source, flags=re.MULTILINE))
    )
    draft = map_parts(parts)
    lost_words = known - words_out(parts, draft)
    for word in split_words(" ".join(draft.tags)):
        del lost_words[word]  # repeated tags are merged
    return lost_words


@pytest.mark.parametrize("path", [COPIED, MARKDOWN], ids=lambda path: path.name)
def test_no_word_of_the_documents_is_lost(path):
    keys = Counter(["date", "headline", "image"])
    assert lost(path.read_text(), path.name) - keys == Counter()


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    lines=st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(["\n", "\n\n"])), max_size=25),
    name=st.sampled_from(["a.txt", "a.md"]),
)
def test_no_word_of_any_lines_is_lost(lines, name):
    assert lost("".join(line + end for line, end in lines), name) == Counter()


HTML_PIECES = (
    """
<h1>Some title</h1>|<h2>A heading</h2>|<h3>Why it matters</h3>|<h2>Sources</h2>|<h2>|</h2>|<p>
<p>A sentence, ended.</p>|<div>|Text goes on|<br>|<b>Why it matters:</b> one|<b>|</i>|<i>|</div>
<ul>|</ul>|<ol>|<li>|<li>Item one|<blockquote>|</blockquote>|<pre>  a  b</pre>|</a>|<td>cell
<a href="https://example.com/a_b">Link</a>|<a href="/x">|<time>2026-03-09</time>|&amp;|<!-- c -->
<p class=MsoListParagraph>1. x|<p><b>Bottom line</b> short</p>|<p>#One#Two words</p>|<sup>2</sup>
<p class=MsoTitle>Big</p>
""".strip()
    .replace("\n", "|")
    .split("|")
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(pieces=st.lists(st.sampled_from(HTML_PIECES), max_size=25))
def test_no_word_of_any_html_is_lost(pieces):
    assert lost(" ".join(pieces), "a.html") == Counter()


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(text=st.text(max_size=300), name=st.sampled_from(["a.txt", "a.md", "a.html"]))
@example(text="&copy; &#0; \\", name="a.md")
def test_any_text_is_read_or_rejected(text, name):
    try:
        draft = draft_of(text, name)
    except DocumentError:
        return
    assert draft.body()[0]["type"] == "headline"
