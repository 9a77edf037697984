"""The checklist beside the form: it warns, leads to the field, and is quiet when that is mended."""

import re

import pytest

from tests.builders import body, make_issue, source, story
from tests.checklist.checking import TEXT, bottom_line, good_story

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser

URL = "https://example.com/forecast"


@pytest.fixture
def issue(digest):
    """A draft whose second story does not say why it matters, with all else as it should be."""
    first = good_story("The harbour opens its tide data")
    unfinished = good_story("Bells are counted", why_it_matters="")
    blocks = body(first, unfinished, bottom_line())
    return make_issue(digest, 14, publish=False, title="Harbours and bells", body=blocks)


@pytest.fixture
def past(digest):
    """A live issue that cites a forecast."""
    cited = story("Operators agree", body=TEXT, sources=[source(title="Forecast", url=URL)])
    return make_issue(digest, 1, title="An issue of the past", body=body(cited))


@pytest.fixture
def open_checklist(open_desk):
    """Open the checklist of an issue, in the editor's window."""

    def open_checklist(issue, field=""):
        desk = open_desk()
        desk.page.goto(f"/admin/pages/{issue.pk}/edit/{field and '#digest-field='}{field}")
        desk.page.get_by_role("button", name="Toggle checklist").click()
        return desk, desk.page.locator("[data-side-panel=checklist]")

    return open_checklist


def test_warning_leads_to_its_field_and_goes_when_it_is_mended(open_checklist, issue):
    desk, panel = open_checklist(issue)
    expect(panel.get_by_role("status")).to_have_text("1 thing to fix.")
    expect(panel.get_by_role("heading", level=3)).to_have_text("Story 2: Bells are counted")
    panel.get_by_role("button", name="Say why it matters.").click()
    field = desk.block("story_section").locator("[data-contentpath=why_it_matters]")
    expect(field.get_by_role("textbox")).to_be_focused()
    desk.page.keyboard.insert_text("Who counts bells knows the time.")
    expect(panel.get_by_role("status")).to_have_text("Nothing to fix.")
    expect(panel.get_by_role("button", name=re.compile("Say why"))).to_have_count(0)


def test_form_with_an_error_keeps_the_last_findings_and_says_so(open_checklist, issue):
    desk, panel = open_checklist(issue)
    stale = panel.get_by_text("These findings are out of date")
    expect(panel.get_by_role("button", name="Say why it matters.")).to_be_visible()
    expect(stale).to_be_hidden()
    block = desk.block("story_section")
    desk.unfold(block, "Sources of this story")
    desk.fill(block, "URL", "no address")
    expect(stale).to_be_visible()
    expect(panel.get_by_role("button", name="Say why it matters.")).to_be_visible()
    desk.fill(block, "URL", "https://example.com/minutes")
    expect(stale).to_be_hidden()


def test_story_that_ran_is_flagged_with_a_link(open_checklist, issue, past):
    desk, panel = open_checklist(issue)
    block = desk.block("story_section")
    desk.unfold(block, "Sources of this story")
    desk.fill(block, "URL", "http://www.example.com/forecast/?utm_source=letter")
    finding = panel.get_by_role("listitem").filter(has_text="This source was cited before.").first
    link = finding.get_by_role("link", name="An issue of the past")
    expect(link).to_have_attribute("href", f"/admin/pages/{past.pk}/edit/")
    assert not Axe().run(desk.page, context="[data-side-panel=checklist]").response["violations"]
    toggle = desk.page.get_by_role("button", name="Toggle checklist")
    expect(toggle.locator("[data-side-panel-toggle-counter]")).to_have_text("2")


def test_address_opens_a_field_that_is_folded_away(open_checklist, issue):
    item = issue.stories[1].value["sources"].bound_blocks[0]
    path = f"body.{issue.stories[1].id}.sources.{item.id}.publisher"
    desk, _panel = open_checklist(issue, path)
    field = desk.block("story_section").get_by_role("textbox", name="Publisher")
    expect(field).to_be_visible()


def test_new_issue_does_not_meet_itself_when_it_has_saved_itself(open_desk, digest):
    desk = open_desk()
    desk.start_issue(digest.pk, "An issue that saves itself")
    story_block = desk.block("story_section")
    desk.fill(story_block, "Heading", "The harbour opens its tide data")
    desk.page.get_by_role("button", name="Toggle checklist").click()
    panel = desk.page.locator("[data-side-panel=checklist]")
    expect(panel.get_by_role("button", name="Say why it matters.")).to_be_visible()
    with desk.autosave():
        desk.fill(desk.block("headline"), "Summary", "What happened.")
    desk.write(story_block, "why_it_matters", "Who counts bells knows the time.")
    expect(panel.get_by_role("button", name="Say why it matters.")).to_have_count(0)
    expect(panel.get_by_text("another draft")).to_have_count(0)


def test_slip_in_another_tab_of_the_form_is_opened(open_checklist, issue):
    desk, _panel = open_checklist(issue)
    desk.page.evaluate("digestDesk.openField('search_description')")
    expect(desk.page.locator("[name=search_description]")).to_be_focused()
