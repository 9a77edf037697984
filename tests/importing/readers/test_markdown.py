"""Test the Markdown reader."""

import datetime

import pytest

from digest.importing import map_parts, open_document, read_parts
from digest.importing.parts import Role
from tests.importing.conftest import MARKDOWN, draft_of, parts_of, texts

STORY = "---\ntitle: T\ndate: 2026-03-09\n---\nS.\n\n## Story\n\n{}"


def body_of(markdown: str) -> str:
    """Return the stored text of a story with this Markdown."""
    return draft_of(STORY.format(markdown), "a.md").stories[0].value()["body"]


@pytest.fixture(scope="module")
def draft():
    return map_parts(read_parts(open_document(MARKDOWN)))


def test_front_matter_sets_page_fields(draft):
    assert draft.title == "Heat below the house, words on the phone"
    assert draft.date == datetime.date(2026, 3, 9)
    assert draft.tags == ["Storage", "Small Models"]
    assert (draft.headline, draft.image, draft.slug) == ("A quiet week", "cover.png", "")


def test_first_paragraphs_are_the_summary(draft):
    assert draft.summary_text == (
        "Four small steps made a large week, says the grid (https://example.com/grid).\n\n"
        "They were made quietly."
    )


def test_story_keeps_its_formatting(draft):
    assert draft.stories[0].value()["body"] == (
        "<p>Three blocks store an afternoon in <b>warm sand</b>; <code>losses</code> stayed under "
        "4 %.</p><ul><li>no digging</li><li>no new line</li></ul>"
        "<blockquote>The tanks stand where oil used to.</blockquote>"
    )


def test_why_it_matters_is_a_paragraph_or_section(draft):
    why = [story.value()["why_it_matters"] for story in draft.stories]
    assert why[0] == "<p>It needs <i>no</i> new land.</p>"
    assert why[1] == "<p>Full trains end a debate.</p><p>They begin another.</p>"


def test_sources_belong_to_the_story_or_to_the_issue(draft):
    first = draft.stories[0].value()["sources"][0]["value"]
    assert first == {
        "title": "The pilot",
        "url": "https://example.com/pilot",
        "publisher": "Example Wire",
        "author": "A. Writer",
        "published_on": "2026-03-01",
    }
    items = [item["value"] for item in draft.body()[-1]["value"]["items"]]
    assert [item["title"] for item in items] == ["Timetable", "A conversation on the platform"]
    assert (items[0]["publisher"], items[1]["url"]) == ("Rail Office", "")


def test_parts_have_line_numbers():
    parts = read_parts(open_document(MARKDOWN))
    lines = {(part.role, part.first_line, part.last_line) for part in parts}
    assert (Role.TITLE, 2, 2) in lines
    assert (Role.STORY, 13, 13) in lines
    assert (Role.BODY, 17, 18) in lines
    assert (Role.STORY_SOURCE, 26, 26) in lines


def test_unknown_key_is_reported():
    parts = read_parts(open_document(MARKDOWN))
    assert texts(parts, Role.LEFT_OUT) == ["mood: calm"]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("*a* **b** ~~c~~ `d`", "<p><i>a</i> <b>b</b> <s>c</s> <code>d</code></p>"),
        ("CO<sub>2</sub> m<sup>2</sup>", "<p>CO<sub>2</sub> m<sup>2</sup></p>"),
        ("one\ntwo", "<p>one two</p>"),
        ("one  \ntwo", "<p>one<br/>two</p>"),
        ("### Inside\n\nx", "<h3>Inside</h3><p>x</p>"),
        ("##### Deep", "<h3>Deep</h3>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("- a\n\n  b\n- c\n  - d", "<ul><li>a<br/>b</li><li>c<ul><li>d</li></ul></li></ul>"),
        ("> a\n>\n> b", "<blockquote>a<br/>b</blockquote>"),
        ("> - a", "<ul><li>a</li></ul>"),
        ("> a\n>\n> - b\n> - c", "<blockquote>a<br/>• b<br/>• c</blockquote>"),
        ("> ```\n> a\n> ```", "<blockquote><code>a</code></blockquote>"),
        ("- a\n\n  | b | c |\n  |---|---|\n  | d | e |", "<ul><li>a<br/>b · c<br/>d · e</li></ul>"),
        ("| a | b |\n|---|---|\n| 1 | *2* |", "<ul><li>a · b</li><li>1 · <i>2</i></li></ul>"),
        ("| | |\n|---|---|\n| | |\n| 1 | |\n| | 2 |", "<ul><li>1</li><li>2</li></ul>"),
        (
            "- a [b][c\n  d]\n\n[c d]: https://e.org",
            '<ul><li>a <a href="https://e.org">b</a></li></ul>',
        ),
        ("4. a\n5. b", "<p>4. a</p><p>5. b</p>"),
        ("- > a", "<ul><li>a</li></ul>"),
        ("https://e.org/a_b_c.", '<p><a href="https://e.org/a_b_c">https://e.org/a_b_c</a>.</p>'),
        ("[https://e.org](https://e.org)", '<p><a href="https://e.org">https://e.org</a></p>'),
        ('[a](https://e.org "t & u")', '<p><a href="https://e.org">a</a> (t &amp; u)</p>'),
        ("[a][r]\n\n[r]: https://e.org", '<p><a href="https://e.org">a</a></p>'),
        ("![alt](https://e.org/p.png)", '<p><a href="https://e.org/p.png">alt</a></p>'),
        ("~~~\nx   = 1\n\ty\n~~~", "<p><code>x\xa0\xa0\xa0= 1<br/>\xa0\xa0\xa0\xa0y</code></p>"),
        ("a `b  c` d", "<p>a <code>b\xa0\xa0c</code> d</p>"),
        ("```python\nx = 1\n  y\n```", "<p><code>x = 1<br/>\xa0\xa0y</code></p>"),
        ("a & b < c", "<p>a &amp; b &lt; c</p>"),
        ("<script>a</script>", "<p>&lt;script&gt;a&lt;/script&gt;</p>"),
        (
            "[![b](https://e.org/p)](https://e.org)",
            '<p><a href="https://e.org">b https://e.org/p</a></p>',
        ),
    ],
)
def test_markdown_becomes_rich_text(written, stored):
    assert body_of(written).replace("&nbsp;", "\xa0") == stored


def test_table_with_more_cells_than_headings_is_kept_as_written_and_reported():
    table = "| a | b |\n|---|---|\n| 1 | 2 | 3 |"
    assert texts(parts_of(STORY.format(table), "a.md"), Role.UNKNOWN) == [table]
    assert body_of(table) == "<p>| a | b |<br/>|---|---|<br/>| 1 | 2 | 3 |</p>"


def test_rows_of_a_table_below_sources_are_sources_without_the_headings():
    table = "| what | who |\n|---|---|\n| [Log](https://e.org/l) | Port |\n| A talk | Mole |"
    parts = parts_of(STORY.format(f"x\n\n### Sources\n\n{table}"), "a.md")
    assert texts(parts, Role.STORY_SOURCE) == ["Log (https://e.org/l) · Port", "A talk · Mole"]
    assert texts(parts, Role.LABEL) == ["Sources", "what · who"]


def test_unused_link_definition_is_kept_and_reported():
    parts = parts_of(STORY.format("x\n\n[r]: https://e.org"), "a.md")
    assert texts(parts, Role.UNKNOWN) == ["[r]: https://e.org"]


def test_deep_nesting_is_kept_as_text():
    assert "deepest" in body_of(">" * 200 + " deepest")


def test_first_heading_is_the_title_without_front_matter():
    draft = draft_of("# T\n\nMarch 9, 2026\n\n#One #Two\n\nS.\n\n## A\n\nx", "a.md")
    assert (draft.title, draft.date, draft.tags) == ("T", datetime.date(2026, 3, 9), ["One", "Two"])
    assert draft.summary_text == "S."


def test_first_heading_is_the_headline_with_a_title():
    assert draft_of("---\ntitle: T\n---\n# H\n\n## A\n\nx", "a.md").headline == "H"
    assert draft_of("---\ntitle: T\n---\n# T\n\n## A\n\nx", "a.md").headline == ""


def test_link_in_a_heading_becomes_a_source_of_the_story():
    story = draft_of("## [Sun](https://e.org) stored\n\nx", "a.md").stories[0].value()
    assert (story["heading"], story["body"]) == ("Sun stored", "<p>x</p>")
    assert story["sources"][0]["value"]["title"] == "Sun stored"
    assert story["sources"][0]["value"]["url"] == "https://e.org"


def test_several_sources_on_one_line():
    draft = draft_of(
        STORY.format("x\n\nSources: [A](https://e.org/a), [B](https://e.org/b)"), "a.md"
    )
    titles = [item["value"]["title"] for item in draft.stories[0].value()["sources"]]
    assert titles == ["A", "B"]


def test_text_after_the_sources_of_a_story_is_story_text():
    draft = draft_of(STORY.format("x\n\nSources:\n- a\n\ny [z](https://e.org)"), "a.md")
    assert [part.text for part in draft.stories[0].body] == ["x", "y z (https://e.org)"]
    assert len(draft.stories[0].sources) == 1


def test_story_after_the_bottom_line():
    draft = draft_of(STORY.format("x\n\n## The bottom line\n\ny\n\n## More\n\nz"), "a.md")
    assert [block["type"] for block in draft.body()][1:] == ["story_section"] * 2 + ["bottom_line"]


@pytest.mark.parametrize("written", ["**Bottom line:** y", "### Bottom line\n\ny"])
def test_bottom_line_within_a_story_is_story_text(written):
    draft = draft_of(STORY.format(f"{written}\n\n## B\n\nz\n\nBottom line: w"), "a.md")
    assert "Bottom line" in draft.stories[0].value()["body"]
    assert draft.body()[-1]["value"]["text"] == "<p>w</p>"


def test_why_it_matters_before_any_story_is_in_the_summary():
    draft = draft_of("---\ntitle: T\n---\n**Why it matters:** it does.", "a.md")
    assert draft.summary_text == "Why it matters: it does."


HEADINGS = {
    "# T\n\ns\n\n# A\n\nx\n\n# B\n\ny": "ABs",
    "# T\n\n# A\n\nx\n\n# B\n\ny": "AB",
    "---\ntitle: T\n---\n# A\n\nx\n\n# B\n\ny": "AB",
    "---\ntitle: T\n---\ns\n\n# A\n\nx": "As",
    "---\ntitle: T\n---\n### A\n\nx\n\n#### C\n\n### B\n\ny": "AB",
    "# T\n\ns\n\n#### A\n\nx\n\n##### C\n\n#### B\n\ny": "ABs",
    "# T\n\ns\n\n**A**\n\nx\n\n**B**\n\ny": "ABs",
    "**T**\n\ns\n\n__A__\n\nx\n\n__B__\n\ny": "ABs",
    "# T\n\ns\n\n**A.** x\n\n**B:** y": "ABs",
    "# T\n\ns\n\n**A**\nx\n\n**B**  \ny": "ABs",
}


@pytest.mark.parametrize("text", HEADINGS)
def test_stories_are_found_by_the_headings_that_are_there(text):
    draft = draft_of(text, "a.md")
    found = "".join(story.heading for story in draft.stories) + draft.summary_text
    assert found.removeprefix("T") == HEADINGS[text]
    assert [story.value()["body"][:4] for story in draft.stories] == ["<p>x", "<p>y"][
        : len(draft.stories)
    ]


@pytest.mark.parametrize("text", ["# T\n# H\n\ns\n\n## A\n\nx", "# T\n# H\n\ns"])
def test_heading_directly_below_the_title_is_the_headline(text):
    assert draft_of(text, "a.md").headline == "H"


def test_one_paragraph_that_begins_in_bold_is_no_story():
    draft = draft_of("# T\n\n**Note:** one.\n\nTwo.", "a.md")
    assert (draft.stories, draft.summary_text) == ([], "Note: one.\n\nTwo.")


def test_labels_are_those_of_the_level_of_the_stories():
    draft = draft_of("# T\n\n# A\n\nx\n\n## Sources\n\n- a\n\n# B\n\ny\n\n# Sources\n\n- b", "a.md")
    assert [len(story.sources) for story in draft.stories] == [1, 0]
    assert [part.text for part in draft.sources] == ["b"]


@pytest.mark.parametrize(
    ("written", "body", "why"),
    [
        (
            "- a\n- **Why it matters:** b *c*\n- d",
            "<ul><li>a</li><li>d</li></ul>",
            "<p>b <i>c</i></p>",
        ),
        ("1. a\n2. Why it matters: b\n3. d", "<ol><li>a</li><li>d</li></ol>", "<p>b</p>"),
        ("x\n\n> **Why it matters**\n>\n> b\n\nd", "<p>x</p><p>d</p>", "<p>b</p>"),
        ("x\n\n> *Why this matters* — b\n\nd", "<p>x</p><p>d</p>", "<p>b</p>"),
        ("- Why it matters is unclear", "<ul><li>Why it matters is unclear</li></ul>", ""),
    ],
)
def test_labels_in_items_and_quotes(written, body, why):
    value = draft_of(STORY.format(written), "a.md").stories[0].value()
    assert (value["body"], value["why_it_matters"]) == (body, why)


def test_sources_in_an_item():
    draft = draft_of(
        STORY.format("- a\n- **Sources:**\n  - [b](https://e.org)\n  - c\n\nd"), "a.md"
    )
    assert [part.text for part in draft.stories[0].sources] == ["b (https://e.org)", "c"]
    assert draft.stories[0].value()["body"] == "<ul><li>a</li></ul><p>d</p>"


@pytest.mark.parametrize(("mark", "tag"), [("-", "ul"), ("1.", "ol")])
def test_item_that_loses_words_is_kept_as_written_alone(mark, tag):
    item = "\n\n".join([f"{mark} b", "   [x]: https://e.org/x"])
    text = STORY.format(f"{mark} **a**\n\n{item}\n\n{mark} *c*\n")
    assert texts(parts_of(text, "a.md"), Role.UNKNOWN) == [item]
    assert draft_of(text, "a.md").stories[0].value()["body"] == (
        f"<{tag}><li><b>a</b></li><li>b<br/>[x]: "
        f'<a href="https://e.org/x">https://e.org/x</a></li><li><i>c</i></li></{tag}>'
    )
