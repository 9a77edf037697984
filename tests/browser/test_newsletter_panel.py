"""An editor previews, tests, publishes, cancels and sends an issue, by keyboard."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connections

from digest.contrib.newsletter import sending
from digest.contrib.newsletter.models import EmailDelivery
from digest.pages.time_zones import today_in
from tests.browser.conftest import request_lock
from tests.browser.editor import Editor
from tests.browser.test_newsletter import WCAG, press, tab_to
from tests.builders import make_issue
from tests.contrib.newsletter.readers import open_newsletter, subscribe

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def expected_errors():
    """Allow scripts of Playwright in the frame, which runs none, and failures of requests."""
    return ["Blocked script execution", "status of 400", "net::ERR_FAILED"]


@pytest.fixture
def issue(digest):
    open_newsletter(digest, imprint="Ada Quill", sends_on_publish=True)
    subscribe(digest)
    EmailDelivery.objects.all().delete()
    return make_issue(digest, today_in(digest), publish=False, title="Bells are counted")


@pytest.fixture
def open_panel(open_page, issue):
    """Return a function that opens the panel of the issue, as an editor with an address."""
    User.objects.create_superuser("edith", "edith@example.org", "a-good-password")

    def open_panel(**options: Any) -> tuple[Editor, Any]:
        editor = Editor(open_page(**options))
        editor.sign_in("edith", "a-good-password")
        return editor, show_panel(editor, issue)

    return open_panel


def show_panel(editor: Editor, issue: Any) -> Any:
    editor.open_issue(issue.pk)
    panel = editor.page.locator("[data-side-panel=newsletter]")
    # Wagtail opens the panel that was open before.
    if not panel.is_visible():
        editor.page.get_by_role("button", name="Newsletter", exact=True).press("Enter")
    expect(panel.get_by_text("kB")).to_be_visible()
    return panel


def status_of(panel: Any, text: str) -> Any:
    """Return the element that announces a text."""
    return panel.get_by_role("status").filter(has_text=text)


@pytest.fixture
def send_mails(live_server):
    """Return a function that runs the job in another thread: Playwright has a loop in this one."""
    shared = live_server.thread.connections_override  # with SQLite

    def run() -> None:
        for alias, connection in shared.items():
            connections[alias] = connection
        sending.run()
        if not shared:
            connections.close_all()

    def send_mails() -> None:
        with request_lock, ThreadPoolExecutor(1) as pool:
            pool.submit(run).result()

    return send_mails


def test_editor_sends_an_issue_by_keyboard(open_panel, issue, send_mails):
    editor, panel = open_panel(viewport=DESKTOP)
    page, state = editor.page, panel.locator("[tabindex='-1']")
    expect(state).to_have_text("Goes out 10 minutes after it is published.")

    tab_to(panel.get_by_role("textbox", name="Subject"))
    page.keyboard.type("Who counts bells?")
    tab_to(panel.get_by_role("textbox", name="Preheader"))
    expect(status_of(panel, "Subject and preheader are saved.")).to_be_in_viewport()

    tab_to(panel.get_by_label("Light"))
    page.keyboard.press("ArrowRight")
    frame = panel.frame_locator("iframe")
    expect(frame.locator("body")).to_have_css("background-color", "rgb(17, 20, 22)")
    page.keyboard.press("ArrowRight")
    expect(frame.locator("pre")).to_contain_text("What happened today.")

    panel.get_by_role("textbox", name="Preheader").focus()
    press(page, "Send a test")
    message = status_of(panel, "A test is on its way to edith@example.org.")
    expect(message).to_be_in_viewport()
    send_mails()
    [test] = mail.outbox
    assert (test.to, test.subject) == (["edith@example.org"], "[Test] Who counts bells?")

    page.get_by_role("button", name="Publish", exact=True).press("Enter")
    expect(editor.message).to_contain_text("published")
    panel = show_panel(editor, issue)
    state = panel.locator("[tabindex='-1']")
    expect(state).to_contain_text("Goes out to")  # today or tomorrow
    panel.get_by_role("button", name="Send now").focus()
    press(page, "Cancel the mailing")
    expect(state).to_have_text("Not sent: cancelled by an editor.")
    expect(state).to_be_focused()  # the button is gone

    press(page, "Send now")
    dialog = panel.get_by_role("dialog")
    expect(dialog).to_contain_text("Send “Bells are counted” to 1 reader now?")
    press(page, "Yes, send it")
    expect(state).to_have_text("Goes out now.")
    expect(status_of(panel, "The mailing is on its way.")).to_be_visible()
    expect(panel.get_by_role("button", name="Send now")).to_be_hidden()
    send_mails()
    assert [message.to for message in mail.outbox[1:]] == [["reader@example.org"]]
    assert mail.outbox[1].subject == "Who counts bells?"
    expect(state).to_have_text("Sent to 1 reader.")
    expect(panel.get_by_role("textbox", name="Subject")).not_to_be_editable()


def test_preview_follows_the_form(open_panel):
    editor, panel = open_panel(viewport=DESKTOP)
    editor.title.fill("Bells are counted twice")
    frame = panel.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Bells are counted twice")
    expect(panel.get_by_role("textbox", name="Subject")).to_have_attribute(
        "placeholder", "Bells are counted twice"
    )


def test_new_issue_gets_its_panel_when_it_is_saved(open_panel, digest):
    editor, _panel = open_panel(viewport=DESKTOP)
    editor.start_issue(digest.pk, "An issue that saves itself")
    panel = editor.page.locator("[data-side-panel=newsletter]")
    expect(panel.get_by_text("kB")).to_be_visible()
    panel.get_by_text("Schedule", exact=True).press("Enter")
    panel.get_by_role("textbox", name="Date and time").focus()
    expect(editor.calendar).to_be_visible()


def test_subject_that_is_typed_during_a_save_is_saved(open_panel):
    editor, panel = open_panel(viewport=DESKTOP)
    held = []
    hold = lambda route: route.fallback() if held else held.append(route)  # noqa: E731
    editor.page.route("**/draft/", hold)
    subject = panel.get_by_role("textbox", name="Subject")
    with editor.page.expect_request("**/draft/"):
        subject.fill("First")
        subject.press("Tab")
    subject.fill("Second")
    subject.press("Tab")
    with editor.page.expect_response("**/draft/") as saved:
        held[0].abort()
    assert saved.value.json()["subject"] == "Second"


def test_error_in_the_panel_meets_wcag(open_panel):
    editor, panel = open_panel(viewport=PHONE, color_scheme="dark")
    panel.get_by_text("Schedule", exact=True).press("Enter")
    panel.get_by_role("textbox", name="Date and time").fill("2020-01-01 10:00")
    editor.page.keyboard.press("Escape")
    panel.get_by_role("button", name="Schedule the mailing").press("Enter")
    expect(panel.get_by_text("Choose a time in the future.")).to_be_visible()
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
    context = {"include": ["[data-side-panel=newsletter]"], "exclude": [["iframe"]]}
    found = Axe().run(editor.page, context=context, options=options)
    assert not found.violations_count, found.generate_report()
    assert panel.evaluate("element => element.scrollWidth <= element.clientWidth")
