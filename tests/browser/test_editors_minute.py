"""From the sign-in page to a published issue out of a pasted text, by mouse and keyboard alone."""

import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from wagtail.models import Page

from tests.builders import make_digest, make_issue
from tests.http.servers import running

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

TEXT = Path(__file__).parent / "documents" / "four-quays.txt"
TITLE = "Four Quays and a Quiet Crane"
MAX_CLICKS = 10
PASSWORD = "a-good-password"
PAGES = {
    "/ferry": "The socket at Lindvik",
    "/crane": "A drum of batteries",
    "/pilots": "One boat for two harbours",
    "/quay": "Hours for rent",
}


class Hands:
    """A mouse and a keyboard, with a count of what they do."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.clicks = self.keys = 0

    def click(self, target: Any) -> None:
        target.click()
        self.clicks += 1

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)


@pytest.fixture
def editor(site_url: str, home_page: Page) -> None:
    """Create an editor of two digests, who has written an issue of the second one."""
    user = User.objects.create_user("edith", password=PASSWORD)
    user.groups.add(Group.objects.get(name="Moderators"))
    make_digest(home_page, "quays")
    make_issue(make_digest(home_page, "tides"), date(2026, 3, 10), owner=user)


@pytest.fixture
def sources(site_url: str, settings: LazySettings) -> Iterator[list[str]]:
    """Serve the pages that the editor names as sources; return their URLs."""
    with running() as server:
        settings.DIGEST_HTTP_ALLOWED_HOSTS = [f"localhost:{server.server_port}"]
        for path, title in PAGES.items():
            server.set_response(path, body=f"<title>{title}</title>", Content_Type="text/html")
        yield [server.url(path, "localhost") for path in PAGES]


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 844)])
def test_issue_is_published_with_ten_clicks(editor, sources, open_page, size, capsys):
    page = open_page(viewport=dict(zip(("width", "height"), size, strict=True)))
    copy(page, TEXT.read_text("utf-8"))
    page.goto("/admin/")
    hands, start = Hands(page), time.monotonic()
    sign_in(hands)
    import_text(hands)
    name_sources(hands, sources)
    preview(hands)
    publish(hands)
    seconds = time.monotonic() - start
    with capsys.disabled():
        sys.stdout.write(
            f"\n{size[0]}×{size[1]}: {hands.clicks} clicks, {hands.keys} keys, {seconds:.1f} s\n"
        )
    assert hands.clicks <= MAX_CLICKS
    check_published(page)


def copy(page: Any, text: str) -> None:
    """Copy a text from another window, as an editor does from another program."""
    tab = page.context.new_page()
    tab.set_content("<textarea>")
    tab.locator("textarea").fill(text)
    tab.keyboard.press("Control+a")
    tab.keyboard.press("Control+c")
    tab.close()
    page.bring_to_front()  # or its document may have no focus


def sign_in(hands: Hands) -> None:
    expect(hands.page.get_by_role("textbox", name="Username")).to_be_focused()
    hands.type("edith")
    hands.press("Tab")
    hands.type(PASSWORD)
    hands.press("Enter")


def import_text(hands: Hands) -> None:
    """Paste the text anywhere on the front page, and create the draft."""
    page = hands.page
    expect(page.get_by_text("paste or drop anywhere")).to_be_visible()  # the script has run
    hands.press("Control+v")
    expect(page.get_by_role("button", name="Read", exact=True)).to_be_focused()
    hands.press("Enter")
    expect(page.get_by_text("all understood")).to_be_visible()
    hands.click(page.get_by_role("button", name="Create the draft"))


def name_sources(hands: Hands, urls: list[str]) -> None:
    """Paste a link at each story without a source, from the checklist."""
    page = hands.page
    hands.click(page.get_by_role("button", name="Checklist", exact=True))
    warnings = page.get_by_role("button", name="Name a source.")
    for number, (url, title) in enumerate(zip(urls, PAGES.values(), strict=True)):
        expect(warnings).to_have_count(len(urls) - number)  # without the one before
        hands.click(warnings.first)
        field = page.locator("[data-digest-paste-links]:focus")
        expect(field).to_be_visible()
        hands.type(url)
        hands.press("Enter")
        expect(page.get_by_text(f"From the page: {title}")).to_be_visible()


def preview(hands: Hands) -> None:
    """Look at the whole issue beside its form."""
    page = hands.page
    hands.click(page.get_by_role("button", name="Toggle preview"))
    shown = page.frame_locator("#w-preview-iframe")
    expect(shown.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(shown.get_by_text("Hours for rent").first).to_be_attached()


def publish(hands: Hands) -> None:
    page = hands.page
    button = page.get_by_role("button", name="Publish", exact=True)
    if page.viewport_size["width"] < 800:  # the preview covers the form
        hands.click(page.get_by_role("button", name="Toggle preview"))
    hands.click(button)
    expect(page.locator(".messages")).to_contain_text(f"“{TITLE}” has been published.")


def check_published(page: Any) -> None:
    """Expect the issue in the digest of the editor's last issue, with the titles of the pages."""
    issue = page.request.get("/api/v1/digests/tides/issues/2026-03-17/").json()
    assert issue["title"] == TITLE
    stories = [block["value"] for block in issue["body"] if block["type"] == "story_section"]
    assert [story["sources"][0]["title"] for story in stories] == list(PAGES.values())
