"""Readers' pages in Chromium: accessibility, first screen, long words, scripts, print."""

import pytest
from wagtail.models import Locale

from digest.models import DigestPage, IssuePage
from tests.builders import (
    GISCUS,
    block,
    body,
    make_digest,
    make_full_issue,
    make_image,
    make_issue,
    source,
    story,
)

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
CORS = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
ARABIC = "توقع واحد لثلاث شبكات"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def violations(page):
    """Return what axe finds on a page, with all its rules."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return found.generate_report() if found.violations_count else ""


@pytest.fixture
def expected_errors():
    """Return the error of the discussion that cannot be loaded."""
    return ["net::ERR_FAILED"]


@pytest.fixture
def issues(home_page, digest):
    """Create issues in two digests, one with all features and a discussion, and one in Arabic."""
    type(digest).objects.filter(pk=digest.pk).update(tagline="Five minutes a day", **GISCUS)
    make_full_issue(digest)
    make_issue(make_digest(home_page, "weekly"), 12)
    make_arabic_issue(make_digest(home_page, "nashra", title=ARABIC))


def make_arabic_issue(digest):
    text = f"<p>{ARABIC}</p><ul><li>{ARABIC}</li></ul><blockquote>{ARABIC}</blockquote>"
    sources = [source(title=ARABIC, publisher=ARABIC, url="https://example.com/ar")]
    stories = [story(ARABIC, body=text, sources=sources) for _ in range(10)]
    fields = {"title": ARABIC, "body": body(*stories, summary=ARABIC)}
    make_issue(digest, 20, tags=("طاقة",), **fields)
    locale = Locale.objects.create(language_code="ar")
    for model in (DigestPage, IssuePage):
        model.objects.filter(path__startswith=digest.path).update(locale=locale)


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


def test_contents_unfold_by_keyboard(open_page, issues):
    page = open_page(viewport=PHONE)
    page.goto("/nashra/2026-04-20/")
    folded = page.locator(".digest-contents details a").first
    expect(folded).to_be_hidden()
    page.locator(".digest-contents summary").press("Enter")
    expect(folded).to_be_visible()


def test_first_screen_of_a_phone_has_summary_and_contents(open_page, digest):
    summary = "Three operators publish one forecast, and a city opens its data. " * 4
    stories = [story(f"Story {number}") for number in range(1, 5)]
    make_issue(digest, body=body(*stories, summary=summary), image=make_image())
    page = open_page(viewport=PHONE)
    page.goto("/daily/2026-04-14/")
    expect(page.get_by_role("link", name="Story 4", exact=True)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_long_words_do_not_widen_a_page(open_page, digest, width):
    text = f"<p>{LONG_WORD * 2}</p><blockquote>{LONG_WORD}</blockquote><code>{LONG_WORD}</code>"
    sources = [source(title=LONG_WORD, publisher=LONG_WORD, author=LONG_WORD)]
    stories = [story(LONG_WORD, body=text, why_it_matters=text, sources=sources)] * 2
    blocks = [*stories, block("bottom_line", text=text)]
    fields = {"title": LONG_WORD, "body": body(*blocks, summary=LONG_WORD)}
    make_issue(digest, tags=(LONG_WORD,), **fields)
    page = open_page(viewport={"width": width, "height": 844})
    for path in ("/", "/daily/", "/daily/2026-04-14/", f"/search/?q={LONG_WORD}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
    page.goto("/daily/2026-04-14/")
    expect(page.locator(".digest-prose p").first).to_have_css("hyphens", "auto")


def test_numbers_of_the_contents_stay_in_one_line(open_page, digest):
    make_issue(digest, body=body(*(story(f"Story {number}") for number in range(1, 12))))
    page = open_page(viewport=PHONE)
    page.goto("/daily/2026-04-14/")
    page.locator(".digest-contents summary").click()
    rows = page.locator(".digest-contents li").all()
    assert len({row.bounding_box()["height"] for row in rows}) == 1


def test_number_of_a_long_story_stays_in_view(open_page, digest):
    stories = [story("Ferries"), story("Cranes", body=f"<p>{'word ' * 2000}</p>"), story("Pilots")]
    make_issue(digest, body=body(*stories))
    page = open_page(viewport=DESKTOP)
    page.goto("/daily/2026-04-14/")
    page.get_by_role("heading", name="Pilots").scroll_into_view_if_needed()
    expect(page.get_by_role("link", name="Link to this story: Cranes")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("heading", name="Cranes")).not_to_be_in_viewport()


def test_right_to_left_text_is_set_from_the_right(open_page, issues):
    page = open_page(viewport=PHONE)
    page.goto("/")
    expect(page.locator("h3", has_text=ARABIC).first).to_have_css("direction", "rtl")
    page.goto("/nashra/2026-04-20/")
    for element in ("ul", "blockquote"):
        expect(page.locator(f".digest-prose {element}").first).to_have_css("direction", "rtl")


def test_print_keeps_the_form_of_the_image_and_short_lines(open_page, digest):
    make_issue(digest, body=body(story(body=f"<p>{'word ' * 200}</p>")), image=make_image())
    page = open_page(viewport={"width": 1400, "height": 1000})
    page.goto("/daily/2026-04-14/")
    page.emulate_media(media="print")
    size = page.locator(".digest-issue-image img").bounding_box()
    assert size["width"] / size["height"] == pytest.approx(1640 / 900, rel=0.02)
    text = page.locator(".digest-prose").first
    letters = text.bounding_box()["width"] / float(
        text.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    )
    assert letters <= 28  # ems: about 70 letters
    expect(page.locator(".digest-contents, .digest-neighbours").first).to_be_hidden()


def test_documentation_of_the_api_breaks_no_rule_of_the_policy(open_page, issues):
    page = open_page(viewport=DESKTOP)
    page.goto("/api/v1/docs/")
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()


def test_discussion_that_cannot_be_reached_can_be_tried_again(open_page, issues):
    page = open_page()
    page.route("https://giscus.app/**", lambda route: route.abort())
    page.goto("/daily/2026-04-14/")
    page.get_by_role("button", name="Load the discussion").press("Enter")
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_focused()
    expect(page.get_by_role("alert")).to_have_text("The discussion could not be loaded.")
    expect(page.get_by_role("link", name="Discussions on GitHub")).to_be_visible()
    page.unroute("https://giscus.app/**")
    page.route("https://giscus.app/**", lambda route: route.fulfill(body="", headers=CORS))
    again.press("Enter")
    expect(page.locator(".giscus")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(again).to_have_count(0)
    expect(page.get_by_role("link", name="Discussions on GitHub")).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "theme"),
    [("light dark", "preferred_color_scheme"), ("dark", "dark"), ("light", "light")],
)
def test_discussion_has_the_colours_of_the_page(open_page, issues, scheme, theme):
    page = open_page()
    page.route("https://giscus.app/**", lambda route: route.fulfill(body="", headers=CORS))
    page.goto("/daily/2026-04-14/")
    page.evaluate("scheme => { document.documentElement.style.colorScheme = scheme }", scheme)
    page.get_by_role("button", name="Load the discussion").click()
    script = page.locator("[data-giscus] script")
    expect(script).to_have_attribute("data-theme", theme)
    expect(script).to_have_attribute("data-lang", "en")
