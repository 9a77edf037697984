"""Full editorial workflow in the browser, from a pasted text to a published issue."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from wagtail.models import Page

from digest.models import DigestPage, IssuePage
from tests.builders import body, make_digest, make_issue, source, story
from tests.http.servers import running

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

TEXT = Path(__file__).parent / "documents" / "quiet-engines.txt"
TITLE = "A Ferry Crosses on Wind Alone and a Library Lends Its Roof"
WHY = "A number that everybody can see is hard to explain away."
ROOF = "https://www.example.com/tarnow/roof/"  # in the text with a tracking parameter


@pytest.fixture
def digest(site_url: str, home_page: Page) -> DigestPage:
    """Create a digest with a title for the screenshots."""
    return make_digest(home_page, "quiet-engines", title="Quiet Engines")


@pytest.fixture
def upcoming(digest: DigestPage) -> IssuePage:
    """Create an incomplete draft for tomorrow."""
    incomplete = story("A kettle is repaired on a train", why_it_matters="")
    tomorrow = timezone.localdate() + timedelta(days=1)
    fields = {"title": "A Week of Small Repairs", "body": body(incomplete, summary="")}
    return make_issue(digest, tomorrow, publish=False, **fields)


@pytest.fixture
def past(digest: DigestPage) -> IssuePage:
    """Create a live issue of the previous week that cites a source of the text."""
    cited = story("A roof for forty flats", sources=[source(title="Who owns the roof", url=ROOF)])
    return make_issue(digest, date(2026, 3, 9), title="Roofs and Rails", body=body(cited))


@pytest.fixture
def cited_page(site_url: str, settings: LazySettings) -> Iterator[str]:
    """Serve a page that the editor cites, and return its URL."""
    with running() as server:
        settings.DIGEST_HTTP_ALLOWED_HOSTS = [f"localhost:{server.server_port}"]
        page = "<title>Delays of the buses</title>"
        server.set_response("/delays", body=page, Content_Type="text/html")
        yield server.url("/delays", "localhost")


def test_editorial_workflow(
    open_editor: Callable,
    open_page: Callable,
    past: IssuePage,
    upcoming: IssuePage,
    cited_page: str,
    origin: str,
    site_url: str,
):
    editor = open_editor()
    check_dashboard(editor, upcoming)
    paste_text(editor)
    correct_role(editor)
    issue_id = create_draft(editor)
    panel = open_checklist(editor)
    check_repeated_source(panel, past)
    add_why_it_matters(editor, panel)
    add_source(editor, panel, cited_page)
    check_preview(editor, origin)
    link = share(editor)
    get_status = read_shared(open_page(), link, site_url)
    revoke(editor, get_status)
    schedule(editor, issue_id)
    publish(editor, issue_id)
    expect_in_the_api(editor, issue_id)


def check_dashboard(editor, upcoming):
    """Expect the next issue and its errors on the dashboard."""
    panel = editor.page.get_by_role("region", name="Quiet Engines")
    expect(panel).to_contain_text(upcoming.title)
    expect(panel).to_contain_text("Missing before it can be published:")


def paste_text(editor):
    """Paste the text on the import page."""
    editor.page.get_by_role("button", name="Digests").click()
    editor.page.get_by_role("link", name="Import", exact=True).click()
    box = editor.page.get_by_role("textbox", name="Paste a text")
    box.fill(TEXT.read_text("utf-8"))
    box.press("Control+Home")
    editor.take_screenshot("import")
    editor.page.get_by_role("button", name="Read", exact=True).click()


def correct_role(editor):
    """Set the role of an unlabelled sentence to “why it matters”."""
    outcome = editor.page.get_by_role("region", name="Resulting draft")
    roof = outcome.get_by_role("listitem").filter(has_text="A Library Lends")
    expect(roof).to_contain_text("2 paragraphs, no why it matters, 1 source")
    role = editor.page.get_by_label("Role of Line 23")
    role.select_option("Story: why it matters")
    expect(roof).to_contain_text("1 paragraph, why it matters, 1 source")
    role.evaluate("select => select.scrollIntoView({ block: 'center' })")
    editor.take_screenshot("parts")


def create_draft(editor) -> str:
    """Create the draft; return the ID of the new issue."""
    editor.page.get_by_role("button", name="Create the draft").click()
    expect(editor.page).to_have_url(re.compile(r"/admin/pages/\d+/edit/$"))
    expect(editor.title).to_have_value(TITLE)
    return re.search(r"/pages/(\d+)/", editor.page.url)[1]


def open_checklist(editor):
    """Open the checklist panel and return it."""
    editor.page.get_by_role("button", name="Checklist", exact=True).click()
    panel = editor.page.locator("[data-side-panel=checklist]")
    expect(panel.get_by_role("status")).to_have_text("3 things to fix.")
    editor.take_screenshot("checklist")
    return panel


def check_repeated_source(panel, past):
    """Expect a warning about a source cited in an earlier issue, with a link to it."""
    finding = panel.get_by_role("listitem").filter(has_text="This source was cited before.").first
    link = finding.get_by_role("link", name=past.title)
    expect(link).to_have_attribute("href", f"/admin/pages/{past.pk}/edit/")


def add_why_it_matters(editor, panel):
    """Open the field of a warning and fill it in."""
    warning = panel.get_by_role("button", name="Say why it matters.")
    warning.click()
    field = editor.block("story_section").locator("[data-contentpath=why_it_matters]")
    expect(field.get_by_role("textbox")).to_be_focused()
    editor.page.keyboard.insert_text(WHY)
    expect(warning).to_have_count(0)
    editor.take_screenshot("story")


def add_source(editor, panel, url):
    """Open the sources of a story from their warning and add one by its link."""
    warning = panel.get_by_role("button", name="Name a source")
    warning.click()
    story_block = editor.block("story_section")
    expect(story_block.get_by_label("Paste links")).to_be_focused()
    editor.page.keyboard.type(url)
    editor.page.keyboard.press("Enter")
    expect(story_block.get_by_text("From the page: Delays of the buses")).to_be_visible()
    expect(warning).to_have_count(0)
    expect(panel.get_by_role("status")).to_have_text("1 thing to fix.")
    editor.save()


def check_preview(editor, origin):
    """Expect the draft on the frontend in the preview panel."""
    shown = editor.show_preview()
    expect(shown.locator("h1")).to_have_text(TITLE)
    expect(shown.get_by_text(WHY)).to_be_visible()
    assert editor.page.query_selector("#w-preview-iframe").content_frame().url.startswith(origin)


def share(editor) -> str:
    """Create a preview link for a week and return it."""
    editor.page.locator("header").get_by_role("button", name="Actions").first.click()
    editor.page.get_by_role("link", name="Share a preview").click()
    editor.page.get_by_role("radio", name="7 days").check()
    editor.page.get_by_role("button", name="Create a link").click()
    field = editor.page.get_by_role("textbox", name="Link")
    expect(field).to_be_visible()
    editor.take_screenshot("share")
    return field.input_value()


def read_shared(page, link, site_url):
    """Open the link as an anonymous reader; return a function that requests the draft's JSON."""
    page.goto(link)
    expect(page.locator("h1")).to_have_text(TITLE)
    api_url = f"{site_url}/api/v1/preview/{link.partition('token=')[2]}/"
    assert page.request.get(api_url).json()["title"] == TITLE
    return lambda: page.request.get(api_url).status


def revoke(editor, get_status):
    """Revoke the link in the list of all links."""
    editor.page.goto("/admin/digest/previews/")
    editor.page.get_by_role("button", name="Revoke").click()
    expect(editor.message).to_contain_text("has been revoked")
    assert get_status() == 404


def schedule(editor, issue_id):
    """Schedule the issue for tomorrow."""
    editor.open_issue(issue_id)
    editor.set_schedule(timezone.now() + timedelta(days=1))
    editor.schedule()
    expect(editor.message).to_contain_text("is scheduled for")
    assert editor.page.request.get(f"/api/v1/issues/{issue_id}/").status == 404


def publish(editor, issue_id):
    """Cancel the schedule and publish the issue now."""
    editor.open_issue(issue_id)
    expect(editor.page.get_by_text("Locked by schedule")).to_be_visible()
    editor.take_screenshot("scheduled")
    editor.unschedule()
    editor.publish()
    expect(editor.message).to_contain_text("has been published.")
    editor.page.goto("/admin/digest/issues/")
    row = editor.page.get_by_role("row").filter(has_text=TITLE)
    expect(row).to_contain_text("Live")
    editor.take_screenshot("issues")


def expect_in_the_api(editor, issue_id):
    """Expect the imported content and the later changes in the API."""
    issue = editor.page.request.get(f"/api/v1/issues/{issue_id}/").json()
    assert (issue["title"], issue["date"]) == (TITLE, "2026-03-16")
    assert [tag["name"] for tag in issue["tags"]] == ["Energy", "Open Data", "Transport"]
    _headline, ferry, roof, buses, bottom_line = (block["value"] for block in issue["body"])
    assert ferry["sources"][0]["title"] == "Logbook of the first week"
    assert roof["why_it_matters"].startswith("<p>It is the roofs in between")
    assert buses["why_it_matters"] == f"<p>{WHY}</p>"
    assert buses["sources"][0]["title"] == "Delays of the buses"
    assert bottom_line["text"].startswith("<p>Three old things")
