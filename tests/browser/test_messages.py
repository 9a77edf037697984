"""Messages above the form of an issue."""

import pytest

from tests.builders import make_issue

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def test_menu_button_of_a_phone_moves_up_when_the_message_has_scrolled_away(open_editor, digest):
    issue = make_issue(digest)
    editor = open_editor()
    page, button = editor.page, editor.page.locator(".sidebar-nav-toggle")
    page.set_viewport_size({"width": 390, "height": 844})
    editor.open_issue(issue.pk)
    editor.wait_for_initial_state()
    editor.save()
    expect(button).to_have_css("top", "82px")
    page.mouse.move(200, 500)
    page.mouse.wheel(0, 600)
    expect(button).to_have_css("top", "0px")
