"""Fields of the form of an issue, and the order of its stories."""

import pytest

from tests.builders import body, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

LONG = (
    "A ferry crosses the wide river on wind alone, while a library lends its whole roof to all who "
    "want to see the water from above"
)
IS_WHOLE = (
    "field => field.scrollWidth <= field.clientWidth && field.scrollHeight <= field.clientHeight"
)
PASTE = """(element, [html, text]) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/html", html);
  clipboardData.setData("text/plain", text);
  const options = { clipboardData, bubbles: true, cancelable: true };
  element.dispatchEvent(new ClipboardEvent("paste", options));
}"""
TABLE = (
    "<table><tr><td><p>Year</p></td><td>Ferries</td></tr><tr><td>2026</td><td>500</td></tr></table>"
)


@pytest.fixture
def editor(open_editor, digest):
    stories = [story(f"Story {number}", why_it_matters="") for number in range(1, 6)]
    issue = make_issue(digest, 14, publish=False, title=LONG, body=body(*stories))
    editor = open_editor()
    editor.open_issue(issue.pk)
    editor.wait_for_initial_state()
    return editor


@pytest.mark.parametrize("width", [1440, 390])
def test_long_title_is_shown_whole(editor, width):
    editor.page.set_viewport_size({"width": width, "height": 800})
    editor.page.wait_for_timeout(200)  # The field is resized after the window.
    assert editor.title.evaluate(IS_WHOLE)


def test_long_title_does_not_scroll_the_header(editor):
    breadcrumbs = editor.page.locator(".w-breadcrumbs")
    has_no_overflow = "element => element.scrollWidth <= element.clientWidth"
    assert breadcrumbs.evaluate(has_no_overflow)
    breadcrumbs.get_by_role("button", name="Toggle breadcrumbs").click()
    editor.page.wait_for_timeout(500)  # They slide open.
    assert breadcrumbs.evaluate(has_no_overflow)
    box = breadcrumbs.get_by_role("link", name="Daily").bounding_box()
    assert box["width"] > 30


def test_heading_grows_while_it_is_written(editor):
    heading = editor.blocks("story_section").first.get_by_role("textbox", name="Heading")
    heading.fill("")
    heading.press_sequentially(LONG[:90])
    assert heading.evaluate(IS_WHOLE)


def test_too_long_title_and_heading_are_kept_and_explained(editor):
    heading = editor.blocks("story_section").first.get_by_role("textbox", name="Heading")
    heading.fill("")
    editor.title.fill("")
    heading.focus()
    editor.page.keyboard.insert_text("h" * 400)
    editor.title.focus()
    editor.page.keyboard.insert_text("t" * 400)
    expect(editor.page.get_by_text("There are validation errors").first).to_be_visible()
    editor.page.get_by_role("button", name="Save draft").click()
    expect(editor.page.get_by_text("at most 255 characters (it has 400)")).to_have_count(2)
    expect(editor.title).to_have_value("t" * 400)
    expect(heading).to_have_value("h" * 400)


def test_title_takes_no_line_breaks(editor):
    editor.title.fill("A ferry")
    editor.title.press("Enter")
    editor.page.keyboard.insert_text(" crosses\n the river")
    expect(editor.title).to_have_value("A ferry crosses the river")


def test_new_issue_starts_quietly_with_the_cursor_in_its_title(open_editor, digest):
    editor = open_editor()
    editor.open_new_issue(digest.pk)
    expect(editor.title).to_be_focused()
    checklist = editor.page.get_by_role("button", name="Checklist", exact=True)
    checklist.click()
    status = editor.page.locator("[data-side-panel=checklist]").get_by_role("status")
    expect(status).to_have_text("Nothing to fix yet.")
    editor.title.fill("A ferry crosses on wind alone")
    expect(status).to_contain_text("things to fix")


def test_stories_are_put_in_order_with_the_keyboard(editor):
    page = editor.page
    stories = editor.blocks("story_section")
    toggle = page.get_by_role("button", name="Stories only")
    toggle.press("Enter")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("textbox", name="Heading").locator("visible=true")).to_have_count(0)
    stories.nth(2).get_by_title("Move up").first.focus()
    moved = page.get_by_role("status").filter(has_text="Moved to place")
    for place in (3, 2, 1):
        page.keyboard.press("Enter")
        expect(moved).to_have_text(f"Moved to place {place} of 6.")
        expect(stories.nth(0 if place == 1 else place - 2)).to_contain_text("Story 3")
    expect(stories.first.get_by_title("Move down").first).to_be_focused()
    toggle.press("Enter")
    expect(stories.first.get_by_role("textbox", name="Heading")).to_be_visible()
    editor.expect_headings("Story 3", "Story 1", "Story 2", "Story 4", "Story 5")


def test_heading_of_a_new_story_is_above_the_bar_with_the_buttons(editor):
    adder = editor.page.get_by_title("Insert a block").last
    adder.evaluate("button => button.scrollIntoView({ block: 'end', behavior: 'instant' })")
    editor.add_block("Story")
    heading = editor.block("story_section").get_by_role("textbox", name="Heading")
    expect(heading).to_be_focused()
    heading.click(trial=True)  # nothing covers it
    bar = editor.page.get_by_role("navigation", name="Actions (footer)").bounding_box()
    expect(editor.blocks("story_section")).to_have_count(6)
    editor.page.wait_for_timeout(600)  # until the block has slid open
    box = heading.bounding_box()
    assert box["y"] + box["height"] <= bar["y"]


def test_pasted_table_becomes_a_line_for_each_row(editor):
    field = editor.block("story_section").locator("[data-contentpath=why_it_matters]")
    field.get_by_role("textbox").evaluate(PASTE, [TABLE, "Year\tFerries\n2026\t500"])
    expect(field.locator("[data-block]")).to_have_text(["Year | Ferries", "2026 | 500"])


def test_link_to_another_site_takes_a_shortcut_and_its_url(editor):
    page = editor.page
    field = editor.block("story_section").locator("[data-contentpath=body]")
    field.get_by_role("textbox").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("textbox", name="URL")).to_be_focused()
    page.keyboard.insert_text("https://example.com/ferry")
    page.keyboard.press("Enter")
    link = field.get_by_role("textbox").locator("a")
    expect(link).to_have_attribute("href", "https://example.com/ferry")


def test_icons_of_the_header_fit_on_a_phone(editor):
    editor.page.set_viewport_size({"width": 390, "height": 844})
    row = editor.page.locator(".w-slim-header div:has(> [data-side-panel-toggle])")
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth")


def test_tags_with_a_comma_or_quotation_marks_stay_whole(open_editor, digest):
    issue = make_issue(digest, 14, tags=["a, b", '5" disk'], body=body(story()))
    editor = open_editor()
    editor.open_issue(issue.pk)
    editor.wait_for_initial_state()
    labels = editor.page.locator(".tagit-label")
    expect(labels).to_have_text(['5" disk', "a, b"])
    editor.add_tag("Open data")
    editor.publish()
    expect(labels).to_have_text(['5" disk', "Open data", "a, b"])
