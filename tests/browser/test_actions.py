"""Publishing, scheduling and the URL of a live issue, by buttons and keys."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from digest.models import DigestPage
from tests.builders import body, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def draft(digest):
    DigestPage.objects.update(usual_time=time(6))
    tomorrow = timezone.localdate() + timedelta(days=1)
    return make_issue(digest, tomorrow, publish=False, body=body(story(why_it_matters="")))


@pytest.fixture
def editor(open_editor, draft):
    editor = open_editor()
    editor.open_issue(draft.pk)
    return editor


def test_ctrl_enter_publishes_from_a_rich_text_field(editor, draft):
    editor.wait_for_initial_state()
    editor.write(editor.block("story_section"), "why_it_matters", "Cities can plan.")
    editor.page.keyboard.press("Control+Enter")
    expect(editor.message).to_contain_text("has been published.")
    expect(editor.page.get_by_role("button", name="Save draft", exact=True)).to_be_visible()
    editor.message.get_by_role("link", name="View live").click()
    expect(editor.page.locator(".digest-story")).to_contain_text("Cities can plan.")
    expect(editor.page.locator(".digest-story br")).to_have_count(0)


@pytest.mark.parametrize("name", ["Open data", "Pow"])  # The second one opens a list of "Power".
def test_ctrl_enter_publishes_a_tag_that_is_being_typed(open_editor, digest, name):
    make_issue(digest, 13, tags=["Power"])
    issue = make_issue(digest, 14, publish=False, body=body(story()))
    editor = open_editor()
    editor.open_issue(issue.pk)
    editor.wait_for_initial_state()
    field = editor.page.locator(".tagit").get_by_role("textbox")
    field.press_sequentially(name)
    if name == "Pow":
        expect(editor.page.locator(".ui-autocomplete")).to_be_visible()
    field.press("Control+Enter")
    expect(editor.message).to_contain_text("has been published.")
    published = editor.page.request.get("/api/v1/issues/latest/").json()
    assert [tag["name"] for tag in published["tags"]] == [name]


def test_ctrl_enter_adds_typed_links_and_does_not_publish_without_them(editor):
    editor.wait_for_initial_state()
    block = editor.block("story_section")
    editor.unfold(block, "Sources of this story")
    block.get_by_label("Paste links").fill("http://127.0.0.1:9/ferries")
    block.get_by_label("Paste links").press("Control+Enter")
    expect(block.get_by_label("Paste links")).to_have_value("")
    expect(block.get_by_text("1 source was added.")).to_be_visible()
    assert editor.page.request.get("/api/v1/issues/latest/").status == 404


def test_button_to_schedule_is_shown_once_the_time_is_to_come(editor, draft):
    editor.wait_for_initial_state()
    with editor.autosave():
        editor.set_date("2026-04-14")
    button = editor.page.locator(".digest-schedule")
    expect(button).to_have_attribute("hidden", "")
    with editor.autosave():
        editor.set_date(draft.date.isoformat())
    expect(button).not_to_have_attribute("hidden", "")


def test_ctrl_enter_does_nothing_in_a_dialog(editor):
    editor.page.get_by_role("button", name="Toggle status").click()
    editor.page.get_by_role("button", name="Set schedule").click()
    field = editor.page.get_by_role("dialog").get_by_role("textbox", name="Go live date/time")
    field.focus()
    expect(editor.calendar).to_be_visible()  # a moment after the focus
    field.press("Escape")  # closes the calendar, not the dialog
    expect(editor.calendar).to_be_hidden()
    expect(field).to_be_visible()
    field.press("Control+Enter")
    expect(field).to_be_visible()
    assert editor.page.request.get("/api/v1/issues/latest/").status == 404


def test_issue_is_scheduled_by_one_action_and_published_after_cancelling(editor, draft):
    day = draft.date + timedelta(days=1)
    with editor.autosave():
        editor.set_date(day.isoformat())
    editor.page.get_by_role("button", name="More actions").click()
    label = f"Schedule for {day:%a} {day.day} {day:%b}"
    editor.page.get_by_role("button", name=label).click()
    expect(editor.message).to_contain_text(
        f"is scheduled for {day:%a} {day.day} {day:%b %Y}, 06:00"
    )
    expect(editor.page.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    editor.unschedule()
    editor.publish()
    expect(editor.message).to_contain_text("has been published.")


def test_url_of_a_live_issue_stays_or_changes_with_the_date(open_editor, digest):
    issue = make_issue(digest, 14)
    editor = open_editor()
    editor.open_issue(issue.pk)
    editor.wait_for_initial_state()
    note = editor.page.locator(".digest-issue-url")
    expect(note).to_be_hidden()
    editor.set_date("2026-04-15")
    expect(note).to_contain_text("The URL stays 2026-04-14.")
    note.get_by_role("button", name="Change it too").press("Enter")
    expect(note).to_contain_text("changes to 2026-04-15, and 2026-04-14 redirects to it.")
    note.get_by_role("button", name="Keep the URL").press("Enter")
    expect(editor.slug).to_have_value("2026-04-14")
    note.get_by_role("button", name="Change it too").press("Enter")
    editor.publish()
    expect(editor.message).to_contain_text("has been published.")
    editor.page.goto("/daily/2026-04-14/")
    expect(editor.page).to_have_url("/daily/2026-04-15/")


def test_url_that_is_changed_during_an_autosave_stays_changed(open_editor, digest):
    issue = make_issue(digest, 14)
    editor = open_editor()
    editor.open_issue(issue.pk)
    editor.wait_for_initial_state()
    release = editor.hold_autosave(lambda: editor.set_date("2026-04-15"))
    editor.page.get_by_role("button", name="Change it too").click()
    with editor.request_of_autosave():
        release()
    editor.wait_until_saved()
    editor.page.reload()
    expect(editor.slug).to_have_value("2026-04-15")
