"""The draft beside the editor, at the frontend."""

import re

import pytest

from tests.frontends.writing import write_issue

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def test_preview_follows_typing_and_a_click_opens_the_field(editor, served):
    write_issue(editor, "Boats in the making")
    shown = editor.show_preview()
    heading = shown.get_by_role("heading", level=1)
    expect(heading).to_have_text("Boats in the making")
    frame = editor.page.query_selector("#w-preview-iframe").content_frame()
    assert frame.url.startswith(f"{served.frontend_url}/preview/")
    editor.title.fill("Boats almost made")
    expect(heading).to_have_text("Boats almost made")
    story = editor.block("story_section").get_by_role("textbox", name="Heading")
    editor.fill(editor.block("story_section"), "Heading", "A story in the making")
    expect(shown.get_by_role("heading", name="A story in the making")).to_be_visible()
    editor.title.focus()
    shown.get_by_role("heading", name="A story in the making").click()
    expect(story).to_be_focused()
    shown.get_by_text("Summary of Boats in the making").click()
    summary = editor.block("headline").get_by_role("textbox", name="Summary")
    expect(summary).to_be_focused()


def test_shared_link_shows_the_draft_without_javascript_until_it_is_revoked(
    editor, open_page, served
):
    write_issue(editor, "Boats to be shared")
    link = share(editor)
    assert link.startswith(f"{served.frontend_url}/preview/")
    reader = open_page(java_script_enabled=False)
    response = reader.goto(link)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Boats to be shared")
    assert "no-store" in response.headers["cache-control"]
    assert "noindex" in response.headers["x-robots-tag"]
    assert response.headers["referrer-policy"] == "no-referrer"
    revoke(editor, "Boats to be shared")
    assert reader.goto(link).status == 404
    expect(reader.get_by_role("heading", level=1)).to_have_text("This preview has ended")
    token = re.search("/preview/([^/]+)/", link)[1]
    assert served.count(token) == 0


def share(editor):
    editor.page.locator("header").get_by_role("button", name="Actions").first.click()
    editor.page.get_by_role("link", name="Share a preview").click()
    editor.page.get_by_role("button", name="Create a link").click()
    return editor.page.get_by_role("textbox", name="Link").input_value()


def revoke(editor, title):
    editor.page.goto("/admin/digest/previews/")
    row = editor.page.get_by_role("row").filter(has_text=title)
    row.get_by_role("button", name="Revoke").click()
    expect(editor.message).to_contain_text("has been revoked")
