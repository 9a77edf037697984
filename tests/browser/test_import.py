"""An editor brings documents: pasted with their headings, and as files."""

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

HTML = """<meta charset="utf-8"><b style="font-weight:normal"><h1>Heat below the house</h1>
<p>March 9, 2026</p><h2>A basement holds sand</h2><p>It is <span style="font-weight:700">warm</span>
as <a href="https://example.com/pilot">the pilot</a> says.</p><p>It needs no land.</p></b>"""
PASTE = """([html, text]) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", text);
  const options = { clipboardData: data, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
}"""
MARKDOWN = "---\ntitle: Trains\ndate: 2026-03-10\n---\n\n## Night trains\n\nThey sell out.\n"


def open_import(desk):
    """Open the screen from the menu."""
    desk.page.get_by_role("button", name="Digests").click()
    desk.page.get_by_role("link", name="Import", exact=True).click()


def paste(desk):
    """Paste as a word processor fills the clipboard."""
    desk.page.get_by_role("textbox", name="Paste a text").focus()
    desk.page.evaluate(PASTE, [HTML, "Heat below the house\nMarch 9, 2026"])


def read(desk):
    """Send what was brought."""
    desk.page.get_by_role("button", name="Read", exact=True).click()


def test_a_pasted_document_is_corrected_and_becomes_a_draft(open_desk, digest):
    desk = open_desk()
    open_import(desk)
    paste(desk)
    box = desk.page.get_by_role("textbox", name="Paste a text")
    expect(box).to_have_value("Heat below the house\nMarch 9, 2026")
    expect(desk.page.get_by_text("Pasted with its headings")).to_be_visible()
    read(desk)
    outcome = desk.page.get_by_role("region", name="Resulting draft")
    expect(outcome).to_contain_text("2 paragraphs, no why it matters, 0 sources")
    with desk.page.expect_response(lambda response: response.request.method == "POST"):
        desk.page.get_by_label("Role of Block 5").select_option("Story: why it matters")
    expect(outcome).to_contain_text("1 paragraph, why it matters, 0 sources")
    desk.page.reload()
    expect(desk.page.get_by_label("Role of Block 5")).to_have_value("WHY_IT_MATTERS")
    desk.page.get_by_role("button", name="Create the draft").click()
    expect(desk.page).to_have_url(re.compile(r"/admin/pages/\d+/edit/$"))
    expect(desk.message).to_contain_text("Heat below the house")
    story = desk.block("story_section")
    expect(story.get_by_role("textbox", name="Heading")).to_have_value("A basement holds sand")
    body = story.locator("[data-contentpath=body]").get_by_role("textbox")
    expect(body.get_by_role("button", name="the pilot")).to_be_visible()
    why = story.locator("[data-contentpath=why_it_matters]").get_by_role("textbox")
    expect(why).to_have_text("It needs no land.")


def test_plain_text_can_be_taken_instead(open_desk, digest):
    desk = open_desk()
    open_import(desk)
    paste(desk)
    desk.page.get_by_role("button", name="Use plain text instead").click()
    box = desk.page.get_by_role("textbox", name="Paste a text")
    expect(box).to_be_editable()
    box.fill("Heat below\n\nA sentence that ends.")
    read(desk)
    expect(desk.page.get_by_role("heading", name="Pasted text.txt")).to_be_visible()


def test_of_two_files_the_good_one_is_read_and_the_bad_one_said(open_desk, digest, tmp_path):
    files = tmp_path / "trains.md", tmp_path / "report.pdf"
    files[0].write_text(MARKDOWN)
    files[1].write_bytes(b"%PDF-1.7")
    desk = open_desk()
    open_import(desk)
    desk.page.get_by_label("Or choose files").set_input_files(files)
    read(desk)
    expect(desk.page.get_by_role("status").filter(has_text="Done: 1 of 2")).to_be_visible()
    rows = desk.page.locator(".digest-import-row")
    expect(rows.filter(has_text="report.pdf")).to_contain_text("It is a PDF file")
    good = rows.filter(has_text="trains.md")
    expect(good).to_contain_text("1 story, everything understood.")
    good.get_by_role("button", name="Create the draft").click()
    edit = good.get_by_role("link", name="Edit the draft")
    expect(edit).to_be_focused()
    edit.click()
    expect(desk.title).to_have_value("Trains")


def test_the_screens_have_no_barriers_that_can_be_measured(open_desk, digest):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    desk = open_desk()
    open_import(desk)
    paste(desk)
    barriers = axe.run(desk.page, context=".nice-padding").response["violations"]
    read(desk)
    expect(desk.page.get_by_role("heading", name="The parts")).to_be_visible()
    barriers += axe.run(desk.page, context=".nice-padding").response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in barriers] == []
