"""Test that footnotes become sources and comments are left out, by the links both ways."""

import pytest

from digest.importing.html.cleaner import clean_html
from tests.importing.conftest import draft_of

STORY = "<h1>Tides</h1><h2>Low water</h2><p>Counted in 2026{}.</p><h2>Last</h2><p>End.</p>"
# A mark and its note, as other programs write them.
FOOTNOTES = {
    "Google Docs": (
        '<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup>',
        '<hr><div><p><a href="#ftnt_ref1" id="ftnt1">[1]</a><span>&nbsp;{}</span></p></div>',
    ),
    "pandoc": (
        '<a href="#fn1" class="footnote-ref" id="fnref1"><sup>1</sup></a>',
        '<section><hr><ol><li id="fn1"><p>{} <a href="#fnref1">↩︎</a></p></li></ol></section>',
    ),
    "Wikipedia": (
        '<sup id="cite_ref-1"><a href="#cite_note-1">[1]</a></sup>',
        '<ol><li id="cite_note-1"><b><a href="#cite_ref-1">^</a></b> {}</li></ol>',
    ),
    "Word": (
        '<a style="mso-footnote-id:ftn1" href="#_ftn1" name="_ftnref1"><sup>[1]</sup></a>',
        '<div style="mso-element:footnote" id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1"'
        ' name="_ftn1"><sup>[1]</sup></a> {}</p></div>',
    ),
    "saved from a server": (
        '<a class=anchor id=note-anchor-1 href="https://e.org/p/tides#note-1">1</a>',
        '<div class=note><a id=note-1 href="https://e.org/p/tides#note-anchor-1">1</a>'
        "<div><p>{}</p></div></div>",
    ),
    "paragraphs in one block": (
        '<a href="#n1" id="r1">*</a>',
        '<div><p id=n1>{} <a href="#r1">back</a></p><p>Not a note.</p></div>',
    ),
}
LINK = 'By <a href="https://example.org/gauge">two people</a>.'


@pytest.mark.parametrize("program", FOOTNOTES)
def test_footnote_becomes_a_source(program):
    mark, note = FOOTNOTES[program]
    draft = draft_of(STORY.format(mark) + note.format(LINK), "a.html")
    first, last = (story.value()["body"] for story in draft.stories)
    assert first.replace("*", "1") == "<p>Counted in 2026<sup>[1]</sup>.</p>"
    assert "two people" not in last
    (item,) = draft.body()[-1]["value"]["items"]
    assert item["value"]["url"] == "https://example.org/gauge"
    assert "two people" in item["value"]["title"]


def test_heading_above_footnotes_is_no_story_and_each_note_is_a_source():
    marks = "".join(f'<a id=r{n} href="#n{n}">{n}</a>' for n in (1, 2))
    notes = "".join(f'<li id=n{n}>Book {n} <a href="#r{n}">↑</a>' for n in (1, 2))
    draft = draft_of(f"{STORY.format(marks)}<h2>Notes</h2><ol>{notes}</ol>", "a.html")
    assert [story.heading for story in draft.stories] == ["Low water", "Last"]
    assert [part.text for part in draft.sources] == ["Book 1", "Book 2"]


def test_links_within_a_page_that_are_no_notes_stay_text():
    html = '<ul><li><a id=toc1 href="#s1">Low water</a></ul><h2 id=s1>Low water <a href="#toc1">'
    text, _ = clean_html(f'{html}up</a></h2><p>See <a href="#s1">1</a>.')
    assert text == "<ul><li>Low water</li></ul>\n<h2>Low water up</h2>\n<p>See 1.</p>"


COMMENTS = {
    "Google Docs": (
        '<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup>',
        '<div><p><a href="#cmnt_ref1" id="cmnt1">[a]</a><span>secret</span></p><p>secret</p></div>',
    ),
    "two letters": (
        '<sup><a href="#c27" id="cr27">[aa]</a></sup>',
        '<div><p><a href="#cr27" id="c27">[aa]</a>secret</p></div>',
    ),
    "Word": (
        "<span class=MsoCommentReference><span><![if !supportAnnotations]><a class=msocomanchor "
        'id="_anchor_1" href="#_msocom_1" name="_msoanchor_1">[JD1]</a><![endif]><span '
        "style='mso-special-character:comment'>&nbsp;</span></span></span>",
        "<div style='mso-element:comment-list'><hr><div style='mso-element:comment'>"
        '<div id="_com_1" class=msocomtxt><a name="_msocom_1"></a><p class=MsoCommentText><a '
        'href="#_msoanchor_1">[JD1]</a>secret</p></div></div></div>',
    ),
}


@pytest.mark.parametrize("program", COMMENTS)
def test_comment_is_left_out_with_its_mark(program):
    mark, comment = COMMENTS[program]
    text, notes = clean_html(STORY.format(mark) + comment + "<p>After.</p>")
    assert text == clean_html(STORY.format("") + "<p>After.</p>")[0]
    assert any(note.endswith("× comments") for note in notes)


def test_commented_words_and_insertions_stay_and_deletions_of_word_go():
    html = "<p><span style='mso-comment-reference:JD_1'>Low</span> <span class=msoIns><ins>water"
    html += "</ins></span><span class=msoDel><del cite='mailto:Jo' datetime=x>secret</del></span>."
    text, notes = clean_html(html + " <del>Struck</del>")
    assert text == "<p>Low water. <s>Struck</s></p>"
    assert notes == ("left out: 1 × deletions under “Track changes”",)


@pytest.mark.parametrize("html", ["<!--[if mso]>secret<![endif]-->", "<!-- secret -->", "<!--->"])
def test_html_comments_are_left_out(html):
    assert clean_html(f"<p>Low{html} water.")[0] == "<p>Low water.</p>"


def test_empty_comment_ends_at_once():
    assert clean_html("<!--><p>Shown.</p><!--[if !mso]><!--><p>Too.</p><!--<![endif]-->")[0] == (
        "<p>Shown.</p>\n<p>Too.</p>"
    )
