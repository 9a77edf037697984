"""Editors watch a mailing, pause, continue, stop and correct it, by keyboard."""

import re
from typing import Any

import pytest

from tests.browser.test_newsletter import PHONE, tab_to
from tests.builders import make_issue
from tests.contrib.newsletter.mails import make_mailing, make_mails

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def expected_errors():
    """Return that of the frame with the mail, in which not even Playwright runs scripts."""
    return ["the document's frame is sandboxed"]


@pytest.fixture
def mailing(digest):
    mailing = make_mailing(make_issue(digest, title="Grids agree"), planned=4)
    make_mails(mailing, "accepted", "waiting", "unknown", code="550 5.7.1")
    make_mails(mailing, "refused", code="550 5.7.1", reply="blocked")
    return mailing


def follow(page: Any, name: str) -> None:
    """Go to a link with Tab, and follow it."""
    tab_to(page.get_by_role("link", name=name, exact=True))
    page.keyboard.press("Enter")


def confirm(page: Any, name: str) -> None:
    tab_to(page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def expect_state(page: Any, text: str) -> None:
    expect(page.locator("#mailing-state")).to_contain_text(text)


def test_editor_pauses_continues_stops_and_corrects_by_keyboard(open_editor, mailing):
    page = open_editor().page
    page.goto("/admin/digest/mailings/")
    follow(page, "Grids agree")
    expect(page.get_by_role("progressbar")).to_have_accessible_name("1 of 4 mails accepted")
    follow(page, "Pause the mailing")
    confirm(page, "Yes, pause it")
    expect_state(page, "paused")
    follow(page, "Continue the mailing")
    confirm(page, "Yes, continue")
    expect_state(page, "being sent")
    follow(page, "Stop the mailing")
    confirm(page, "Yes, stop it")
    expect_state(page, "stopped")
    follow(page, "Send a correction")
    tab_to(page.get_by_label("What was wrong"))
    page.keyboard.type("It was 3 %.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="all subscribers")).to_be_focused()
    page.keyboard.press("ArrowDown")
    confirm(page, "Send the correction")
    expect(page.get_by_text("The correction will be sent.")).to_be_visible()


def test_page_follows_a_mailing_that_another_editor_pauses(open_editor, mailing):
    page = open_editor().page
    page.goto(f"/admin/digest/mailings/inspect/{mailing.pk}/")
    other = page.context.new_page()
    page.get_by_text("Show as a table").click()
    page.get_by_role("link", name="Stop the mailing").focus()
    other.goto(f"/admin/digest/mailings/pause/{mailing.pk}/")
    other.get_by_role("button", name="Yes, pause it").click()
    expect_state(other, "paused")
    page.bring_to_front()
    expect_state(page, "paused")
    expect(page.get_by_role("status").filter(has_text="paused")).to_be_attached()
    expect(page.locator("#outcomes-table")).to_have_attribute("open", "")
    expect(page.get_by_role("link", name="Continue the mailing")).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("^Update"))).to_be_hidden()


def test_pages_fit_on_a_phone(open_editor, mailing):
    page = open_editor().page
    page.set_viewport_size(PHONE)
    for path in ("", f"inspect/{mailing.pk}/", f"stop/{mailing.pk}/", "growth/"):
        page.goto(f"/admin/digest/mailings/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
