"""The preview on a frontend: another origin shows a draft while it is written, and by a link."""

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
    """An issue with stories enough to scroll."""
    stories = [story(f"Story {number}") for number in range(1, 6)]
    return make_issue(digest, publish=False, title="Grids", body=body(*stories))


def open_beside_preview(desk, draft, origin):
    """Open the form, and the panel beside it; the page in that, once it is the frontend's."""
    desk.open_issue(draft.pk)
    desk.wait_for_first_look()
    shown = desk.show_preview()
    expect(shown.locator("h1")).to_be_visible()
    frame = desk.page.query_selector("#w-preview-iframe").content_frame()
    assert frame.url.startswith(origin)
    return shown


def position(desk):
    """How far down the page in the panel was scrolled."""
    frame = desk.page.query_selector("#w-preview-iframe").content_frame()
    return frame.evaluate("window.scrollY")


def test_panel_shows_the_draft_on_the_frontend_while_it_is_written(open_desk, draft, origin):
    desk = open_desk()
    shown = open_beside_preview(desk, draft, origin)
    expect(shown.locator("h1")).to_have_text("Grids")
    desk.title.fill("Three grids, one forecast")
    expect(shown.locator("h1")).to_have_text("Three grids, one forecast")
    desk.fill(desk.block("headline"), "Summary", "They agree.")
    expect(shown.locator("[data-digest-source='/summary']")).to_have_text("They agree.")


def test_place_that_was_scrolled_to_is_kept(open_desk, draft, origin):
    desk = open_desk()
    shown = open_beside_preview(desk, draft, origin)
    expect(shown.locator("wagtail-userbar")).to_be_attached()
    shown.get_by_role("heading", name="Story 4").evaluate("node => node.scrollIntoView()")
    before = position(desk)
    assert before > 500
    desk.title.fill("Another title")
    expect(shown.locator("h1")).to_have_text("Another title")
    desk.page.wait_for_timeout(1000)
    assert abs(position(desk) - before) < 50


def test_content_checks_look_at_the_frontend(open_desk, draft, origin):
    desk = open_desk()
    open_beside_preview(desk, draft, origin)
    desk.title.fill("Another title")  # an h1 and then h2: in order
    desk.page.get_by_role("button", name="Toggle checks").click()
    words = desk.page.locator("[data-content-word-count]")
    expect(words).to_have_text(re.compile(r"^[1-9]\d*$"))


def test_click_in_the_preview_opens_the_field(open_desk, draft, origin):
    desk = open_desk()
    shown = open_beside_preview(desk, draft, origin)
    third = f"[data-contentpath='{draft.body[3].id}']"
    field = desk.page.locator(f"{third} [data-contentpath=heading] input")
    expect(field).not_to_be_focused()
    shown.get_by_role("heading", name="Story 3").click()
    expect(field).to_be_focused()
    expect(field).to_have_value("Story 3")
    shown.get_by_role("heading", level=1).click()
    expect(desk.title).to_be_focused()


def test_link_is_shared_opened_and_revoked(open_desk, open_page, draft, origin, address):
    desk = open_desk()
    desk.open_issue(draft.pk)
    desk.page.locator("header").get_by_role("button", name="Actions").first.click()
    desk.page.get_by_role("link", name="Share a preview").click()
    desk.page.get_by_role("radio", name="7 days").check()
    desk.page.get_by_role("button", name="Create a link").click()
    link = desk.page.get_by_role("textbox", name="Link").input_value()
    reader = open_page()
    reader.goto(link)
    asked = f"{address}/api/v1/preview/{link.partition('token=')[2]}/"
    assert reader.request.get(asked).status == 200
    expect(reader.locator("h1")).to_have_text("Grids")
    desk.page.goto("/admin/digest/previews/")
    desk.page.get_by_role("button", name="Revoke").click()
    expect(desk.message).to_contain_text("has been revoked")
    expect(desk.page.get_by_role("row").filter(has_text="Grids")).to_contain_text("Revoked")
    assert reader.request.get(asked).status == 404


def test_two_editors_each_see_their_own_text(
    open_desk: Callable, open_page: Callable, draft, origin
):
    from tests.browser.desk import Desk

    theo = User.objects.create_user("theo", password="a-good-password")
    theo.groups.add(Group.objects.get(name="Moderators"))
    ours = open_desk()
    theirs = Desk(open_page(viewport={"width": 1280, "height": 800}))
    theirs.sign_in("theo", "a-good-password")
    for desk, title in ((ours, "Ours"), (theirs, "Theirs")):
        shown = open_beside_preview(desk, draft, origin)
        desk.title.fill(title)
        expect(shown.locator("h1")).to_have_text(title)
    expect(ours.page.frame_locator("#w-preview-iframe").locator("h1")).to_have_text("Ours")
