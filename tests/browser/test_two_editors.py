"""Two editors who have one issue open at the same time."""

import pytest
from django.contrib.auth.models import Group, User

from tests.builders import body, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def open_two_desks(open_page, digest):
    """Two editors, each at a desk of their own with the issue open."""
    from tests.browser.desk import Desk

    names = ("edith", "ralph")
    for name in names:
        user = User.objects.create_user(name, password="a-good-password")
        user.groups.add(Group.objects.get(name="Moderators"))
    issue = make_issue(digest, publish=False, body=body(story("First words")))

    def open_two_desks():
        desks = [Desk(open_page(viewport={"width": 1280, "height": 800})) for _ in names]
        for desk, name in zip(desks, names, strict=True):
            desk.sign_in(name, "a-good-password")
            desk.open_issue(issue.pk)
            desk.wait_for_first_look()
        return desks

    return open_two_desks


def test_neither_loses_a_word_and_each_sees_their_own(open_two_desks):
    edith, ralph = open_two_desks()
    heading = "Heading"
    with edith.autosave():
        edith.fill(edith.block("story_section"), heading, "Words of Edith")
    with ralph.autosave() as refused:
        ralph.fill(ralph.block("story_section"), heading, "Words of Ralph")
    assert refused.value.json()["error_code"] == "invalid_revision"
    for desk, words in ((edith, "Words of Edith"), (ralph, "Words of Ralph")):
        expect(desk.show_preview().get_by_role("heading", name=words)).to_be_visible()
    ralph.page.reload()
    field = ralph.block("story_section").get_by_role("textbox", name=heading)
    expect(field).to_have_value("Words of Edith")


def test_who_saves_over_another_is_warned_and_leaves_both_in_the_history(open_two_desks):
    edith, ralph = open_two_desks()
    with edith.autosave():
        edith.fill(edith.block("story_section"), "Heading", "Words of Edith")
    with ralph.autosave():
        ralph.fill(ralph.block("story_section"), "Heading", "Words of Ralph")
    expect(ralph.page.get_by_text("Saving will overwrite a newer version.")).to_be_visible()
    expect(ralph.page.get_by_role("button", name="edith saved a new version")).to_be_visible()
    ralph.take_picture("overwrite")
    ralph.page.get_by_role("button", name="Save draft").click()
    with ralph.page.expect_navigation():
        ralph.page.get_by_role("dialog").get_by_role("button", name="Save draft").click()
    ralph.page.goto(ralph.page.url.replace("/edit/", "/history/"))
    for name in ("edith", "ralph"):
        expect(ralph.page.get_by_role("row").filter(has_text=name).first).to_be_visible()
