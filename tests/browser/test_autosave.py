"""Autosave keeps everything that is typed, also while a request is under way."""

import re
from datetime import date

import pytest

from tests.builders import body, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def issue(digest):
    stories = [story(heading, why_it_matters="") for heading in ("First", "Second", "Third")]
    return make_issue(digest, 14, publish=False, body=body(*stories))


@pytest.fixture
def editor(open_editor, issue):
    editor = open_editor()
    editor.open_issue(issue.pk)
    return editor


def change_during_autosave(editor, change):
    """Make a change while an autosave is under way, and wait for the autosave after it."""
    release = editor.hold_autosave(lambda: editor.title.press_sequentially("."))
    change()
    with editor.request_of_autosave():
        release()


def test_changes_during_autosaves_are_saved(editor):
    editor.wait_for_initial_state()
    stories, headline = editor.blocks("story_section"), editor.block("headline")
    changes = [
        lambda: editor.title.fill("Tides"),
        lambda: editor.fill(headline, "Summary", "Water comes and goes."),
        lambda: editor.number.fill("27"),
        lambda: editor.write(stories.nth(1), "why_it_matters", "Boats float."),
        lambda: stories.first.get_by_title("Move down").click(),
        lambda: stories.nth(2).get_by_title("Delete").click(),
        lambda: editor.add_block("Bottom line"),
    ]
    for change in changes:
        change_during_autosave(editor, change)
    editor.wait_until_saved()
    editor.page.reload()
    expect(editor.title).to_have_value(re.compile("Tides"))
    expect(editor.number).to_have_value("27")
    expect(headline.get_by_role("textbox", name="Summary")).to_have_value("Water comes and goes.")
    editor.expect_headings("Second", "First")
    expect(stories.first).to_contain_text("Boats float.")
    expect(editor.block("bottom_line")).to_be_visible()


def test_change_before_wagtail_has_recorded_the_form_is_saved(editor):
    with editor.autosave():
        editor.title.press("End")
        editor.page.keyboard.type(" at once")
    editor.page.reload()
    expect(editor.title).to_have_value(f"Issue of {date(2026, 4, 14)} at once")


def test_changes_after_failed_publishing_are_saved(editor, issue):
    editor.wait_for_initial_state()
    heading = editor.block("story_section").get_by_role("textbox", name="Heading")
    heading.fill("")
    editor.publish()
    expect(editor.message).to_contain_text("could not be saved due to validation errors")
    with editor.request_of_autosave("Fourth"):
        heading.fill("Fourth")
    editor.wait_until_saved()
    editor.open_issue(issue.pk)
    editor.expect_headings("First", "Second", "Fourth")


def test_leaving_right_after_typing_needs_confirmation(editor):
    editor.wait_for_initial_state()
    questions = []
    editor.page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    editor.title.press("End")
    editor.page.keyboard.type(".")
    editor.page.reload()
    assert questions == ["beforeunload"]


def test_publishing_a_new_issue_waits_for_its_first_autosave(open_editor, digest):
    editor = open_editor()
    editor.open_new_issue(digest.pk)
    release = editor.hold_autosave(lambda: editor.title.fill("Tide"))
    editor.title.fill("Tides")
    editor.fill(editor.block("headline"), "Summary", "Water comes and goes.")
    editor.fill(editor.block("story_section"), "Heading", "Low water")
    editor.write(editor.block("story_section"), "body", "The harbour is dry.")
    editor.write(editor.block("bottom_line"), "text", "Wait for the flood.")
    editor.publish()
    release()
    expect(editor.message).to_contain_text("“Tides” has been published.")
    editor.page.goto("/admin/digest/issues/")
    expect(editor.page.get_by_role("row").filter(has_text="Tide")).to_have_count(1)
