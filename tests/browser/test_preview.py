"""Previews on a frontend of another origin, in the panel and by shared links."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User

from digest.models import DigestPage
from tests.builders import body, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def draft(digest: DigestPage):
    """Create an issue that is long enough to scroll."""
    stories = [story(f"Story {number}") for number in range(1, 6)]
    return make_issue(digest, publish=False, title="Grids", body=body(*stories))


def open_beside_preview(editor, draft, origin):
    """Open the editor with the preview panel; return the panel's frame with the frontend's page."""
    editor.open_issue(draft.pk)
    editor.wait_for_initial_state()
    shown = editor.show_preview()
    expect(shown.locator("h1")).to_be_visible()
    frame = editor.page.query_selector("#w-preview-iframe").content_frame()
    assert frame.url.startswith(origin)
    return shown


def scroll_position(editor):
    """Return the scroll offset in the preview panel."""
    frame = editor.page.query_selector("#w-preview-iframe").content_frame()
    return frame.evaluate("window.scrollY")


def test_panel_shows_changes_on_the_frontend(open_editor, draft, origin):
    editor = open_editor()
    shown = open_beside_preview(editor, draft, origin)
    expect(shown.locator("h1")).to_have_text("Grids")
    editor.title.fill("Three grids, one forecast")
    expect(shown.locator("h1")).to_have_text("Three grids, one forecast")
    editor.fill(editor.block("headline"), "Summary", "They agree.")
    expect(shown.locator("[data-digest-source='/summary']")).to_have_text("They agree.")


def test_scroll_position_is_restored(open_editor, draft, origin):
    editor = open_editor()
    shown = open_beside_preview(editor, draft, origin)
    expect(shown.locator("wagtail-userbar")).to_be_attached()
    editor.title.fill("A title")
    expect(shown.locator("h1")).to_have_text("A title")
    shown.get_by_role("heading", name="Story 4").evaluate("node => node.scrollIntoView()")
    before = scroll_position(editor)
    assert before > 500
    editor.title.fill("Another title")
    expect(shown.locator("h1")).to_have_text("Another title")
    expect(shown.get_by_role("heading", name="Story 4")).to_be_in_viewport()
    assert abs(scroll_position(editor) - before) < 50


def test_content_checks_run_on_the_frontend(open_editor, draft, origin):
    editor = open_editor()
    open_beside_preview(editor, draft, origin)
    editor.title.fill("Another title")  # an h1 and then h2: in order
    editor.page.get_by_role("button", name="Toggle checks").click()
    words = editor.page.locator("[data-content-word-count]")
    expect(words).to_have_text(re.compile(r"^[1-9]\d*$"))


def test_click_in_the_preview_opens_the_field(open_editor, draft, origin):
    editor = open_editor()
    shown = open_beside_preview(editor, draft, origin)
    third = f"[data-contentpath='{draft.body[3].id}']"
    field = editor.page.locator(f"{third} [data-contentpath=heading] textarea")
    expect(field).not_to_be_focused()
    shown.get_by_role("heading", name="Story 3").click()
    expect(field).to_be_focused()
    expect(field).to_have_value("Story 3")
    shown.get_by_role("heading", level=1).click()
    expect(editor.title).to_be_focused()


def test_preview_scrolls_to_the_field_that_is_edited(open_editor, draft, origin):
    editor = open_editor()
    shown = open_beside_preview(editor, draft, origin)
    heading = shown.get_by_role("heading", name="Story 5")
    expect(heading).not_to_be_in_viewport()
    fifth = editor.page.locator(f"[data-contentpath='{draft.body[5].id}']")
    fifth.locator("[data-contentpath=heading] textarea").focus()
    expect(heading).to_be_in_viewport()
    editor.title.focus()
    expect(heading).not_to_be_in_viewport()
    expect(shown.locator("h1")).to_be_in_viewport()


def test_preview_scrolls_to_a_new_story(open_editor, draft, origin):
    editor = open_editor()
    shown = open_beside_preview(editor, draft, origin)
    editor.add_block("Story")
    heading = editor.block("story_section").get_by_role("textbox", name="Heading")
    expect(heading).to_be_focused()
    editor.page.keyboard.type("A ferry")
    expect(shown.get_by_role("heading", name="A ferry")).to_be_in_viewport()


def test_link_is_shared_opened_and_revoked(open_editor, open_page, draft, origin, site_url):
    editor = open_editor()
    editor.open_issue(draft.pk)
    editor.page.locator("header").get_by_role("button", name="Actions").first.click()
    editor.page.get_by_role("link", name="Share a preview").click()
    editor.page.get_by_role("radio", name="7 days").check()
    editor.page.get_by_role("button", name="Create a link").click()
    link = editor.page.get_by_role("textbox", name="Link").input_value()
    reader = open_page()
    reader.goto(link)
    api_url = f"{site_url}/api/v1/preview/{link.partition('token=')[2]}/"
    assert reader.request.get(api_url).status == 200
    expect(reader.locator("h1")).to_have_text("Grids")
    editor.page.goto("/admin/digest/previews/")
    editor.page.get_by_role("button", name="Revoke").click()
    expect(editor.message).to_contain_text("has been revoked")
    expect(editor.page.get_by_role("row").filter(has_text="Grids")).to_contain_text("Revoked")
    assert reader.request.get(api_url).status == 404


def test_each_editor_sees_their_own_changes(
    open_editor: Callable, open_page: Callable, draft, origin
):
    from tests.browser.editor import Editor

    theo = User.objects.create_user("theo", password="a-good-password")
    theo.groups.add(Group.objects.get(name="Moderators"))
    ours = open_editor()
    theirs = Editor(open_page(viewport={"width": 1280, "height": 800}))
    theirs.sign_in("theo", "a-good-password")
    for editor, title in ((ours, "Ours"), (theirs, "Theirs")):
        shown = open_beside_preview(editor, draft, origin)
        editor.title.fill(title)
        expect(shown.locator("h1")).to_have_text(title)
    expect(ours.page.frame_locator("#w-preview-iframe").locator("h1")).to_have_text("Ours")
