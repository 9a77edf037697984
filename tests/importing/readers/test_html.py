"""Test the HTML reader on saved pages and word processor clipboards."""

import datetime

import pytest
from django.test import Client

from digest.importing import DocumentError, Report, map_parts, read_document, read_parts
from digest.importing.documents import MAX_HTML_BYTES, Format
from digest.importing.parts import Role
from tests.builders import block, body, make_issue, source, story
from tests.importing.conftest import draft_of, parts_of, texts

# Google Docs wraps everything in a <b> that is not bold, and writes formats as styles.
GOOGLE = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1">
<h1 dir="ltr"><span style="font-weight:400">Heat below the house</span></h1>
<p dir="ltr"><span>March 9, 2026</span></p><p><span>Tags: Storage, Small models</span></p>
<p dir="ltr"><span>A grid kept its noon.</span></p><br>
<h2 dir="ltr"><span>A basement holds an afternoon</span></h2>
<p><span>In </span><span style="font-weight:700">warm sand</span><span>. </span><a
href="https://www.google.com/url?q=https://example.com/pilot&sa=D"><span>The pilot</span></a></p>
<ul><li><p role="presentation"><span>no digging</span></p></li><ul><li>deep</li></ul></ul>
<p><span style="font-weight:700">Why it matters:</span><span> It needs </span><span
style="font-style:italic">no</span><span> land.</span></p>
<h3>Sources</h3><ol><li><a href="https://example.com/w">Wire</a> — Example Wire</li></ol>
<h2>The bottom line</h2><p>Keeping things near is quiet work.</p>
<h2>Sources</h2><ul><li><a href="https://example.com/t">Timetable</a></li><li>A talk</li>
</ul></b>"""
# Word has its own encoding, styles for titles, and paragraphs for list items.
WORD = """<html xmlns:o="urn:x"><head><meta http-equiv=Content-Type
content="text/html; charset=windows-1252"><style><!-- p {} --></style></head><body>
<p class=MsoTitle>Heat below the house<o:p></o:p></p><p class=MsoNormal>2026-03-09</p>
<h1>First story<o:p></o:p></h1><p class=MsoNormal>Some <b>text</b>, “quoted”.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
>·<span>&nbsp; </span></span><![endif]>one</p><p class=MsoListParagraphCxSpLast
style='mso-list:l0 level2 lfo1'><!--[if !supportLists]-->1.<!--[endif]-->two</p>
<p class=MsoNormal><b>Why it matters</b> It counts.</p><p class=MsoNormal><o:p>&nbsp;</o:p></p>
<h1>Second story</h1><p>Text.</p><p><b>Bottom line: all</b> good</p></body></html>"""


def test_google_document_keeps_headings_lists_links_and_formats():
    draft = draft_of(GOOGLE, "pasted.html")
    assert (draft.title, draft.date) == ("Heat below the house", datetime.date(2026, 3, 9))
    assert draft.tags == ["Storage", "Small models"]
    assert draft.summary_text == "A grid kept its noon."
    value = draft.stories[0].value()
    assert value["heading"] == "A basement holds an afternoon"
    assert value["body"] == (
        '<p>In <b>warm sand</b>. <a href="https://example.com/pilot">The pilot</a></p>'
        "<ul><li>no digging<ul><li>deep</li></ul></li></ul>"
    )
    assert value["why_it_matters"] == "<p>It needs <i>no</i> land.</p>"
    assert value["sources"][0]["value"]["publisher"] == "Example Wire"
    assert [block["type"] for block in draft.body()][-2:] == ["bottom_line", "sources"]
    assert len(draft.body()[-1]["value"]["items"]) == 2


def test_page_saved_by_word_is_read_in_its_declared_encoding():
    parts = read_parts(read_document(WORD.encode("windows-1252"), "issue.htm"))
    draft = map_parts(parts)
    assert draft.title == "Heat below the house"
    assert [story.heading for story in draft.stories] == ["First story", "Second story"]
    assert draft.stories[0].value()["body"] == (
        "<p>Some <b>text</b>, “quoted”.</p><ul><li>one<ol><li>two</li></ol></li></ul>"
    )
    assert draft.stories[0].value()["why_it_matters"] == "<p>It counts.</p>"
    assert draft.bottom_line[0].rich_text == "<p><b>all</b> good</p>"


def test_html_without_headings_is_read_like_text():
    draft = draft_of(
        "<p>Heat below</p><p>2026-03-09 #Storage#Rail</p><p>A summary of it.</p>"
        "<p><b>A basement holds sand</b></p><p>Text with <i>sand</i>.</p>"
        "<p><b>Why it matters:</b> land.</p><div>Second one here</div><div>One.<br><br>Two.</div>",
        "a.html",
    )
    assert (draft.title, draft.tags) == ("Heat below", ["Storage", "Rail"])
    assert [story.heading for story in draft.stories] == [
        "A basement holds sand",
        "Second one here",
    ]
    assert draft.stories[1].value()["body"] == "<p>One.</p><p>Two.</p>"


@pytest.mark.django_db
def test_page_of_the_site_is_read_back_as_its_issue(digest, client: Client):
    cited = source(title="The pilot", url="https://example.com/pilot")
    stories = [
        story("Sand stores heat", body="<p>One <b>bold</b>.</p><h3>More</h3><p>Two.</p>"),
        story("Trains book out", sources=[cited]),
    ]
    end = block("bottom_line", text="<p>Quiet work.</p>")
    issue = make_issue(digest, 14, tags=("Rail", "Heat"), title="Sand", body=body(*stories, end))
    page = client.get(issue.url).content
    draft = map_parts(read_parts(read_document(page, "saved.html")))
    assert (draft.title, draft.date) == ("Sand", datetime.date(2026, 4, 14))
    assert sorted(draft.tags) == ["Heat", "Rail"]
    assert draft.summary_text == "What happened today."
    first, second = (each.value() for each in draft.stories)
    assert first["heading"] == "Sand stores heat"
    assert first["body"] == "<p>One <b>bold</b>.</p><h3>More</h3><p>Two.</p>"
    assert first["why_it_matters"] == "<p>It counts.</p>"
    assert second["sources"][0]["value"]["url"] == "https://example.com/pilot"
    assert draft.bottom_line[0].text == "Quiet work."


def test_boilerplate_and_hidden_content_is_left_out_and_reported():
    document = read_document(
        b"<!doctype html><title>t</title><nav>Menu</nav><header>Site</header><main><h1>T</h1>"
        b"<script>alert('<p>x</p>')</script><p onclick='x()'>Text <img src=a.png>of <a "
        b"href='javascript:x()'>it</a>.</p><div hidden>secret</div><button>Buy</button></main>"
        b"<p>Beside</p><footer>(c)</footer>",
        "a.html",
    )
    assert document.text == "<h1>T</h1>\n<p>Text of it.</p>"
    assert document.format is Format.HTML
    notes = " | ".join(document.notes)
    for what in ("scripts", "images", "boilerplate", "hidden", "buttons", "outside", "URLs"):
        assert what in notes, notes


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("## S\n\nA.\n\n**Why it matters:** B.\n\nC.\n\n### D\n\nE.", "a.md"),
        ("## S\n\nA.\n\n### Why it matters\n\nB.\n\nC.\n\n### D\n\nE.", "a.md"),
        (
            "<h1>T</h1><h2>S</h2><p>A.</p><p><b>Why it matters:</b> B.<p>C.<h3>D</h3><p>E.",
            "a.html",
        ),
        ("<h1>T</h1><h2>S</h2><p>A.</p><h4>Why it matters</h4><p>B.<p>C.<h4>D</h4><p>E.", "a.html"),
    ],
)
def test_why_it_matters_ends_at_the_next_heading(written, name):
    parts = parts_of(written, name)
    assert texts(parts, Role.WHY_IT_MATTERS) == ["B.", "C."]
    assert texts(parts, Role.BODY) == ["A.", "D", "E."]


def test_report_counts_blocks():
    document = read_document(b"<html>\n\n<h1>T</h1>\n<p>Some text.</p>", "a.txt")
    lines = list(Report(document, read_parts(document)).lines())
    assert lines[1].split() == ["block", "2", "summary", "Some", "text."]


def test_quotes_code_and_breaks_become_rich_text():
    draft = draft_of(
        "<h1>T</h1><h2>S</h2><blockquote><p>One</p><p>Two</p></blockquote>"
        "<pre>a  = 1\n  b</pre><p>x<br>y</p><table><tr><td>1</td><td>2</td></tr></table>",
        "a.html",
    )
    assert draft.stories[0].value()["body"] == (
        "<blockquote>One<br/>Two</blockquote>"
        "<p><code>a&nbsp;&nbsp;= 1<br/>&nbsp;&nbsp;b</code></p>"
        "<p>x<br/>y</p><p>1</p><p>2</p>"
    )


def test_link_in_a_heading_becomes_a_source():
    parts = parts_of('<h1>T</h1><h2><a href="https://e.org/a">S</a></h2><p>x</p>', "a.html")
    assert texts(parts, Role.STORY) == ["S"]
    assert texts(parts, Role.STORY_SOURCE) == ["S (https://e.org/a)"]


def test_right_to_left_text_is_kept():
    draft = draft_of("<h1 dir=rtl>حرارة</h1><h2>مي‌خواهم \u200f(1)</h2><p>نص.</p>", "a.html")
    assert draft.title == "حرارة"
    assert draft.stories[0].heading == "مي‌خواهم \u200f(1)"


def test_control_characters_and_references_to_them_are_removed():
    document = read_document("<p>a&#1;b\u202ec &#8238;d</p>".encode(), "a.html")
    assert document.text == "<p>abc d</p>"
    assert "invisible characters removed" in document.notes[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html><script>x</script>", "empty"),
        (b"<html><p>Gr\xfc\xdfe", r"not valid UTF-8 \(line 1\)"),
        (b"<meta charset=utf-7><html>+AGE-\xff", "not valid UTF-8"),
        (b"<html>" + b" " * MAX_HTML_BYTES, "too large: more than 3000 kB"),
        (b"<html><p>" + b"word " * 220_000, "too large: more than 1000 kB"),
        (b"<html>" + b"<div>" * 120_000, "more than 100,000 tags"),
    ],
)
def test_unreadable_page_is_rejected_in_one_line(data, message):
    with pytest.raises(DocumentError, match=message):
        read_document(data, "a.html")


def test_page_in_utf_16_with_byte_order_mark():
    assert draft_of("<h1>Grüße</h1>", "a.html").title == "Grüße"
    document = read_document("<html><h1>Grüße</h1>".encode("utf-16"), "a.txt")
    assert document.text == "<h1>Grüße</h1>"


def test_heading_in_a_list_item_starts_a_story():
    draft = draft_of("<h1>T</h1><ol><li><h2>A</h2><p>x</p><li><h2>B</h2>y</ol>", "a.html")
    assert [(s.heading, len(s.body)) for s in draft.stories] == [("A", 1), ("B", 1)]
