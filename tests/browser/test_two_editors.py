"""Concurrent editing of one issue by two editors."""

import pytest
from django.contrib.auth.models import Group, User

from tests.builders import body, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def open_two_editors(open_page, digest):
    """Return a function that opens the same issue for two editors."""
    from tests.browser.editor import Editor

    names = ("edith", "ralph")
    for name in names:
        user = User.objects.create_user(name, password="a-good-password")
        user.groups.add(Group.objects.get(name="Moderators"))
    issue = make_issue(digest, publish=False, body=body(story("First words")))

    def open_two_editors():
        editors = [Editor(open_page(viewport={"width": 1280, "height": 800})) for _ in names]
        for editor, name in zip(editors, names, strict=True):
            editor.sign_in(name, "a-good-password")
            editor.open_issue(issue.pk)
            editor.wait_for_initial_state()
        return editors

    return open_two_editors


def test_second_autosave_is_rejected_and_each_preview_shows_own_changes(open_two_editors):
    edith, ralph = open_two_editors()
    heading = "Heading"
    with edith.autosave():
        edith.fill(edith.block("story_section"), heading, "Words of Edith")
    with ralph.autosave() as rejected:
        ralph.fill(ralph.block("story_section"), heading, "Words of Ralph")
    assert rejected.value.json()["error_code"] == "invalid_revision"
    for editor, words in ((edith, "Words of Edith"), (ralph, "Words of Ralph")):
        expect(editor.show_preview().get_by_role("heading", name=words)).to_be_visible()
    ralph.page.reload()
    field = ralph.block("story_section").get_by_role("textbox", name=heading)
    expect(field).to_have_value("Words of Edith")


def test_overwriting_needs_confirmation_and_keeps_both_revisions(open_two_editors):
    edith, ralph = open_two_editors()
    with edith.autosave():
        edith.fill(edith.block("story_section"), "Heading", "Words of Edith")
    with ralph.autosave():
        ralph.fill(ralph.block("story_section"), "Heading", "Words of Ralph")
    expect(ralph.page.get_by_text("Saving will overwrite a newer version.")).to_be_visible()
    expect(ralph.page.get_by_role("button", name="edith saved a new version")).to_be_visible()
    ralph.take_screenshot("overwrite")
    ralph.page.get_by_role("button", name="Save draft").click()
    with ralph.page.expect_navigation():
        ralph.page.get_by_role("dialog").get_by_role("button", name="Save draft").click()
    ralph.page.goto(ralph.page.url.replace("/edit/", "/history/"))
    for name in ("edith", "ralph"):
        expect(ralph.page.get_by_role("row").filter(has_text=name).first).to_be_visible()
