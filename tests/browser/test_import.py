"""Import of pasted rich text and of files in the browser."""

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


@pytest.fixture
def expected_errors():
    return ["status of 403"]  # after signing out


def open_import(editor):
    """Open the import page from the menu."""
    editor.page.get_by_role("button", name="Digests").click()
    editor.page.get_by_role("link", name="Import", exact=True).click()
    expect(editor.page.get_by_text("paste or drop anywhere")).to_be_visible()  # the script has run


def paste(editor):
    """Paste HTML and plain text, as copied from a word processor."""
    editor.page.get_by_role("textbox", name="Paste a text").focus()
    editor.page.evaluate(PASTE, [HTML, "Heat below the house\nMarch 9, 2026"])


def read(editor):
    editor.page.get_by_role("button", name="Read", exact=True).click()


def review(editor):
    """Read the document, and wait until the scripts of its review have run."""
    read(editor)
    editor.page.wait_for_url(re.compile(r"/import/\d+/$"))


def test_pasted_document_is_corrected_and_imported(open_editor, digest):
    editor = open_editor()
    open_import(editor)
    paste(editor)
    box = editor.page.get_by_role("textbox", name="Paste a text")
    expect(box).to_have_value("Heat below the house\nMarch 9, 2026")
    expect(editor.page.get_by_text("Pasted with its headings")).to_be_visible()
    read(editor)
    outcome = editor.page.get_by_role("region", name="Resulting draft")
    expect(outcome).to_contain_text("2 paragraphs, no why it matters, 1 source, 1 link")
    expect(editor.page.get_by_text("5 parts, all understood.")).to_be_visible()
    with editor.page.expect_response(lambda response: response.request.method == "POST"):
        role = editor.page.get_by_label("Role of Block 5")
        role.focus()
        role.select_option("Story: why it matters")
    expect(outcome).to_contain_text("1 paragraph, why it matters, 1 source, 1 link")
    expect(editor.page.get_by_label("Role of Block 5")).to_be_focused()
    editor.page.reload()
    expect(editor.page.get_by_label("Role of Block 5")).to_have_value("WHY_IT_MATTERS")
    editor.page.get_by_role("button", name="Create the draft").click()
    expect(editor.page).to_have_url(re.compile(r"/admin/pages/\d+/edit/$"))
    expect(editor.message).to_contain_text("Heat below the house")
    story = editor.block("story_section")
    expect(story.get_by_role("textbox", name="Heading")).to_have_value("A basement holds sand")
    body = story.locator("[data-contentpath=body]").get_by_role("textbox")
    expect(body.get_by_role("button", name="the pilot")).to_be_visible()
    why = story.locator("[data-contentpath=why_it_matters]").get_by_role("textbox")
    expect(why).to_have_text("It needs no land.")


def test_plain_text_can_be_used_instead(open_editor, digest):
    editor = open_editor()
    open_import(editor)
    paste(editor)
    editor.page.get_by_role("button", name="Use plain text instead").click()
    box = editor.page.get_by_role("textbox", name="Paste a text")
    expect(box).to_be_editable()
    box.fill("Heat below\n\nA sentence that ends.")
    read(editor)
    expect(editor.page.get_by_role("heading", name="Import: Pasted text")).to_be_visible()


def press(editor, key="Enter"):
    """Press a key, and wait for the response."""
    with editor.page.expect_response(lambda response: response.request.method == "POST"):
        editor.page.keyboard.press(key)


def test_parts_are_split_moved_and_merged_with_the_keyboard(open_editor, digest):
    editor = open_editor()
    open_import(editor)
    paste(editor)
    review(editor)
    status = editor.page.locator("#digest-import-mapping").get_by_role("status")
    editor.page.get_by_label("Move, split or merge Block 4").press("Enter")
    editor.page.get_by_role("button", name="Split…").focus()
    press(editor)  # the part can be split after its words in bold type
    expect(editor.page.get_by_role("button", name="Split before “as the pilot")).to_be_focused()
    press(editor)
    new = editor.page.get_by_label("Role of Block 4 (2)")
    expect(new).to_be_focused()
    expect(status).to_have_text("Split in two.")
    editor.page.get_by_label("Move, split or merge Block 4 (2)").press("Enter")
    down = editor.page.locator("#down-s1")
    down.focus()
    press(editor)
    expect(status).to_have_text("Moved: now part 6 of 6.")
    expect(editor.page.locator("#up-s1")).to_be_focused()
    press(editor)
    expect(editor.page.locator("#up-s1")).to_be_focused()
    editor.page.locator("#merge-s1").focus()
    press(editor)
    expect(editor.page.get_by_label("Role of Block 4", exact=True)).to_be_focused()
    expect(new).to_have_count(0)


def test_correction_that_is_made_before_the_script_has_run_is_saved(open_editor, digest):
    editor = open_editor()
    open_import(editor)
    paste(editor)
    scripts = []
    editor.page.route("**/import-review*.js*", lambda route: scripts.append(route))
    editor.page.get_by_role("button", name="Read", exact=True).click(no_wait_after=True)
    role = editor.page.get_by_label("Role of Block 5")
    role.select_option("Story: why it matters")
    outcome = editor.page.get_by_role("region", name="Resulting draft")
    expect(outcome).to_contain_text("2 paragraphs, no why it matters")
    scripts[0].continue_()
    expect(outcome).to_contain_text("1 paragraph, why it matters")


def test_values_of_before_are_not_restored(open_editor, digest):
    editor = open_editor()
    open_import(editor)
    paste(editor)
    editor.page.route("**/import-review*.js*", lambda route: route.fulfill(body=""))
    review(editor)
    role = editor.page.get_by_label("Role of Block 5")
    before = role.input_value()
    role.select_option("Story: why it matters")
    editor.page.goto("/admin/")
    editor.page.go_back()
    expect(role).to_have_value(before)


def test_focus_stays_where_it_is_when_a_change_is_saved(open_editor, digest):
    editor = open_editor()
    open_import(editor)
    paste(editor)
    read(editor)
    field = editor.page.get_by_role("textbox", name="Date")
    field.fill("2026-03-10")
    with editor.page.expect_response(lambda response: response.request.method == "POST"):
        field.press("Tab")
        menu = editor.page.get_by_label("Move, split or merge Block 4")
        menu.focus()
    expect(editor.page.get_by_role("region", name="Resulting draft")).to_contain_text("10 Mar")
    expect(menu).to_be_focused()


def merge_last_part(page):
    page.get_by_label("Move, split or merge Block 5").press("Enter")
    page.locator("#edit-4").get_by_role("button", name="Merge with the part above").click()


def test_stale_page_shows_the_parts_of_the_other_one(open_editor, digest):
    editor = open_editor()
    open_import(editor)
    paste(editor)
    read(editor)
    expect(editor.page.get_by_role("heading", name="The parts")).to_be_visible()
    other = editor.page.context.new_page()
    other.goto(editor.page.url)
    merge_last_part(other)
    expect(other.get_by_text("Merged with the part above.")).to_be_attached()
    merge_last_part(editor.page)
    expect(editor.page.get_by_text("This part cannot be merged with the one")).to_be_visible()
    expect(editor.page.get_by_label("Role of Block 5")).to_have_count(0)
    expect(editor.page.get_by_role("heading", name="The parts")).to_be_focused()


def test_draft_can_be_created_on_arrival_and_asks_for_its_title(open_editor, digest):
    editor = open_editor()
    editor.page.set_viewport_size({"width": 390, "height": 844})
    editor.page.goto("/admin/digest/import/")
    editor.page.get_by_role("textbox", name="Paste a text").fill("## Heat\n\nStored in sand.")
    read(editor)
    outcome = editor.page.get_by_role("region", name="Resulting draft")
    expect(outcome).to_contain_text("(proposed)")
    create = outcome.get_by_role("button", name="Create the draft")
    expect(create).to_be_in_viewport()
    create.click()
    title = outcome.get_by_role("textbox", name="Title")
    expect(title).to_be_focused()
    expect(title).to_have_accessible_description("Type a title first.")
    title.fill("Sand")
    create.click()
    expect(editor.page).to_have_url(re.compile(r"/admin/pages/\d+/edit/$"))


def test_signed_out_editor_signs_in_in_a_new_tab_and_loses_no_correction(open_editor, digest):
    editor = open_editor()
    open_import(editor)
    paste(editor)
    read(editor)
    expect(editor.page.get_by_role("heading", name="The parts")).to_be_visible()
    editor.page.context.clear_cookies(name="sessionid")
    editor.page.get_by_label("Role of Block 5").select_option("Story: why it matters")
    editor.page.get_by_role("textbox", name="Title").fill("Heat in sand")
    status = editor.page.get_by_role("status").filter(has_text="You have been signed out.")
    expect(status).to_be_visible()
    create = editor.page.get_by_role("button", name="Create the draft")
    create.click()
    expect(status.get_by_role("link", name="Sign in in a new tab")).to_be_focused()
    editor.sign_in_in_new_tab()
    create.click()
    expect(editor.page).to_have_url(re.compile(r"/admin/pages/\d+/edit/$"))
    expect(editor.title).to_have_value("Heat in sand")
    why = editor.block("story_section").locator("[data-contentpath=why_it_matters]")
    expect(why.get_by_role("textbox")).to_have_text("It needs no land.")


def test_rejected_file_does_not_affect_the_other_one(open_editor, digest, tmp_path):
    files = tmp_path / "trains.md", tmp_path / "report.pdf"
    files[0].write_text(MARKDOWN)
    files[1].write_bytes(b"%PDF-1.7")
    editor = open_editor()
    open_import(editor)
    editor.page.get_by_label("Or choose files").set_input_files(files)
    read(editor)
    expect(editor.page.get_by_role("status").filter(has_text="Done: 1 of 2")).to_be_visible()
    rows = editor.page.locator(".digest-import-row")
    expect(rows.filter(has_text="report.pdf")).to_contain_text("It is a PDF file")
    good = rows.filter(has_text="trains.md")
    expect(good).to_contain_text("1 story, everything understood.")
    good.get_by_role("button", name="Create the draft").click()
    edit = good.get_by_role("link", name="Edit the draft")
    expect(edit).to_be_focused()
    edit.click()
    expect(editor.title).to_have_value("Trains")
