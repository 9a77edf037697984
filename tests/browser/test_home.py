"""The front page of the admin: paste or drop a document anywhere, and read it with Enter."""

import re

import pytest

from tests.browser.test_import import HTML, MARKDOWN, PASTE
from tests.builders import make_digest

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

DRAG = """([type, name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  const options = { dataTransfer: data, bubbles: true, cancelable: true };
  document.querySelector("h1").dispatchEvent(new DragEvent(type, options));
}"""
REVIEW = re.compile(r"/admin/digest/import/\d+/$")


@pytest.fixture
def expected_errors():
    return ["status of 403"]  # after signing out


@pytest.fixture
def home(open_editor, digest):
    """Return the window of an editor who may add issues to one digest."""
    return open_editor().page


def read_button(page):
    return page.get_by_role("button", name="Read", exact=True)


def test_rich_text_is_pasted_anywhere_and_read_with_enter(home):
    home.evaluate(PASTE, [HTML, "Heat below the house\nMarch 9, 2026"])
    expect(home.get_by_text("Pasted with its headings")).to_be_visible()
    expect(read_button(home)).to_be_focused()
    home.keyboard.press("Enter")
    expect(home).to_have_url(REVIEW)
    expect(home.get_by_text("A basement holds sand").first).to_be_visible()


def test_plain_text_is_pasted_anywhere(home):
    home.evaluate(PASTE, ["", MARKDOWN])
    expect(home.get_by_role("textbox", name="Paste a text")).to_have_value(MARKDOWN)
    home.keyboard.press("Enter")
    expect(home).to_have_url(REVIEW)


def test_text_pasted_after_another_one_follows_it_after_an_empty_line(home):
    box = home.get_by_role("textbox", name="Paste a text")
    home.evaluate(PASTE, ["", "One"])
    home.evaluate(PASTE, [HTML, "Two\nThree"])
    expect(box).to_have_value("One\n\nTwo\nThree")
    expect(box).to_be_editable()
    box.fill("")
    home.locator("h1").first.click()
    home.evaluate("document.activeElement.blur()")
    home.evaluate(PASTE, [HTML, "Two"])
    home.evaluate(PASTE, ["", "Four & five"])
    expect(box).to_have_value("Two\n\nFour & five")
    expect(home.locator("input[name=html]")).to_have_value(
        re.compile("A basement holds sand.*<p>Four &amp; five</p>$", re.DOTALL)
    )


def test_typing_into_a_box_with_rich_text_says_that_it_is_read_only(home):
    box = home.get_by_role("textbox", name="Paste a text")
    box.focus()
    home.evaluate(PASTE, [HTML, "Heat"])
    home.keyboard.press("x")
    expect(home.get_by_role("status").filter(has_text="The box is read-only.")).to_be_visible()
    expect(box).to_have_value("Heat")


def test_text_that_is_pasted_into_a_field_stays_there(home):
    home.get_by_role("textbox", name="Search").first.focus()
    home.evaluate(PASTE, [HTML, "Heat"])
    expect(home.get_by_role("textbox", name="Paste a text")).to_have_value("")
    expect(read_button(home)).not_to_be_focused()


def test_file_is_dropped_anywhere_and_read_with_enter(home):
    frame = home.get_by_text("Drop the files to import them")
    expect(frame).to_be_hidden()
    home.evaluate(DRAG, ["dragover", "trains.md", MARKDOWN])
    expect(frame).to_be_visible()
    home.evaluate(DRAG, ["drop", "trains.md", MARKDOWN])
    expect(frame).to_be_hidden()
    expect(home.get_by_role("status").filter(has_text="Chosen: trains.md")).to_be_visible()
    home.keyboard.press("Enter")
    expect(home).to_have_url(REVIEW)


def test_digest_is_asked_for_once(open_editor, digest, home_page):
    make_digest(home_page, "weekly")
    page = open_editor().page
    page.evaluate(PASTE, ["", MARKDOWN])
    choice = page.get_by_role("combobox", name="Digest")
    expect(choice).to_be_focused()
    choice.select_option("Weekly")
    read_button(page).click()
    expect(page).to_have_url(REVIEW)
    page.goto("/admin/")
    expect(choice.locator("option:checked")).to_have_text("Weekly")
    page.evaluate(PASTE, ["", MARKDOWN])
    expect(read_button(page)).to_be_focused()


def test_text_that_was_not_read_stays_in_the_box(home):
    home.evaluate(PASTE, ["", "- item\n" * 4001])
    home.keyboard.press("Enter")
    expect(home.locator(".digest-import-row")).to_contain_text("too much for an issue")
    expect(home.get_by_role("textbox", name="Paste a text")).not_to_have_value("")
    expect(read_button(home)).to_be_focused()


def test_signed_out_editor_signs_in_in_a_new_tab_and_reads_the_text(open_editor, digest):
    editor = open_editor()
    editor.page.evaluate(PASTE, ["", MARKDOWN])
    editor.page.context.clear_cookies(name="sessionid")
    editor.page.keyboard.press("Enter")
    link = editor.page.get_by_role("status").get_by_role("link", name="Sign in in a new tab")
    expect(link).to_be_focused()
    editor.sign_in_in_new_tab()
    expect(editor.page.get_by_role("textbox", name="Paste a text")).to_have_value(MARKDOWN)
    read_button(editor.page).click()
    expect(editor.page).to_have_url(REVIEW)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720), (390, 844)])
def test_read_is_above_the_fold_of_the_import_page(home, width, height):
    home.set_viewport_size({"width": width, "height": height})
    home.goto("/admin/digest/import/")
    home.evaluate(PASTE, [HTML, "Heat below the house\nMarch 9, 2026"])
    expect(home.get_by_text("Pasted with its headings")).to_be_visible()
    box = read_button(home).bounding_box()
    assert box["y"] + box["height"] <= height
    assert box["x"] + box["width"] <= width


def test_import_on_the_front_page_has_no_axe_violations(home):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    home.evaluate(PASTE, [HTML, "Heat below the house\nMarch 9, 2026"])
    violations = axe.run(home, context=".digest-import-home").response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []
