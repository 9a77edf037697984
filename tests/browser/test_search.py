"""Public search page: suggestions, keyboard navigation, and use without JavaScript."""

import re
from urllib.parse import urlsplit

import pytest
from wagtail.models import Site

from tests.builders import body, make_digest, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture
def issues(home_page, digest, site_url):
    """Create issues about grids in two digests, and set the site's hostname and port."""
    site = Site.objects.get()
    site.hostname, site.port = "localhost", urlsplit(site_url).port
    site.save()  # clears Wagtail's cached site root paths
    operators = story("🦓 Grid operators agree", body="<p>A grid & a cable.</p>")
    make_issue(digest, 13, title="Grid news", tags=("Power",), body=body(operators))
    make_issue(make_digest(home_page, "weekly"), 14, title="Cables", tags=("Grid plans",))


@pytest.fixture
def field(open_page, issues):
    """Open the search page and return its text field."""
    page = open_page(viewport=DESKTOP)
    page.goto("/search/")
    return page.get_by_role("combobox", name="Search all issues")


def options(field):
    return field.page.get_by_role("option")


def chosen(field):
    """Return the active option."""
    return field.page.locator(f"[id='{field.get_attribute('aria-activedescendant')}']")


def type_in(field, text):
    """Type text and wait for the suggestions."""
    field.press_sequentially(text)
    expect(options(field).first).to_be_visible()


def test_search_works_without_javascript(open_page, issues):
    page = open_page(viewport=DESKTOP, java_script_enabled=False)
    page.goto("/search/")
    field = page.get_by_role("searchbox", name="Search all issues")
    expect(field).to_be_focused()
    page.keyboard.type("grid")
    page.keyboard.press("Enter")
    page.get_by_role("complementary", name="Filters").get_by_role("link", name="Daily").click()
    expect(page.get_by_role("link", name="Remove the filter Daily")).to_be_visible()
    page.get_by_role("link", name="Newest first").click()
    page.get_by_role("link", name="Grid operators agree").click()
    expect(page).to_have_url(re.compile("/daily/2026-04-13/#.*grid-operators-agree$"))
    expect(page.get_by_role("heading", name="Grid operators agree")).to_be_in_viewport()


def test_all_controls_are_reachable_by_keyboard(open_page, issues):
    page = open_page(viewport=PHONE)
    page.goto("/search/?q=grid&tag=power")
    page.get_by_role("link", name="Skip to content").press("Enter")
    for target in page.locator("main").locator("a[href], button, input").all():
        if target.is_visible():
            page.keyboard.press("Tab")
            expect(target).to_be_focused()
            expect(target).to_be_in_viewport()
            expect(target).not_to_have_css("outline-style", "none")


def test_suggestions_are_highlighted_and_announced(field):
    expect(field).to_have_attribute("aria-expanded", "false")
    type_in(field, "gri")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_attribute(
        "aria-controls", field.page.get_by_role("listbox").get_attribute("id")
    )
    expect(options(field).filter(has_text="operators").locator("mark")).to_have_text(["Grid"])
    expect(field.page.get_by_role("status")).to_have_text("3 suggestions")
    expect(field).to_have_value("gri")
    assert field.get_attribute("aria-activedescendant") is None


def test_arrow_keys_cycle_through_the_options_and_keep_the_focus(field):
    type_in(field, "gri")
    for key, place in [
        ("ArrowDown", 0),
        ("ArrowDown", 1),
        ("ArrowUp", 0),
        ("ArrowUp", 2),
        ("ArrowDown", 0),
    ]:
        field.press(key)
        expect(options(field).nth(place)).to_have_attribute("aria-selected", "true")
        expect(field.page.locator("[aria-selected=true]")).to_have_count(1)
        expect(chosen(field)).to_have_text(
            options(field).nth(place).inner_text().replace("\n", " ")
        )
    expect(field).to_be_focused()


@pytest.mark.parametrize("key", ["Home", "End", "ArrowLeft", "ArrowRight", "d"])
def test_editing_keys_clear_the_active_option(field, key):
    type_in(field, "gri")
    field.press("ArrowUp")
    expect(chosen(field)).to_be_visible()
    field.press(key)
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    field.press("Home")
    assert field.evaluate("field => field.selectionStart") == 0


def test_enter_follows_the_active_option(field):
    type_in(field, "operators")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field.page).to_have_url(re.compile("/daily/2026-04-13/#"))


def test_enter_searches_for_the_text_without_an_active_option(field):
    type_in(field, "gri")
    field.press("Enter")
    expect(field.page).to_have_url(re.compile(r"/search/\?q=gri$"))


def test_escape_closes_the_list_and_then_clears_the_text(field):
    type_in(field, "gri")
    field.press("ArrowDown")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field.page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("gri")
    field.press("ArrowDown")
    expect(chosen(field)).to_have_attribute("aria-selected", "true")
    field.press("Alt+ArrowUp")
    expect(field.page.get_by_role("listbox")).to_be_hidden()
    field.press("Escape")
    expect(field).to_have_value("")


def test_tab_closes_the_list_and_moves_the_focus(field):
    type_in(field, "gri")
    field.press("Tab")
    expect(field.page.get_by_role("button", name="Search")).to_be_focused()
    expect(field.page.get_by_role("listbox")).to_be_hidden()


def test_click_follows_a_suggestion(field):
    type_in(field, "gri")
    options(field).filter(has_text="Grid plans").click()
    expect(field.page).to_have_url(re.compile("/tags/grid-plans/$"))


def test_suggested_query_is_searched_for(field):
    data = {"suggestions": [{"type": "query", "text": "grid <b>", "marks": [[0, 4]], "url": None}]}
    field.page.route("**/search/suggest/*", lambda route: route.fulfill(json=data))
    type_in(field, "gri")
    expect(options(field)).to_have_text("grid <b>")
    options(field).click()
    expect(field.page).to_have_url(re.compile(r"/search/\?q=grid\+%3Cb%3E$"))


def wait_until(page, condition):
    """Process page events until the condition holds; fail after ten seconds."""
    for _ in range(1000):
        if condition():
            return
        page.wait_for_timeout(10)
    pytest.fail("Timed out")


def test_late_response_for_an_earlier_text_is_ignored(field):
    def respond(route):
        text = route.request.url.rpartition("=")[2]
        waiting.append(route) if text == "gr" else route.fulfill(json=suggestion(text))

    def suggestion(text):
        return {"suggestions": [{"type": "query", "text": text, "marks": [], "url": None}]}

    waiting = []
    field.page.route("**/search/suggest/*", respond)
    field.press_sequentially("gr")
    wait_until(field.page, lambda: waiting)
    type_in(field, "id")
    waiting[0].fulfill(json=suggestion("gr"))
    expect(options(field)).to_have_text("grid")


def test_search_works_without_suggestions(open_page, field):
    field.page.route("**/search/suggest/*", lambda route: route.fulfill(status=204))
    with field.page.expect_response("**/search/suggest/*"):
        field.press_sequentially("grid")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("Enter")
    expect(field.page.get_by_role("heading", name="results for")).to_be_visible()
