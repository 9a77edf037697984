"""The mail of an issue in a browser: accessible in light, dark and inverted colours."""

from pathlib import Path

import pytest

from digest.contrib.newsletter.composing import compose
from tests.builders import make_image
from tests.contrib.newsletter.readers import open_newsletter
from tests.contrib.newsletter.rich_issue import make_rich_issue

Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Mail programs show the mail within a page of their own, with its landmarks.
OPTIONS = {
    "runOnly": {"type": "tag", "values": WCAG},
    "rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}},
    "resultTypes": ["violations"],
}
# What programs without support for dark mode do: they invert each colour.
INVERT = """() => {
  const inverted = (color) => color.replace(/^rgb\\((\\d+), (\\d+), (\\d+)\\)$/,
    (_, ...parts) => `rgb(${parts.slice(0, 3).map((part) => 255 - part).join(", ")})`);
  const colors = [...document.querySelectorAll("body, body *")].map((element) => {
    const { color, backgroundColor } = getComputedStyle(element);
    return [element, inverted(color), inverted(backgroundColor)];
  });
  for (const [element, color, background] of colors) {
    element.style.setProperty("color", color, "important");
    element.style.setProperty("background-color", background, "important");
  }
}"""


@pytest.fixture
def mail(digest, settings):
    """Return the HTML of a mail, and what serves its images."""
    settings.DIGEST_IMAGE_WIDTHS = [800]
    imprint, privacy = "Harbour Press\nQuay 7, Port", "https://example.org/privacy"
    newsletter = open_newsletter(digest, imprint=imprint, privacy_url=privacy)
    issue = make_rich_issue(digest, images=[make_image("A grid")] * 3)
    return compose(issue, newsletter, note="It was nine, not six.").html


@pytest.fixture
def expected_errors():
    return ["ERR_"]  # of images that are switched off


def show(page, html, media=None):
    """Show a mail, with its images if there is a folder for them."""

    def image(route):
        name = route.request.url.partition("/media/")[2]
        route.fulfill(path=Path(media) / name) if media else route.abort()

    page.unroute_all()
    page.route("**/media/**", image)
    page.set_content(html)


@pytest.mark.parametrize("colors", ["light", "dark", "inverted"])
def test_mail_meets_wcag(open_page, mail, settings, colors):
    page = open_page(color_scheme="dark" if colors == "dark" else "light")
    for width in (320, 600):
        page.set_viewport_size({"width": width, "height": 800})
        show(page, mail, settings.MEDIA_ROOT)
        if colors == "inverted":
            page.evaluate(INVERT)
        found = Axe().run(page, options=OPTIONS)
        assert found.violations_count == 0, found.generate_report()


def test_mail_fits_a_phone(open_page, mail, settings):
    page = open_page(viewport={"width": 320, "height": 800})
    for media in (None, settings.MEDIA_ROOT):
        show(page, mail, media)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        for image in page.locator("img").all():
            assert image.bounding_box()["width"] <= 280


def test_text_is_large_and_links_are_underlined(open_page, mail):
    page = open_page(viewport={"width": 320, "height": 800})
    show(page, mail)
    styles = page.evaluate(
        """[...document.querySelectorAll("p, li, h1, h2, h3, td, a[href], code")].map((element) => {
           const { fontSize, textDecorationLine } = getComputedStyle(element);
           return [element.tagName, parseFloat(fontSize), textDecorationLine];
        })"""
    )
    assert min(size for _tag, size, _line in styles) >= 16
    assert {line for tag, _size, line in styles if tag == "A"} == {"underline"}
