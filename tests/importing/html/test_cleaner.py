"""Test what other programs write in their own way: titles, properties, bullets, drop caps."""

import pytest

from digest.importing.html.cleaner import clean_html
from digest.importing.parts import Role
from tests.importing.conftest import draft_of, parts_of, texts


def text_of(html: str) -> str:
    return clean_html(html)[0]


@pytest.mark.parametrize("name", ["title", "c3 Title", "MsoTitle", "MsoTitleCxSpFirst"])
def test_paragraph_of_class_title_ranks_above_headings(name):
    html = f"<p>2026-06-02<p class='{name}'>Tides</p><h1>Low</h1><p>x</p><h1>High</h1><p>y</p>"
    draft = draft_of(html, "a.html")
    assert draft.title == "Tides"
    assert [story.heading for story in draft.stories] == ["Low", "High"]


def test_class_title_below_a_heading_is_a_paragraph():
    assert text_of("<h1>Tides</h1><p class=title>Card</p>") == "<h1>Tides</h1>\n<p>Card</p>"


ROWS = """<tr><th>{}</th><td><time>@June 2, 2026 9:30 AM</time></td></tr>
<tr><th>{}</th><td><span>Tides</span><span>Open sea</span></td></tr>
<tr><th>Owner</th><td>Jo</td></tr><tr><th>Empty</th><td></td></tr>"""


@pytest.mark.parametrize("names", [("Date", "Tags"), ("Published on", "Topics"), ("Due", "tags")])
def test_table_of_properties_gives_date_and_tags(names):
    table = ROWS.format(*names)
    html = f"<h1>Letter</h1><table class=x>{table}</table><h2>Low</h2><p>It fell."
    draft = draft_of(html, "a.html")
    assert (str(draft.date), draft.tags) == ("2026-06-02", ["Tides", "Open sea"])
    assert draft.summary_text == ""
    assert "2 × properties" in " ".join(clean_html(html)[1])


@pytest.mark.parametrize(
    ("table", "items"),
    [
        (
            "<tr><th>Low</th><td>2 m</td></tr><tr><th>High</th><td>5 m</td></tr>",
            "<li>Low · 2 m</li><li>High · 5 m</li>",
        ),
        (
            "<tr><th>Date</th><th>Tags</th></tr><tr><td>2026-06-02</td><td><b>Tides</b></td></tr>",
            "<li>Date · Tags</li><li>2026-06-02 · <b>Tides</b></li>",
        ),
        (
            "<caption>Levels</caption><tr><th>Low<th>High<tbody><tr><td>2 m<td>5 m",
            "<li>Low · High</li><li>2 m · 5 m</li>",
        ),
    ],
)
def test_table_with_headings_is_a_list_of_its_rows(table, items):
    html = f"<h1>Letter</h1><table>{table}</table>"
    assert text_of(html).endswith(f"<ul>{items}</ul>")
    assert ("<p>Levels</p>" in text_of(html)) is ("Levels" in table)


@pytest.mark.parametrize(
    "table",
    [
        "<tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr>",
        "<tr><td><table><tr><th>1</th><td>2</td></tr><tr><td>3</td></tr></table>4</td></tr>",
        "<tr><th>1</th><td><h3>2</h3></td></tr><tr><td>3<p>4</td></tr>",
    ],
)
def test_cells_of_a_table_for_layout_are_paragraphs(table):
    assert "<ul>" not in text_of(f"<table>{table}</table>")
    assert text_of(f"<table>{table}</table>").count("\n") == 3


def test_inline_elements_of_a_cell_are_not_torn_apart():
    html = "<table><tr><td><b>Low</b><i>lands</i></td></tr></table>"
    assert text_of(html) == "<p><b>Low</b><i>lands</i></p>"


def test_table_below_text_has_no_properties():
    html = f"<h1>Letter</h1><p>Text.</p><table>{ROWS.format('Date', 'Tags')}</table>"
    assert "<li>Owner · Jo</li>" in text_of(html)


@pytest.mark.parametrize("marker", ["• ", "•\t", "<span>▪</span>&nbsp;", "-\t", "o\t", "■\t"])
def test_typed_bullets_are_a_list(marker):
    html = f"<p>Before:</p><p>{marker}<b>One</b> rope</p><p>{marker}Two</p><p>After.</p>"
    assert text_of(html) == (
        "<p>Before:</p>\n<ul><li><b>One</b> rope</li><li>Two</li></ul>\n<p>After.</p>"
    )


def test_typed_numbers_are_a_list_unless_there_is_one():
    html = "<p>1.\tCut</p><p>2.\tBind</p><p>7)\tOther</p><p>x</p><p>1.\tAlone</p><p>y</p>"
    assert text_of(html) == (
        "<ol><li>Cut</li><li>Bind</li></ol>\n<p>7) Other</p>\n<p>x</p>\n<p>1. Alone</p>\n<p>y</p>"
    )


@pytest.mark.parametrize("line", ["– Who is there?", "- a dash", "1. A heading", "o sole mio", "•"])
def test_lines_without_a_marker_and_a_tab_stay_paragraphs(line):
    assert text_of(f"<p>{line}</p>") == f"<p>{line}</p>"


def test_drop_cap_of_a_page_saved_by_word():
    cap = "<div style='mso-element:dropcap-dropped;mso-height-rule:exactly'><p>L</p></div>"
    assert text_of(f"{cap}<p>ow water <i>came</i>.</p><p>End.") == (
        "<p>Low water <i>came</i>.</p>\n<p>End.</p>"
    )
    assert text_of(cap) == "<p>L</p>"


SOURCES = "<h1>T</h1><h2>S</h2><p>Text.</p><h3>Sources</h3>{}<h2>High water</h2><p>More.</p>"


def test_paragraphs_below_a_heading_are_sources_with_a_url_or_without():
    html = "<p>Tides and Quays, 2nd ed.</p><p><a href='https://e.org/a'>A</a></p><p>A talk.</p>"
    parts = parts_of(SOURCES.format(html), "a.html")
    assert texts(parts, Role.STORY_SOURCE) == [
        "Tides and Quays, 2nd ed.",
        "A (https://e.org/a)",
        "A talk.",
    ]
    assert texts(parts, Role.BODY) == ["Text.", "More."]


@pytest.mark.parametrize("html", ["<ul><li>A</ul><p>After it.</p>", f"<p>{'After it. ' * 40}</p>"])
def test_text_after_a_list_of_sources_is_of_the_story(html):
    assert any(
        "After it." in text for text in texts(parts_of(SOURCES.format(html), "a.html"), Role.BODY)
    )


WHY = "boats <i>wait</i>."
LABELLED = {
    "bold in an item": f"<ul><li>Low water.<li><b>Why it matters:</b> {WHY}<li>High.</ul>",
    "colon in an item": f"<ol><li>Low water.<li>Why it matters: {WHY}<li>High.</ol>",
    "nested": f"<ul><li>Low water.<ul><li><b>Why it matters</b> {WHY}</ul><li>High.</ul>",
    "quote": f"<p>Low water.<blockquote><b>Why it matters:</b> {WHY}</blockquote>",
}


@pytest.mark.parametrize("kind", LABELLED)
def test_label_in_an_item_or_a_quote(kind):
    value = draft_of(f"<h1>T</h1><h2>S</h2>{LABELLED[kind]}", "a.html").stories[0].value()
    assert value["why_it_matters"] == "<p>boats <i>wait</i>.</p>"
    assert "Low water." in value["body"]
    assert ("High." in value["body"]) is (kind != "quote")


def test_label_in_an_item_of_copied_text():
    items = "- One\n- Why it matters: they wait.\n- Two"
    value = draft_of(f"T\n\nLow water came\n\nThe boats had to wait.\n\n{items}").stories[0].value()
    assert value["why_it_matters"] == "<p>they wait.</p>"
    assert value["body"].endswith("<ul><li>One</li></ul><ul><li>Two</li></ul>")
