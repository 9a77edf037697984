"""Readers find their way through the frontend: by keyboard, without JavaScript, past old links."""

import re
from typing import Any

import pytest

from tests.frontends.site import wait_until
from tests.frontends.writing import publish, rename, write_issue

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

ISSUE = "/signals/2026-11-20/"
STORY = "An open model that shows its work"


def tab_to(page: Any, name: str | re.Pattern) -> None:
    """Press Tab until a link or button has the focus."""
    target = page.get_by_role("link", name=name, exact=isinstance(name, str)).first
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_issue_and_story_are_reached_by_keyboard_alone(reader):
    reader.goto("/")
    reader.keyboard.press("Tab")
    skip = reader.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    reader.keyboard.press("Enter")
    tab_to(reader, "The grid writes its own rules")
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile(f"{ISSUE}$"))
    tab_to(reader, STORY)
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile(f"{ISSUE}#an-open-model"))
    expect(reader.get_by_role("heading", name=STORY)).to_be_in_viewport()


def test_tag_leads_to_its_issues(reader):
    reader.goto(ISSUE)
    tags = reader.get_by_role("list", name="Tags").first
    tags.get_by_role("link", name="Energy").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Energy")
    expect(reader.get_by_role("link", name="The grid writes its own rules")).to_be_visible()


def test_back_button_keeps_the_page(reader):
    reader.goto("/search/?q=grid")
    results = reader.locator(".digest-results")
    before = results.inner_text()
    results.get_by_role("link").last.click()
    expect(reader.get_by_role("heading", level=1)).not_to_have_text("Search")
    reader.go_back()
    expect(reader).to_have_url(re.compile(r"/search/\?q=grid$"))
    expect(reader.locator("main [name=q]")).to_have_value("grid")
    assert results.inner_text() == before


def test_back_button_keeps_the_position(reader):
    reader.goto("/signals/")
    link = reader.get_by_role("link", name="Small models go to the clinic")
    link.scroll_into_view_if_needed()
    before = reader.evaluate("scrollY")
    assert before > 0
    link.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Small models go to the clinic")
    reader.go_back()
    reader.wait_for_function(f"Math.abs(scrollY - {before}) < 5")


def test_renamed_issue_redirects_without_javascript(editor, reader):
    title = "Boats with a new name"
    old = write_issue(editor, title)
    publish(editor)
    wait_until(lambda: reader.request.get(old).ok, 60)
    new = rename(editor, "boats")
    publish(editor)

    def redirects() -> bool:
        return reader.request.get(old, max_redirects=0).status == 301

    wait_until(redirects, 60)
    response = reader.request.get(old, max_redirects=0)
    assert response.headers["location"].endswith(new)
    reader.goto(old)
    expect(reader).to_have_url(re.compile(f"{new}$"))
    expect(reader.get_by_role("heading", level=1)).to_have_text(title)


def test_missing_page_is_a_404_that_leads_on(reader):
    response = reader.goto("/signals/no-such-issue/")
    assert response.status == 404
    expect(reader).to_have_title(re.compile("^Page not found"))
    expect(reader.get_by_role("link", name="Signals").first).to_be_visible()
    reader.locator("main").get_by_role("searchbox").or_(
        reader.locator("main").get_by_role("combobox")
    ).fill("grid")
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile(r"/search/\?q=grid"))
