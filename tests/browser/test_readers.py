"""Accessibility of the public pages: axe-core and keyboard navigation."""

import pytest

from tests.builders import make_digest, make_full_issue, make_issue

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser

PATHS = ["/", "/daily/", "/daily/2026-04-14/", "/tags/power/", "/search/?q=grids", "/nowhere/"]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
GISCUS = {f"giscus_{name}": "x" for name in ("repo", "repo_id", "category", "category_id")}


@pytest.fixture
def issues(home_page, digest):
    """Create issues in two digests, one with all features and a discussion."""
    type(digest).objects.filter(pk=digest.pk).update(tagline="Five minutes a day", **GISCUS)
    make_full_issue(digest)
    make_issue(make_digest(home_page, "weekly"), 12)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_meet_wcag(open_page, issues, viewport, color_scheme):
    page = open_page(viewport=viewport, color_scheme=color_scheme)
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
    reports = []
    for path in PATHS:
        page.goto(path)
        found = Axe().run(page, options=options)
        reports += [path + found.generate_report()] if found.violations_count else []
    assert not reports, "\n".join(reports)


def test_skip_link_and_all_controls_are_reachable_by_keyboard(open_page, issues):
    page = open_page(viewport=DESKTOP)
    page.goto("/daily/2026-04-14/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    for target in page.locator("main").locator("a[href], button").all():
        page.keyboard.press("Tab")
        expect(target).to_be_focused()
        expect(target).to_be_in_viewport()
        expect(target).not_to_have_css("outline-style", "none")


def test_documentation_of_the_api_breaks_no_rule_of_the_policy(open_page, issues):
    page = open_page(viewport=DESKTOP)
    page.goto("/api/v1/docs/")
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()
