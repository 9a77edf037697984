"""An editor's day: from a text that is pasted to an issue that is checked and published."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from wagtail.models import Page

from digest.models import DigestPage, IssuePage
from tests.builders import body, make_digest, make_issue, source, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

TEXT = Path(__file__).parent / "documents" / "quiet-engines.txt"
TITLE = "A Ferry Crosses on Wind Alone and a Library Lends Its Roof"
WHY = "A number that everybody can see is hard to explain away."
ROOF = "https://www.example.com/tarnow/roof/"  # in the text with a parameter that tracks


@pytest.fixture
def digest(address: str, home_page: Page) -> DigestPage:
    """A digest with a name for pictures."""
    return make_digest(home_page, "quiet-engines", title="Quiet Engines")


@pytest.fixture
def coming(digest: DigestPage) -> IssuePage:
    """A draft for tomorrow, in which something is missing."""
    unfinished = story("A kettle is mended on a train", why_it_matters="")
    tomorrow = timezone.localdate() + timedelta(days=1)
    fields = {"title": "A Week of Small Repairs", "body": body(unfinished, summary="")}
    return make_issue(digest, tomorrow, publish=False, **fields)


@pytest.fixture
def past(digest: DigestPage) -> IssuePage:
    """A live issue of the week before, with a source that the text has too."""
    cited = story("A roof for forty flats", sources=[source(title="Who owns the roof", url=ROOF)])
    return make_issue(digest, date(2026, 3, 9), title="Roofs and Rails", body=body(cited))


def test_editors_day(
    open_desk: Callable,
    open_page: Callable,
    past: IssuePage,
    coming: IssuePage,
    origin: str,
    address: str,
):
    desk = open_desk()
    see_what_comes_next(desk, coming)
    bring_text(desk)
    correct_role(desk)
    issue_id = make_draft(desk)
    panel = open_checklist(desk)
    see_that_it_ran(panel, past)
    say_why_it_matters(desk, panel)
    name_source(desk, panel)
    see_preview(desk, origin)
    link = share(desk)
    reader = read_shared(open_page(), link, address)
    revoke(desk, reader)
    schedule(desk, issue_id)
    publish(desk, issue_id)
    expect_in_the_api(desk, issue_id)


def see_what_comes_next(desk, coming):
    """The first page says what the next issue lacks."""
    panel = desk.page.get_by_role("region", name="Quiet Engines")
    expect(panel).to_contain_text(coming.title)
    expect(panel).to_contain_text("Missing before it can be published:")
    desk.take_picture("home")


def bring_text(desk):
    """Paste the text on the screen for it."""
    desk.page.get_by_role("button", name="Digests").click()
    desk.page.get_by_role("link", name="Import", exact=True).click()
    box = desk.page.get_by_role("textbox", name="Paste a text")
    box.fill(TEXT.read_text("utf-8"))
    box.press("Control+Home")
    desk.take_picture("import")
    desk.page.get_by_role("button", name="Read", exact=True).click()


def correct_role(desk):
    """Say of a sentence without its label that it is why the story matters."""
    outcome = desk.page.get_by_role("region", name="Resulting draft")
    roof = outcome.get_by_role("listitem").filter(has_text="A Library Lends")
    expect(roof).to_contain_text("2 paragraphs, no why it matters, 1 source")
    role = desk.page.get_by_label("Role of Line 23")
    role.select_option("Story: why it matters")
    expect(roof).to_contain_text("1 paragraph, why it matters, 1 source")
    role.evaluate("select => select.scrollIntoView({ block: 'center' })")
    desk.take_picture("parts")


def make_draft(desk) -> str:
    """Make the draft; the id of the new issue."""
    desk.page.get_by_role("button", name="Create the draft").click()
    expect(desk.page).to_have_url(re.compile(r"/admin/pages/\d+/edit/$"))
    expect(desk.title).to_have_value(TITLE)
    return re.search(r"/pages/(\d+)/", desk.page.url)[1]


def open_checklist(desk):
    """Open the panel beside the form."""
    desk.page.get_by_role("button", name="Toggle checklist").click()
    panel = desk.page.locator("[data-side-panel=checklist]")
    expect(panel.get_by_role("status")).to_have_text("3 things to fix.")
    desk.take_picture("checklist")
    return panel


def see_that_it_ran(panel, past):
    """A page that an issue cited before is flagged, with a link to that issue."""
    finding = panel.get_by_role("listitem").filter(has_text="This source was cited before.").first
    link = finding.get_by_role("link", name=past.title)
    expect(link).to_have_attribute("href", f"/admin/pages/{past.pk}/edit/")


def say_why_it_matters(desk, panel):
    """Go from a warning to its field, and write what is missing."""
    warning = panel.get_by_role("button", name="Say why it matters.")
    warning.click()
    field = desk.block("story_section").locator("[data-contentpath=why_it_matters]")
    expect(field.get_by_role("textbox")).to_be_focused()
    desk.page.keyboard.insert_text(WHY)
    expect(warning).to_have_count(0)
    desk.take_picture("story")


def name_source(desk, panel):
    """Go from another warning to the sources of the story, and add one."""
    warning = panel.get_by_role("button", name="Name a source")
    warning.click()
    expect(desk.page.get_by_title("Add", exact=True).last).to_be_focused()
    desk.page.keyboard.press("Enter")
    story_block = desk.block("story_section")
    desk.fill(story_block, "Title", "Delays of the Orlen Bay buses")
    desk.fill(story_block, "URL", "https://example.com/orlen/delays")
    expect(warning).to_have_count(0)
    expect(panel.get_by_role("status")).to_have_text("1 thing to fix.")
    desk.save()


def see_preview(desk, origin):
    """See the draft on the frontend, beside the form."""
    shown = desk.show_preview()
    expect(shown.locator("h1")).to_have_text(TITLE)
    expect(shown.get_by_text(WHY)).to_be_visible()
    assert desk.page.query_selector("#w-preview-iframe").content_frame().url.startswith(origin)
    desk.take_picture("preview")


def share(desk) -> str:
    """Make a link that opens the draft for a week."""
    desk.page.locator("header").get_by_role("button", name="Actions").first.click()
    desk.page.get_by_role("link", name="Share a preview").click()
    desk.page.get_by_role("radio", name="7 days").check()
    desk.page.get_by_role("button", name="Create a link").click()
    field = desk.page.get_by_role("textbox", name="Link")
    expect(field).to_be_visible()
    desk.take_picture("share")
    return field.input_value()


def read_shared(page, link, address):
    """Open the link without an account; asks for the draft as the frontend does."""
    page.goto(link)
    expect(page.locator("h1")).to_have_text(TITLE)
    asked = f"{address}/api/v1/preview/{link.partition('token=')[2]}/"
    assert page.request.get(asked).json()["title"] == TITLE
    return lambda: page.request.get(asked).status


def revoke(desk, ask):
    """End the link, from the list of all."""
    desk.page.goto("/admin/digest/previews/")
    desk.page.get_by_role("button", name="Revoke").click()
    expect(desk.message).to_contain_text("has been revoked")
    assert ask() == 404


def schedule(desk, issue_id):
    """Let the issue wait for tomorrow."""
    desk.open_issue(issue_id)
    desk.set_schedule(timezone.now() + timedelta(days=1))
    desk.choose("Schedule to publish")
    expect(desk.message).to_contain_text("has been scheduled for publishing.")
    assert desk.page.request.get(f"/api/v1/issues/{issue_id}/").status == 404


def publish(desk, issue_id):
    """Publish it now after all."""
    desk.open_issue(issue_id)
    expect(desk.page.get_by_text("Locked by schedule")).to_be_visible()
    desk.take_picture("scheduled")
    desk.unschedule()
    desk.open_issue(issue_id)
    desk.clear_schedule()
    desk.choose("Publish")
    expect(desk.message).to_contain_text("has been published.")
    desk.page.goto("/admin/digest/issues/")
    row = desk.page.get_by_role("row").filter(has_text=TITLE)
    expect(row).to_contain_text("Live")
    desk.take_picture("issues")


def expect_in_the_api(desk, issue_id):
    """Frontends have what was imported, and what was mended."""
    issue = desk.page.request.get(f"/api/v1/issues/{issue_id}/").json()
    assert (issue["title"], issue["date"]) == (TITLE, "2026-03-16")
    assert [tag["name"] for tag in issue["tags"]] == ["Energy", "Open Data", "Transport"]
    _headline, ferry, roof, buses, bottom_line = (block["value"] for block in issue["body"])
    assert ferry["sources"][0]["title"] == "Logbook of the first week"
    assert roof["why_it_matters"].startswith("<p>It is the roofs in between")
    assert buses["why_it_matters"] == f"<p>{WHY}</p>"
    assert buses["sources"][0]["url"] == "https://example.com/orlen/delays"
    assert bottom_line["text"].startswith("<p>Three old things")
