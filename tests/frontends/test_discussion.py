"""The discussion of an issue, which is loaded from other hosts only when a reader asks for it."""

from typing import Any

import pytest

from tests.browser import axe
from tests.frontends.site import wait_until
from tests.frontends.test_pages import violations
from tests.frontends.writing import show_discussion

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

ISSUE = "/signals/2026-11-18/"
GISCUS = "https://giscus.app/"


@pytest.fixture
def expected_errors() -> list[str]:
    """Return that of Giscus, which no test can reach."""
    return ["net::ERR_NAME_NOT_RESOLVED"]


@pytest.fixture
def discussed(editor: Any, reader: Any) -> str:
    """Give the digest a discussion, unless an earlier test has; return the path of an issue."""
    if "data-giscus" not in reader.request.get(ISSUE).text():
        show_discussion(editor)
        wait_until(lambda: "data-giscus" in reader.request.get(ISSUE).text(), 120)
    return ISSUE


def test_giscus_is_requested_after_the_click_only(reader, discussed):
    requested: list[str] = []
    reader.on("request", lambda request: requested.append(request.url))
    reader.goto(discussed, wait_until="networkidle")
    button = reader.get_by_role("button", name="Load the discussion")
    button.scroll_into_view_if_needed()
    assert [url for url in requested if "giscus" in url or "github" in url] == []
    with reader.expect_request(f"{GISCUS}client.js"):
        button.click()
    expect(reader.get_by_role("alert")).to_have_text("The discussion could not be loaded.")
    expect(reader.get_by_role("link", name="Discussions on GitHub")).to_be_visible()
    with reader.expect_request(f"{GISCUS}client.js"):
        reader.get_by_role("button", name="Try again").click()


def test_link_to_the_discussion_needs_no_javascript(open_page, discussed):
    reader = open_page(java_script_enabled=False)
    reader.goto(discussed)
    link = reader.get_by_role("link", name="Discussions on GitHub")
    expect(link).to_have_attribute("href", "https://github.com/acme/comments/discussions")
    expect(reader.get_by_role("button", name="Load the discussion")).to_be_hidden()


def test_discussion_meets_wcag(reader, discussed):
    reader.set_viewport_size(axe.DESKTOP)
    reader.goto(discussed)
    assert violations(reader) == {}
