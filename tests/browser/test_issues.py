"""Issue listing, the template of new issues, and offered tags in the browser."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from digest.contrib.submissions.models import ApiKey, Submission
from digest.previews.tokens import create_token
from tests.browser.conftest import session_cookie
from tests.builders import block, make_issue, story
from tests.contrib.webhooks.builders import make_endpoint

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser
LONG = "A headline with many words that goes on for a while"


def test_listing_is_filtered_by_state_and_links_to_an_issue(open_editor, digest):
    make_issue(digest, 14, title="Out")
    draft = make_issue(digest, 15, title="In the making", publish=False)
    page = open_editor().page
    page.get_by_role("button", name="Digests").click()
    page.get_by_role("link", name="Issues", exact=True).click()
    expect(page.get_by_role("link", name="Out", exact=True)).to_be_visible()
    page.get_by_role("button", name="Show filters").click()
    page.get_by_role("button", name="State").click()
    page.get_by_role("checkbox", name="Draft", exact=True).check()
    expect(page.get_by_role("link", name="Out", exact=True)).to_be_hidden()
    page.get_by_role("link", name="In the making", exact=True).click()
    expect(page).to_have_url(f"{page.url.split('/admin/')[0]}/admin/pages/{draft.pk}/edit/")


def test_new_issue_starts_from_the_template(open_editor, digest):
    blocks = [story("The number of the day"), block("bottom_line", text="<p>Until tomorrow.</p>")]
    digest.new_issue_body = json.dumps(blocks)
    digest.save()
    make_issue(digest, timezone.localdate(), number=41)
    editor = open_editor()
    editor.page.goto("/admin/digest/issues/")
    editor.page.get_by_role("link", name="New issue").click()
    expect(editor.number).to_have_attribute("placeholder", "42")
    heading = editor.block("story_section").get_by_role("textbox", name="Heading")
    expect(heading).to_have_value("The number of the day")
    expect(editor.block("bottom_line")).to_contain_text("Until tomorrow.")
    editor.wait_for_initial_state()
    editor.title.fill("Forty-two")
    expect(editor.number).to_have_value("42")


def test_offered_tags_are_toggled_by_mouse_and_keyboard(open_editor, digest):
    make_issue(digest, 14, tags=("Power", "Open source"))
    editor = open_editor()
    editor.start_issue(digest.pk, "Grids")
    page, tags = editor.page, editor.page.locator("input[name=tags]")
    power = page.get_by_role("button", name="Power")
    expect(power).to_have_attribute("aria-pressed", "false")
    with editor.autosave():
        power.click()
    expect(power).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Open source").focus()
    with editor.autosave():
        page.keyboard.press("Enter")
    expect(tags).to_have_value("Power\tOpen source")
    page.get_by_role("button", name="Open source").press("Space")
    expect(tags).to_have_value("Power")
    editor.add_tag("Open source")
    expect(page.get_by_role("button", name="Open source")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("path", ["/admin/digest/issues/", "/admin/pages/{pk}/"])
def test_listing_fits_a_phone(open_editor, digest, path):
    make_issue(
        digest, 14, title="A headline with many words that goes on for a while", tags=("Power",)
    )
    page = open_editor().page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path.format(pk=digest.pk))
    expect(page.get_by_role("columnheader", name="State")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Words")).to_be_hidden()
    box = page.locator("table.listing").bounding_box()
    assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize("width", [1280, 390])
def test_listings_of_optional_apps_do_not_scroll_sideways(open_page, site_url, digest, width):
    key, _text = ApiKey.make("Morning curator", User.objects.create_user("curator"), [digest])
    texts = {"key_name": key.name, "made_with": "night-writer 2, large", "note": LONG}
    issue = make_issue(digest, 14, title=LONG)
    Submission.objects.create(key=key, digest=digest, issue=issue, uses_ai=True, **texts)
    make_endpoint(name=LONG, failing_since=timezone.now())
    cookie = session_cookie(User.objects.create_superuser("ines"))
    page = open_page(viewport={"width": width, "height": 844})
    page.context.add_cookies([cookie | {"url": site_url}])
    for path in ("/admin/digest/submissions/", "/admin/digest-keys/", "/admin/digest-webhooks/"):
        page.goto(path)
        expect(page.get_by_role("columnheader", name="State")).to_be_visible()
        results = page.locator("#listing-results")
        assert results.evaluate("element => element.scrollWidth <= element.clientWidth"), path


def test_revoke_button_of_a_key_is_below_its_name(open_page, site_url, digest):
    user = User.objects.create_superuser("ines")
    for name in ("K", "Morning curator of figures"):
        ApiKey.make(name, user, [digest])
    cookie = session_cookie(user)
    page = open_page(viewport={"width": 1280, "height": 844})
    page.context.add_cookies([cookie | {"url": site_url}])
    page.goto("/admin/digest-keys/")
    expect(page.locator("td.title")).to_have_count(2)
    for row in page.locator("td.title").all():
        name = row.locator(".title-wrapper").bounding_box()
        button = row.get_by_role("link", name="Revoke").bounding_box()
        assert button["y"] >= name["y"] + name["height"]
        assert abs(button["x"] - name["x"]) < 2


def test_revoke_button_of_a_preview_link_is_inside_a_phone(open_editor, digest):
    issue = make_issue(digest, 14, title=LONG)
    create_token(issue, User.objects.create_user("ana"), timedelta(days=1), is_shared=True)
    page = open_editor().page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/digest/previews/")
    box = page.get_by_role("button", name="Revoke").bounding_box()
    assert box["x"] + box["width"] <= 390
