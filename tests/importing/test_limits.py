"""Test that long, deep and hostile documents are processed in bounded time."""

import time
from contextlib import suppress

import pytest

from digest.importing import DocumentError
from tests.importing.conftest import draft_of, parts_of

SECONDS = 20  # each takes one or two; quadratic time would be minutes
STORIES = "".join(f"## Story {n}\n\n" + f"Text of {n} goes on.\n\n" * 9 for n in range(1000))
HOSTILE = {
    "stories": STORIES,
    "paragraphs": "One more sentence.\n" * 20_000,
    "bullets": "T\n\nS\n\nText.\n\n" + "- item\n" * 20_000,
    "sources": "## S\n\nx\n\n## Sources\n" + "- [T](https://e.org/a) — P\n" * 4_000,
    "quotes": ">" * 50_000 + " deep",
    "lists": "".join("  " * depth + "- deep\n" for depth in range(400)),
    "brackets": "[" * 50_000,
    "emphasis": "**a _b " * 20_000,
    "spaces": "Why it matters" + " " * 500_000 + ": x",
    "marks": "!" * 500_000,
    "hashes": "#" * 100_000,
    "tags": "# " * 100_000,
    "url": "https://e.org/" + ")" * 500_000,
    "dashes": "## S\n\nSources: " + " - " * 100_000,
    "table": "|a|b|\n|-|-|\n" + "|1|2|\n" * 5_000,
    "definitions": "".join(f"[a{n}]: https://e.org/{n}\n" for n in range(10_000)),
    "blank lines": "```\n" + "\n" * 200_000 + "x\n```\n\n- a" + "\n" * 200_000 + "  b",
    "headings": "## a\n" * 4_000,
    "images": "![" * 25_000,
    "comments": "a <!-- \n```\nx\n```\n--> b\n" * 40_000,
    "unfinished comments": "a <!--\n\n" * 100_000,
    "tags of HTML": "<b>x<i>" * 50_000 + "</b>" * 50_000,
    "style sheets": "<style>" + ".a .b{color:red}" * 400 + "</style>" + "<p class=b>" * 2_000,
    "unfinished style sheets": "a <style>\n\n" * 20_000,
    "ends of style sheets": "a <style></style" + "</style " * 100_000,
    "notes": "x[^1]\n\n[^1]: a\n" * 16_000,
    "attributes": "*a*{.b " * 100_000,
    "bold": "**a** b\n\n" * 50_000,
    "items": "- **Why it matters:** a\n- b\n" * 15_000,
}


HOSTILE_HTML = {
    "divs": "<div>" * 50_000 + "x" + "</div>" * 49_000,
    "formats": "<b>x" * 99_000,
    "lists": "<ol><li>x" * 45_000,
    "unfinished tags": "<a" * 1_400_000,
    "unfinished comments": "<!--x>" * 450_000,
    "unfinished quotes": '<a b="' * 450_000,
    "unfinished scripts": "<script>" * 350_000,
    "attributes": "<a " + "b=1 " * 700_000 + ">x",
    "reference": "x&#" + "9" * 900_000 + ";",
    "spaces": "<p>" + " " * 2_900_000 + "x",
    "quotes": "<blockquote>" * 40_000 + "x<p>y</p>" * 10_000,
    "headings": "<h2>a</h2>" * 20_000,
    "sources": "<h2>S</h2><p>x</p><h2>Sources</h2>" + '<li><a href="http://e.org/">t</a>' * 20_000,
    "styles": "<p class=MsoListParagraph style='" + "mso-list:" * 300_000 + "'>x",
    "hidden": "<div hidden>" * 50_000 + "<p>x</div>" * 40_000,
    "inline end tags": "<b>" + "<span>" * 50_000 + "</b>" * 49_000,
    "style sheets": "<style>"
    + ".a{display:none} .b .c .d{opacity:0}" * 20_000
    + "</style>" * 2
    + "<p class='b c d'>" * 90_000,
    "braces": "<style>" + "a{" * 900_000,
    "comments of styles": "<style>" + "/*" * 900_000,
    "notes": "<a id=r href='#n'>1</a><p id=n><a href='#r'>x</a>" * 19_000,
    "names": "".join(f"<div id=n{n}><a id=r{n} href='#n{n}'>1</a>" for n in range(33_000)),
    "urls": ('<a href="http://www.google.com/url?' + "a&" * 3_000 + '">x</a>') * 450,
    "times": "<pre>" + "\xa0<time>" * 90_000,
    "items of Word": "<p class=MsoListParagraph><![if !supportLists]>1.<![endif]>x</p>" * 24_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("hostile", HOSTILE_HTML)
def test_hostile_html_is_read_or_rejected_in_bounded_time(hostile):
    started = time.process_time()
    with suppress(DocumentError):
        draft_of(HOSTILE_HTML[hostile], "a.html").body()
    assert time.process_time() - started < SECONDS


def test_character_reference_of_thousands_of_digits():
    assert draft_of("## S\n\nx &#" + "9" * 9000 + "; y", "a.md").stories


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_read_in_bounded_time(hostile, name):
    started = time.process_time()
    draft_of(HOSTILE[hostile], name).body()
    assert time.process_time() - started < SECONDS


def test_document_of_twenty_thousand_lines_is_fully_read():
    draft = draft_of(STORIES, "a.md")
    assert len(draft.stories) == 1000
    assert sum(len(story.body) for story in draft.stories) == 9000


@pytest.mark.parametrize("deep", ["[" * 9000, "{a: " * 4000, "- " * 9000])
def test_deep_front_matter_is_rejected(deep):
    with pytest.raises(DocumentError):
        parts_of(f"---\ntags: {deep}\n---\n", "a.md")
