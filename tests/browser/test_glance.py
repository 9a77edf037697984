"""Issues at a glance, in a browser: the listing, a new issue from the template, offered tags."""

import json

import pytest
from django.utils import timezone

from tests.builders import block, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def test_listing_is_narrowed_by_state_and_leads_to_an_issue(open_desk, digest):
    make_issue(digest, 14, title="Out")
    draft = make_issue(digest, 15, title="In the making", publish=False)
    page = open_desk().page
    page.get_by_role("button", name="Digests").click()
    page.get_by_role("link", name="Issues", exact=True).click()
    expect(page.get_by_role("link", name="Out", exact=True)).to_be_visible()
    page.get_by_role("button", name="Show filters").click()
    page.get_by_role("button", name="State").click()
    page.get_by_role("checkbox", name="Draft", exact=True).check()
    expect(page.get_by_role("link", name="Out", exact=True)).to_be_hidden()
    page.get_by_role("link", name="In the making", exact=True).click()
    expect(page).to_have_url(f"{page.url.split('/admin/')[0]}/admin/pages/{draft.pk}/edit/")


def test_new_issue_starts_from_the_template(open_desk, digest):
    blocks = [story("The number of the day"), block("bottom_line", text="<p>Until tomorrow.</p>")]
    digest.new_issue_body = json.dumps(blocks)
    digest.save()
    make_issue(digest, timezone.localdate(), number=41)
    desk = open_desk()
    desk.page.goto("/admin/digest/issues/")
    desk.page.get_by_role("link", name="New issue").click()
    expect(desk.number).to_have_attribute("placeholder", "42")
    heading = desk.block("story_section").get_by_role("textbox", name="Heading")
    expect(heading).to_have_value("The number of the day")
    expect(desk.block("bottom_line")).to_contain_text("Until tomorrow.")
    desk.wait_for_first_look()
    desk.title.fill("Forty-two")
    expect(desk.number).to_have_value("42")


def test_tag_of_the_last_issue_is_added_by_click_and_by_key(open_desk, digest):
    make_issue(digest, 14, tags=("Power", "Open source"))
    desk = open_desk()
    desk.start_issue(digest.pk, "Grids")
    page, tags = desk.page, desk.page.locator("input[name=tags]")
    power = page.get_by_role("button", name="Power")
    expect(power).to_have_attribute("aria-pressed", "false")
    with desk.autosave():
        power.click()
    expect(power).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Open source").focus()
    with desk.autosave():
        page.keyboard.press("Enter")
    expect(tags).to_have_value('Power,"Open source"')
    page.get_by_role("button", name="Open source").press("Space")
    expect(tags).to_have_value("Power")
    desk.add_tag("Open source")
    expect(page.get_by_role("button", name="Open source")).to_have_attribute("aria-pressed", "true")
