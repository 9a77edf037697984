"""The pages of the plugin in the base template of another site, with a dark mode of its own."""

from pathlib import Path

import pytest

from tests.browser.test_readers import DESKTOP, PHONE, violations
from tests.builders import make_full_issue

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

PATHS = ["/daily/", "/daily/2026-04-14/", "/tags/power/"]

# Without the sizes of elements around the content, which depend on it, and our custom properties.
STYLES_OF_THE_HOST = """() => {
  const sizes = ["height", "block-size", "perspective-origin", "transform-origin"];
  const styles = [];
  for (const element of document.querySelectorAll("html, body, body *:not(.digest, .digest *)")) {
    const ignored = element.querySelector(".digest") ? sizes : [];
    for (const pseudo of [null, "::before", "::after", "::marker"]) {
      const computed = getComputedStyle(element, pseudo);
      for (const name of computed) {
        if (name.startsWith("--digest-") || ignored.includes(name)) continue;
        styles.push(`${element.tagName} ${pseudo} ${name}: ${computed[name]}`);
      }
    }
  }
  return styles;
}"""


@pytest.fixture
def host(open_page, digest, settings):
    """Return a function that opens a window on the host site, in whose frame the issues are."""
    folder = Path(__file__).parent / "host_site"
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [folder]}]
    make_full_issue(digest)

    def open_host(**options):
        return open_page(bypass_csp=True, **options)  # the host has its styles in the HTML

    return open_host


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_host_looks_the_same_with_and_without_the_stylesheet(host, viewport):
    page = host(viewport=viewport)
    for path in PATHS:
        page.goto(path)
        before = page.evaluate(STYLES_OF_THE_HOST)
        page.evaluate("document.querySelector('[href$=\"digest.css\"]').disabled = true")
        expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
        assert len(before) > 1000
        assert page.evaluate(STYLES_OF_THE_HOST) == before


@pytest.mark.parametrize("system", ["light", "dark"])
def test_switch_of_the_host_decides_on_dark_colours(host, system):
    page = host(viewport=DESKTOP, color_scheme=system)
    page.goto("/daily/2026-04-14/")
    for theme, colour in (("light", "rgb(20, 24, 27)"), ("dark", "rgb(233, 231, 226)")):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        expect(page.locator(".digest-why .digest-prose")).to_have_css("color", colour)
        assert not violations(page)


def test_head_has_each_description_of_the_page_once(host):
    page = host(viewport=DESKTOP)
    page.goto("/daily/2026-04-14/")
    for selector in ("meta[name=description]", "[rel=canonical]", "[property='og:title']"):
        expect(page.locator(f"head {selector}")).to_have_count(1)
    # The issue, and the way to it from the front page
    expect(page.locator("head script[type='application/ld+json']")).to_have_count(2)
    expect(page.locator("h1")).to_have_count(1)
