"""All screens meet WCAG 2.2 AA, as far as axe can tell, and readers' pages reflow."""

from importlib import import_module
from typing import Any

import pytest

from tests.browser.editor import Editor
from tests.browser.screen_content import make_content
from tests.browser.screens import ADMIN, READERS

pytest.importorskip("axe_playwright_python")
axe = import_module("tests.browser.axe")
pytestmark = pytest.mark.browser

# What others break, by rule and selector.
OF_SWAGGER_UI = [
    (rule, ".swagger-ui *")
    for rule in (
        "color-contrast",
        "heading-order",
        "nested-interactive",
        "region",
        "select-name",
        "target-size",
    )
]
OF_WAGTAIL = [
    ("aria-input-field-name", ".public-DraftEditor-content"),
    ("label", ".tagit-new > .ui-autocomplete-input"),
    ("landmark-unique", "section.w-panel--nested"),
    # White on black in forced colours: axe takes the background of the other modes.
    ("color-contrast", ".help-block p, .help-block p *"),
]
OF_WAGTAIL_AT_TIMES = [
    ("target-size", "#w-minimap-toggle"),
    # The same, unless the dialog is drawn before axe looks
    ("color-contrast", ".w-dialog__message-heading"),
]
NARROW = {"width": 320, "height": 640}
# The spacing of WCAG 1.4.12.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
# Elements of text that hide a part of it.
CUT = """() => [...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility() && element.clientWidth > 1
    && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && getComputedStyle(element).overflow !== "visible"
    && (element.scrollWidth > element.clientWidth + 1
      || element.scrollHeight > element.clientHeight + 1)
    && !["auto", "scroll"].includes(getComputedStyle(element).overflowX))
  .map((element) => element.outerHTML.slice(0, 160))"""


@pytest.fixture
def expected_errors() -> list[str]:
    """Return that of the frame with a mail, in which not even Playwright runs scripts."""
    return ["Blocked script execution"]


@pytest.fixture
def content(home_page, digest, site_url) -> dict[str, Any]:
    return make_content(home_page, digest, site_url)


def check(screens, checker, content, subtests) -> None:
    for screen in screens:
        with subtests.test(screen.name):
            screen.open(checker.page, content)
            modes = axe.in_modes(checker.page)
            reports = {mode: checker.violations(screen.part) for mode in modes}
            assert not any(reports.values()), reports
    assert not checker.outdated()


def test_readers_pages_meet_wcag(open_page, content, subtests):
    page = open_page(viewport=axe.DESKTOP)
    check(READERS, axe.Checker(page, OF_SWAGGER_UI), content, subtests)


def test_screens_of_the_admin_meet_wcag(open_page, content, subtests):
    page = open_page(viewport=axe.DESKTOP)
    Editor(page).sign_in("edith", "a-good-password")
    checker = axe.Checker(page, OF_WAGTAIL, OF_WAGTAIL_AT_TIMES)
    check(ADMIN, checker, content, subtests)


def test_readers_pages_reflow_and_take_wide_spacing(open_page, content, subtests):
    page = open_page(viewport=NARROW)
    for screen in READERS:
        if screen.url_name == "digest:api:docs":
            continue  # Swagger UI's
        with subtests.test(screen.name):
            screen.open(page, content)
            for spacing in (False, True):
                if spacing:
                    page.evaluate(SPACING)
                assert page.evaluate("document.documentElement.scrollWidth") <= 320
                assert page.evaluate(CUT) == []
