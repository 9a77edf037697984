"""Checklist side panel in the browser."""

import re

import pytest

from tests.builders import block, body, make_issue, source, story
from tests.checklist.checking import TEXT, TITLE, bottom_line, good_story

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser

URL = "https://example.com/forecast"


@pytest.fixture
def issue(digest):
    """Create a draft with one finding: its second story has no “why it matters”."""
    first = good_story("The harbour opens its tide data")
    incomplete = good_story("Bells are counted", why_it_matters="")
    blocks = body(first, incomplete, bottom_line())
    return make_issue(digest, 14, publish=False, title="Harbours and bells", body=blocks)


@pytest.fixture
def past(digest):
    """Create a live issue that cites a forecast."""
    cited = story("Operators agree", body=TEXT, sources=[source(title="Forecast", url=URL)])
    return make_issue(digest, 1, title="An issue of the past", body=body(cited))


@pytest.fixture
def open_checklist(open_editor):
    """Return a function that opens the editor of an issue with its checklist."""

    def open_checklist(issue, field=""):
        editor = open_editor()
        editor.page.goto(f"/admin/pages/{issue.pk}/edit/{field and '#digest-field='}{field}")
        editor.page.get_by_role("button", name="Checklist", exact=True).click()
        return editor, editor.page.locator("[data-side-panel=checklist]")

    return open_checklist


def test_warning_opens_its_field_and_disappears_when_fixed(open_checklist, issue):
    editor, panel = open_checklist(issue)
    expect(panel.get_by_role("status")).to_have_text("1 thing to fix.")
    expect(panel.get_by_role("heading", level=3)).to_have_text("Story 2: Bells are counted")
    panel.get_by_role("button", name="Say why it matters.").click()
    field = editor.block("story_section").locator("[data-contentpath=why_it_matters]")
    expect(field.get_by_role("textbox")).to_be_focused()
    editor.page.keyboard.insert_text("Who counts bells knows the time.")
    expect(panel.get_by_role("status")).to_have_text("Nothing to fix.")
    expect(panel.get_by_role("button", name=re.compile("Say why"))).to_have_count(0)


def test_invalid_form_marks_the_findings_as_out_of_date(open_checklist, issue):
    editor, panel = open_checklist(issue)
    stale = panel.get_by_text("These findings are out of date")
    expect(panel.get_by_role("button", name="Say why it matters.")).to_be_visible()
    expect(stale).to_be_hidden()
    block = editor.block("story_section")
    editor.unfold(block, "Sources of this story")
    editor.fill(block, "URL", "not a URL")
    expect(stale).to_be_visible()
    expect(panel.get_by_role("button", name="Say why it matters.")).to_be_visible()
    editor.fill(block, "URL", "https://example.com/minutes")
    expect(stale).to_be_hidden()


def test_repeated_source_is_flagged_with_a_link_to_the_issue(open_checklist, issue, past):
    editor, panel = open_checklist(issue)
    block = editor.block("story_section")
    editor.unfold(block, "Sources of this story")
    editor.fill(block, "URL", "http://www.example.com/forecast/?utm_source=letter")
    finding = panel.get_by_role("listitem").filter(has_text="This source was cited before.").first
    link = finding.get_by_role("link", name="An issue of the past")
    expect(link).to_have_attribute("href", f"/admin/pages/{past.pk}/edit/")
    assert not Axe().run(editor.page, context="[data-side-panel=checklist]").response["violations"]
    toggle = editor.page.get_by_role("button", name="Checklist", exact=True)
    expect(toggle.locator("[data-side-panel-toggle-counter]")).to_have_text("2")


def test_url_hash_opens_a_field_in_a_collapsed_panel(open_checklist, issue):
    item = issue.stories[1].value["sources"].bound_blocks[0]
    path = f"body.{issue.stories[1].id}.sources.{item.id}.publisher"
    editor, _panel = open_checklist(issue, path)
    field = editor.block("story_section").get_by_role("textbox", name="Publisher")
    expect(field).to_be_visible()


def test_autosaved_new_issue_is_not_compared_with_itself(open_editor, digest):
    editor = open_editor()
    editor.start_issue(digest.pk, "An issue that saves itself")
    story_block = editor.block("story_section")
    editor.fill(story_block, "Heading", "The harbour opens its tide data")
    editor.page.get_by_role("button", name="Checklist", exact=True).click()
    panel = editor.page.locator("[data-side-panel=checklist]")
    expect(panel.get_by_role("button", name="Say why it matters.")).to_be_visible()
    with editor.autosave():
        editor.fill(editor.block("headline"), "Summary", "What happened.")
    editor.write(story_block, "why_it_matters", "Who counts bells knows the time.")
    expect(panel.get_by_role("button", name="Say why it matters.")).to_have_count(0)
    expect(panel.get_by_text("another draft")).to_have_count(0)


@pytest.fixture
def unfinished(digest):
    """Create a draft without a bottom line, with sources of the issue."""
    vague = good_story(body=f'{TEXT}<p>It is <a href="https://a.example/b">here</a>.</p>')
    sources = block("sources", items=[source(title="A map", url="https://a.example/map")])
    return make_issue(digest, 14, publish=False, title=TITLE, body=body(vague, sources))


def test_missing_block_is_added_once_with_the_cursor_in_it(open_checklist, unfinished):
    editor, panel = open_checklist(unfinished)
    editor.wait_for_initial_state()
    line = panel.get_by_role("button", name="Add a bottom line.")
    line.press("Enter")
    text = editor.block("bottom_line").get_by_role("textbox")
    expect(text).to_be_focused()
    line.click()
    expect(editor.blocks("bottom_line")).to_have_count(1)
    expect(text).to_be_focused()
    editor.page.keyboard.insert_text("Maps pay.")
    expect(line).to_have_count(0)
    below = editor.block("bottom_line").locator("~ [data-streamfield-child]")
    expect(below).to_contain_text("Sources")


def test_cursor_is_put_into_a_vague_link(open_checklist, unfinished):
    editor, panel = open_checklist(unfinished)
    editor.wait_for_initial_state()
    line = panel.get_by_role("button", name="does not say where it leads")
    line.click()
    field = editor.block("story_section").locator("[data-contentpath=body]")
    expect(field.get_by_role("textbox")).to_be_focused()
    editor.page.keyboard.type("arbour: th")
    expect(field.locator("a")).to_have_text("harbour: there")
    expect(line).to_have_count(0)


def test_checklist_stays_open_on_a_phone_while_its_fields_are_filled_in(open_checklist, issue):
    editor, panel = open_checklist(issue)
    editor.page.set_viewport_size({"width": 390, "height": 844})
    editor.wait_for_initial_state()
    line = panel.get_by_role("button", name="Say why it matters.")
    line.click()
    field = editor.block("story_section").locator("[data-contentpath=why_it_matters]")
    expect(field.get_by_role("textbox")).to_be_focused()
    field.get_by_role("textbox").click()  # not covered
    expect(line).to_be_in_viewport()
    editor.page.keyboard.insert_text("Who counts bells knows the time.")
    expect(panel.get_by_role("status")).to_have_text("Nothing to fix.")


def test_required_findings_show_at_the_button_of_the_panel(open_checklist, issue, digest):
    digest.checklist = {"rules": {"why_it_matters": "required"}}
    digest.save_revision().publish()
    editor, panel = open_checklist(issue)
    toggle = editor.page.get_by_role("button", name="Checklist", exact=True)
    expect(toggle.locator("[data-side-panel-toggle-counter]")).to_have_text("1!")
    expect(panel.get_by_role("status")).to_have_text("1 thing to fix, 1 required for publishing.")


def test_field_in_another_tab_of_the_form_is_opened(open_checklist, issue):
    editor, _panel = open_checklist(issue)
    editor.page.evaluate("digestDesk.openField('search_description')")
    expect(editor.page.locator("[name=search_description]")).to_be_focused()
