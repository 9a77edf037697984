"""Undo for deleted blocks."""

import json

import pytest

from tests.builders import body, make_issue, source, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

BLOCK = "document.querySelector('#body-root').rootBlock"
VALUE = f"{BLOCK}.getValue()"
LABELS = f"{BLOCK}.children.map((child) => child.getTextLabel({{ maxLength: 50 }}))"


@pytest.fixture
def editor(open_editor, digest):
    sources = [source(title=title) for title in ("Minutes", "Log", "Map")]
    stories = [
        story("Ebb"),
        story("Flood", body="<p>It <b>rose</b>.</p>", sources=sources),
        story("Slack"),
    ]
    issue = make_issue(digest, 14, publish=False, body=body(*stories))
    editor = open_editor()
    editor.open_issue(issue.pk)
    editor.wait_for_initial_state()
    return editor


def value_of(page):
    """Return the value of the body, with the texts of its rich texts: their keys change."""
    return json.loads(json.dumps(page.evaluate(VALUE)), object_hook=with_texts)


def with_texts(fields):
    return {name: texts_of(value) for name, value in fields.items()}


def texts_of(value):
    if isinstance(value, str) and value.startswith("{"):
        blocks = json.loads(value)["blocks"]
        return [(block["type"], block["text"], len(block["inlineStyleRanges"])) for block in blocks]
    return value


def test_deleted_story_is_restored_with_the_keyboard(editor):
    page = editor.page
    saved = value_of(page)
    flood = editor.blocks("story_section").nth(1)
    with editor.autosave():
        flood.get_by_title("Delete").first.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    expect(undo).to_have_accessible_description("Deleted: Story “Flood”")
    editor.expect_headings("Ebb", "Slack")
    with editor.autosave():
        undo.press("Control+z")
    editor.expect_headings("Ebb", "Flood", "Slack")
    expect(flood.get_by_role("textbox", name="Heading")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Restored: Story “Flood”")).to_have_count(1)
    expect(undo).to_have_count(0)
    editor.wait_until_saved()
    page.reload()
    assert value_of(page) == saved


def test_deleted_source_of_a_story_is_restored_in_its_place(editor):
    flood = editor.blocks("story_section").nth(1)
    editor.unfold(flood, "Sources of this story")
    titles = flood.get_by_role("textbox", name="Title").locator("visible=true")
    flood.locator("[data-contentpath=sources]").get_by_title("Delete").nth(1).click()
    expect(titles).to_have_count(2)
    flood.get_by_role("button", name="Undo").click()
    assert [title.input_value() for title in titles.all()] == ["Minutes", "Log", "Map"]
    expect(titles.nth(1)).to_be_focused()


def test_story_is_restored_where_its_neighbours_are_now(editor):
    stories = editor.blocks("story_section")
    stories.nth(1).get_by_title("Delete").first.click()
    stories.first.get_by_title("Delete").first.click()
    expect(editor.page.get_by_role("button", name="Undo")).to_have_count(2)
    editor.page.get_by_role("button", name="Undo").last.click()
    editor.expect_headings("Flood", "Slack")
    stories.first.get_by_title("Move down").first.click()
    editor.page.get_by_role("button", name="Undo").click()
    editor.expect_headings("Ebb", "Slack", "Flood")


def test_block_is_dragged_to_its_place_after_another_was_deleted(editor):
    page, stories = editor.page, editor.blocks("story_section")
    stories.first.get_by_title("Delete").first.click()
    page.evaluate(f"{BLOCK}.children.forEach((child) => child.collapse())")
    editor.drag_below(stories.first, stories.nth(1))
    expect(stories.first).to_contain_text("Slack")
    assert page.evaluate(LABELS)[1:] == ["Slack", "Flood"]


def test_dismissed_undo_leaves_the_focus_beside_the_block(editor):
    editor.blocks("story_section").nth(1).get_by_title("Delete").first.click()
    editor.page.get_by_role("button", name="Dismiss").press("Enter")
    expect(editor.page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(
        editor.page.get_by_title("Insert a block").locator("visible=true").nth(2)
    ).to_be_focused()
