"""The frontend of the guide for Next.js, built of its code blocks and read in Chromium."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.axe import PHONE, Checker, in_modes
from tests.frontends.next_site import NextSite
from tests.frontends.site import WITH_WEBHOOK, WITHOUT, wait_until
from tests.frontends.writing import (
    open_digest,
    open_issue,
    pause_webhook,
    publish,
    rename,
    resume_webhook,
    show_discussion,
    unpublish,
    write_issue,
)

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

ISSUE = "/signals/2026-11-20/"
PAGES = ["/", "/signals/", ISSUE, "/tags/energy/", "/search/?q=grid"]
LINK = re.compile(r'<link rel="alternate" type="[^"]+" href="([^"]+)"')


@pytest.fixture(scope="module")
def served(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NextSite]:
    """Serve the site and the frontend, with a webhook that is made in the admin."""
    from tests.browser.editor import Editor

    with NextSite(tmp_path_factory.mktemp("nextjs")).running() as site:
        context = browser.new_context(base_url=site.url, locale="en-GB")
        editor = Editor(context.new_page())
        editor.sign_in("editor", site.password)
        secret = make_webhook(editor.page, f"{site.frontend_url}/webhooks/")
        site.cookies = context.storage_state()
        context.close()
        with site.frontend(secret):
            yield site


@pytest.fixture(scope="module")
def signed_in(served: NextSite) -> dict[str, Any]:
    return served.cookies


def make_webhook(page: Any, url: str) -> str:
    """Make a webhook in the admin, and return its secret."""
    page.goto("/admin/digest-webhooks/")
    page.get_by_role("link", name="Add webhook").first.click()
    page.get_by_role("link", name="Any receiver").click()
    page.get_by_label("Name").fill("Frontend")
    page.get_by_label("URL").fill(url)
    page.get_by_role("checkbox", name="content.changed").check()
    page.get_by_role("button", name="Create").click()
    return page.get_by_role("textbox", name="Secret").input_value()


def get(reader: Any, path: str) -> Any:
    """Request a path without a browser's help."""
    return reader.request.get(path, max_redirects=0)


def status(reader: Any, path: str) -> int:
    return get(reader, path).status


def is_redirect(reader: Any, path: str, to: str) -> bool:
    """Return whether a path redirects for good to another one."""
    response = get(reader, path)
    return response.status == 308 and response.headers["location"].endswith(to)


# Pages


def test_each_page_has_a_title_a_description_a_heading_and_a_canonical_url(reader, served):
    titles, descriptions = set(), set()
    for path in PAGES:
        reader.goto(path)
        titles.add(reader.title())
        descriptions.add(reader.locator("meta[name=description]").get_attribute("content"))
        expect(reader.get_by_role("heading", level=1)).to_have_count(1)
        if not path.startswith("/search/"):
            canonical = reader.locator("link[rel=canonical]")
            expect(canonical).to_have_attribute("href", served.frontend_url + path)
    assert len(titles) == len(descriptions) == len(PAGES)


@pytest.mark.parametrize("path", [*PAGES, "/nothing/"])
def test_pages_are_accessible_and_fit_a_phone(reader, path):
    reader.goto(path)
    for mode in in_modes(reader):
        assert Checker(reader, []).violations(None) == [], mode
    reader.set_viewport_size(PHONE)
    assert reader.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_issue_has_its_labels_and_its_images(reader):
    reader.goto(ISSUE)
    expect(reader.get_by_role("heading", name="Why it matters")).to_have_count(3)
    expect(reader.get_by_role("heading", name="Bottom line")).to_be_visible()
    image = reader.get_by_role("article").get_by_role("img").first
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.currentSrc").endswith(".webp")


def test_all_is_read_without_javascript(open_page):
    reader = open_page(java_script_enabled=False)
    reader.goto("/")
    reader.get_by_role("link", name="Signals", exact=True).click()
    reader.get_by_role("link", name="The grid writes its own rules").click()
    reader.get_by_role("link", name="Energy").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Energy")
    reader.get_by_role("link", name="Search").click()
    reader.get_by_role("searchbox").fill("grid")
    reader.get_by_role("button", name="Search").click()
    expect(reader.get_by_role("link", name="The grid writes its own rules")).to_be_visible()


def test_lists_have_further_pages(reader):
    reader.goto("/")
    reader.get_by_role("link", name="Older issues").click()
    expect(reader.get_by_role("link", name="Small models go to the clinic")).to_be_visible()
    reader.goto("/?cursor=of-another-release")
    expect(reader.get_by_role("link", name="The grid writes its own rules")).to_be_visible()


def test_search_corrects_words_and_says_what_is_wrong(reader):
    reader.goto("/search/?q=conect+quickly")
    expect(reader.get_by_text("Results for connect quickly.")).to_be_visible()
    reader.get_by_role("link", name="Search for conect quickly instead").click()
    expect(reader.get_by_text("Results for")).to_have_count(0)
    reader.goto("/search/?q=grid&cursor=of-another-release")
    expect(reader.locator("mark").first).to_be_visible()
    reader.goto("/search/?q=xylophonist")
    expect(reader.get_by_text("Nothing was found.")).to_be_visible()
    reader.goto("/search/?q=" + "+".join(["word"] * 30))
    expect(reader.get_by_role("main").get_by_role("alert")).to_contain_text("at most 20 words")


@pytest.mark.parametrize("path", ["/nothing/", "/tags/nothing/", "/a/b/c/d/", f"/{'a' * 3000}/"])
def test_what_is_not_there_is_a_404(reader, path):
    assert status(reader, path) == 404


def test_robots_and_feeds_are_linked(reader, served):
    robots = get(reader, "/robots.txt").text()
    sitemap = re.search(r"Sitemap: (\S+)", robots)[1]
    feeds = LINK.findall(get(reader, "/").text())
    assert len(feeds) == 6
    for url in (sitemap, *feeds):
        assert f"{served.frontend_url}/signals/" in get(reader, url).text() or "kerbside" in url


# Changes


def test_issue_is_public_renamed_and_gone_soon(editor, reader):
    title = "Ferries by night"
    path = write_issue(editor, title)
    assert status(reader, path) == 404
    publish(editor)
    wait_until(lambda: title in get(reader, path).text(), WITH_WEBHOOK)
    wait_until(lambda: title in get(reader, "/signals/").text(), WITH_WEBHOOK)
    open_issue(editor, title)
    rename(editor, "ferries")
    publish(editor)
    wait_until(lambda: is_redirect(reader, path, "/signals/ferries/"), WITH_WEBHOOK)
    assert is_redirect(reader, path, "/signals/ferries/")  # also when it is cached
    unpublish(editor, title)
    wait_until(lambda: status(reader, "/signals/ferries/") == 404, WITH_WEBHOOK)
    wait_until(lambda: title not in get(reader, "/signals/").text(), WITH_WEBHOOK)


def test_first_request_of_a_renamed_issue_is_redirected(editor, reader):
    open_issue(editor, "Heat from the server hall")
    rename(editor, "heat")
    publish(editor)
    assert is_redirect(reader, "/signals/2026-11-12/", "/signals/heat/")


def test_webhook_without_a_signature_is_rejected(reader):
    assert reader.request.post("/webhooks/", data="{}").status == 400


# Previews


def test_preview_follows_typing_and_a_click_opens_the_field(editor):
    open_issue(editor, "Retiring a benchmark")
    shown = editor.show_preview()
    expect(shown.locator("h1")).to_have_text("Retiring a benchmark")
    editor.title.fill("Retiring two benchmarks")
    expect(shown.locator("h1")).to_have_text("Retiring two benchmarks")
    shown.get_by_role("heading", level=1).click()
    expect(editor.title).to_be_focused()
    story = shown.locator("section[id] h2").first
    story.click()
    field = editor.page.locator(":focus")
    expect(field).to_have_value(story.inner_text())


def test_shared_preview_is_not_stored_and_ends(editor, open_page):
    title = "Speech models learn the small languages"
    open_issue(editor, title)
    link = share_preview(editor)
    reader = open_page()
    response = reader.goto(link)
    expect(reader.get_by_role("heading", level=1)).to_have_text(
        "Speech models learn the small languages"
    )
    editor.page.goto("/admin/digest/previews/")
    editor.page.get_by_role("button", name="Revoke").click()
    expect(editor.message).to_contain_text("has been revoked")
    ended = get(reader, link)
    assert (response.status, ended.status) == (200, 404)
    for headers in (response.headers, ended.headers):
        assert "no-store" in headers["cache-control"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex, nofollow"


def share_preview(editor: Any) -> str:
    """Make a link to a preview of the open issue."""
    editor.page.locator("header").get_by_role("button", name="Actions").first.click()
    editor.page.get_by_role("link", name="Share a preview").click()
    editor.page.get_by_role("button", name="Create a link").click()
    return editor.page.get_by_role("textbox", name="Link").input_value()


# Discussion


@pytest.fixture
def expected_errors() -> list[str]:
    """Return that of Giscus, which no test can reach."""
    return ["net::ERR_NAME_NOT_RESOLVED"]


def test_discussion_is_loaded_after_a_click_and_can_be_tried_again(editor, reader):
    show_discussion(editor)
    wait_until(lambda: "Load the discussion" in get(reader, ISSUE).text(), WITH_WEBHOOK)
    requests = []
    reader.on("request", lambda request: requests.append(request.url))
    reader.goto(ISSUE)
    load = reader.get_by_role("button", name="Load the discussion")
    expect(load).to_be_visible()
    assert not any("giscus" in url for url in requests)
    load.click()
    expect(reader.get_by_text("The discussion could not be loaded.")).to_be_visible()
    expect(reader.get_by_role("button", name="Try again")).to_be_visible()
    assert "https://giscus.app/client.js" in requests


# Lost webhooks: the last test, since a digest is gone after it


@pytest.fixture
def no_webhook(editor: Any) -> Iterator[None]:
    pause_webhook(editor)
    yield
    resume_webhook(editor)


@pytest.mark.usefixtures("no_webhook")
def test_without_webhooks_a_digest_and_its_issues_are_gone_in_a_minute(editor, reader):
    gone = ["/kerbside/", "/kerbside/2026-11-19/", "/tags/transport/"]
    lists = ["/", "/tags/energy/"]
    assert {status(reader, path) for path in gone} == {200}
    assert all("/kerbside/" in get(reader, path).text() for path in lists)
    unpublish_with_issues(editor, "Kerbside")
    start = time.monotonic()
    for path in gone:
        wait_until(lambda path=path: status(reader, path) == 404, left(start))
    for path in lists:
        wait_until(lambda path=path: "/kerbside/" not in get(reader, path).text(), left(start))


def left(start: float) -> float:
    return start + WITHOUT - time.monotonic()


def unpublish_with_issues(editor: Any, digest: str) -> None:
    open_digest(editor, digest)
    editor.page.locator("header").get_by_role("button", name="Actions").first.click()
    editor.page.get_by_role("link", name="Unpublish", exact=True).click()
    editor.page.get_by_role("checkbox", name=re.compile("subpages")).check()
    editor.page.get_by_role("button", name="Yes, unpublish it").click()
    expect(editor.message).to_contain_text("unpublished")
