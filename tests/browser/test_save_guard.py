"""The editor keeps the form on the screen while it cannot be saved."""

import re

import pytest
from django.contrib.auth.models import User

from tests.builders import make_issue

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

AUTOSAVE_URL = re.compile(r"/admin/pages/\d+/edit/$")
STATE_URL = re.compile("/editing-state/")
UNSAVABLE = {
    "other-user": "Another user has signed in.",
    "forbidden": "You may not edit this page any more.",
    "deleted": "This page has been deleted.",
    "locked": "This page has been locked.",
}


@pytest.fixture
def expected_errors():
    return ["ERR_INTERNET_DISCONNECTED", "Error fetching", "status of 403"]


@pytest.fixture
def another_user(digest):
    return User.objects.create_superuser("ralph", password="another-good-password")


@pytest.fixture
def editor(open_editor, digest):
    issue = make_issue(digest, 14, publish=False, title="Tides")
    editor = open_editor()
    editor.open_issue(issue.pk)
    editor.wait_for_initial_state()
    return editor


def save_in_vain(editor):
    """Choose “Save draft”; expect to stay in the form, with the focus in the message."""
    url, alert = editor.page.url, editor.page.get_by_role("alert")
    editor.page.get_by_role("button", name="Save draft").click()
    expect(alert.locator("a, button")).to_be_focused()
    assert editor.page.url == url


def test_signed_out_editor_does_not_publish_by_key(editor):
    editor.page.context.clear_cookies(name="sessionid")
    editor.title.press("Control+Enter")
    alert = editor.page.get_by_role("alert")
    expect(alert.locator("a")).to_be_focused()
    editor.sign_in_in_new_tab()
    expect(alert).to_contain_text("“Publish” was not carried out: choose it again.")
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_be_empty()


def test_signed_out_editor_signs_in_in_a_new_tab_and_loses_nothing(editor):
    page = editor.page
    page.context.clear_cookies(name="sessionid")
    editor.title.fill("Tides come and go")
    link = page.get_by_role("alert").get_by_role("link", name="Sign in in a new tab")
    expect(link).to_be_visible()
    save_in_vain(editor)
    editor.sign_in_in_new_tab()
    expect(page.get_by_role("alert")).to_be_empty()
    expect(page.get_by_role("status").filter(has_text="Saving works again.")).to_have_count(1)
    editor.wait_until_saved()
    editor.save()
    expect(editor.title).to_have_value("Tides come and go")


def test_text_is_not_saved_under_the_name_of_another_user(another_user, editor):
    page = editor.page
    page.context.clear_cookies(name="sessionid")
    editor.title.fill("Tides come and go")
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Sign in in a new tab").click()
    editor.fill_in_sign_in(popup.value, another_user.username, "another-good-password")
    expect(popup.value.get_by_role("heading", name="You are signed in")).to_be_visible()
    popup.value.close()
    expect(page.get_by_role("alert")).to_contain_text("Another user has signed in.")
    with page.expect_response(AUTOSAVE_URL) as saved:
        editor.title.fill("Tides go")
    assert saved.value.status == 403
    save_in_vain(editor)


def test_text_stays_in_the_form_while_the_server_cannot_be_reached(editor):
    editor.page.context.set_offline(True)
    editor.title.fill("Tides come and go")
    save_in_vain(editor)
    expect(editor.page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    with editor.autosave():
        editor.page.context.set_offline(False)
    expect(editor.page.get_by_role("alert")).to_be_empty()
    editor.wait_until_saved()
    editor.page.reload()
    expect(editor.title).to_have_value("Tides come and go")


def test_text_can_be_copied_if_the_page_cannot_be_saved_any_more(editor):
    page = editor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    token = page.locator("[data-edit-form] input[name=csrfmiddlewaretoken]").input_value()
    response = {"csrf_token": token}
    page.route(STATE_URL, lambda route: route.fulfill(json=response))
    for state, text in UNSAVABLE.items():
        response["state"] = state
        save_in_vain(editor)
        expect(page.get_by_role("alert")).to_contain_text(text)
    page.get_by_role("button", name="Copy the text").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Tides")
    assert "It happened." in copied
