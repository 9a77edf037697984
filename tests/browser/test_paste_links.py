"""Links that are pasted at a story become sources, filled in from their pages."""

import threading

import pytest

from digest.sources import pages as source_pages
from tests.builders import body, make_issue, source, story
from tests.http.servers import running

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser

ICON = '<link rel="icon" href="data:,">'
FERRIES = """<title>Ferries go fat</title><meta property="og:site_name" content="Harbour Wire">
<meta name="author" content="Ana Rigby">
<meta property="article:published_time" content="2026-04-10T06:00:00Z">"""


@pytest.fixture
def pages(site_url, settings, monkeypatch):
    """Serve the pages that are linked to, and one with a text that links to them."""
    monkeypatch.setattr(source_pages, "TIMEOUT_OF_PAGES", 60)
    with running() as server:
        settings.DIGEST_HTTP_ALLOWED_HOSTS = [f"localhost:{server.server_port}"]
        serve(server, "/ferries", FERRIES)
        serve(server, "/rivers", "<title>River heat</title>")
        links = [server.url(path, "localhost") for path in ("/ferries?utm_source=x", "/gone")]
        text = f'<p>See <a href="{links[0]}">the wire</a> and</p><p>{links[1]}.</p>'
        serve(server, "/text", f"<title>A text</title>{ICON}{text}")
        yield server


def serve(server, path, markup):
    server.set_response(path, body=markup, Content_Type="text/html")


@pytest.fixture
def open_story(open_editor, digest):
    """Return a function that opens an issue whose story has the given sources."""

    def open_story(*sources):
        block = story("Boats", sources=list(sources))
        issue = make_issue(digest, 14, publish=False, body=body(block))
        editor = open_editor()
        editor.open_issue(issue.pk)
        editor.wait_for_initial_state()
        editor.page.get_by_role("button", name="Checklist", exact=True).click()
        return editor, editor.block("story_section")

    return open_story


def copy_text_of(editor, url):
    """Copy all of a web page with the keyboard, in another tab."""
    tab = editor.page.context.new_page()
    tab.goto(url)
    tab.keyboard.press("Control+a")
    tab.keyboard.press("Control+c")
    tab.close()
    editor.page.bring_to_front()  # or its document may have no focus


def test_pasted_text_becomes_sources_that_are_filled_in(open_story, pages):
    editor, block = open_story()
    copy_text_of(editor, pages.url("/text", "localhost"))
    editor.page.get_by_role("button", name="Name a source.").click()
    expect(block.get_by_label("Paste links")).to_be_focused()
    editor.page.keyboard.press("Control+v")
    notes = block.locator(".digest-source-note")
    expect(notes.first).to_have_text(
        "From the page: Ferries go fat, Harbour Wire, Ana Rigby, Fri 10 Apr 2026"
    )
    expect(notes.last).to_contain_text("The page could not be read. The server responded with")
    expect(block.get_by_text("2 sources were added.")).to_be_visible()
    expect(editor.page.get_by_role("button", name="Name a source.")).to_have_count(0)
    violations = Axe().run(editor.page, context="[data-contentpath=sources]").response["violations"]
    # Wagtail's own
    assert not [found for found in violations if found["id"] != "aria-input-field-name"]
    editor.wait_until_saved()
    editor.page.reload()
    editor.unfold(block, "Sources of this story")
    titles = block.get_by_role("textbox", name="Title").locator("visible=true")
    assert [title.input_value() for title in titles.all()] == ["Ferries go fat", "localhost"]
    urls = block.get_by_role("textbox", name="URL").locator("visible=true")
    assert [url.input_value() for url in urls.all()] == [
        pages.url("/ferries", "localhost"),
        pages.url("/gone", "localhost"),
    ]


def test_what_is_typed_while_the_page_is_fetched_stays(open_story, pages):
    go_on = threading.Event()

    def respond_late(handler):
        go_on.wait(60)
        handler.server.responses["/slow"] = handler.server.responses["/ferries"]
        handler.respond()

    pages.set_handler("/slow", respond_late)
    editor, block = open_story()
    editor.unfold(block, "Sources of this story")
    block.get_by_label("Paste links").fill(pages.url("/slow", "localhost"))
    block.get_by_role("button", name="Add", exact=True).first.click()
    note = block.locator(".digest-source-note")
    expect(note).to_have_text("Fetching the page…")
    editor.unfold(block, "localhost")
    block.get_by_role("textbox", name="Title").fill("Fat boats")
    go_on.set()
    expect(note).to_contain_text("From the page")
    expect(block.get_by_role("textbox", name="Title")).to_have_value("Fat boats")
    editor.unfold(block, "Publication")
    expect(block.get_by_role("textbox", name="Publisher")).to_have_value("Harbour Wire")
    expect(block.get_by_role("textbox", name="Published on")).to_have_value("2026-04-10")


def test_with_the_keyboard_a_page_is_added_once_and_tried_again(open_story, pages):
    here = pages.url("/rivers", "localhost")
    editor, block = open_story(source(title="Rivers", url=f"{here}/?utm_source=y"))
    keyboard = editor.page.keyboard
    block.locator(".w-panel__header").filter(has_text="Sources of this story").get_by_role(
        "button", name="Toggle section"
    ).press("Enter")
    field = block.get_by_label("Paste links")
    field.press_sequentially(here)
    keyboard.press("Enter")
    expect(block.get_by_text("1 is in the list already.")).to_be_visible()
    expect(field).to_have_value(here)
    keyboard.press("Control+a")
    keyboard.type(pages.url("/gone", "localhost"))
    keyboard.press("Enter")
    retry = block.get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    serve(pages, "/gone", "<title>Back again</title>")
    retry.press("Enter")
    expect(block.locator(".digest-source-note")).to_have_text("From the page: Back again")
