"""Page object of the Wagtail admin."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, Request, Route, expect

from tests.browser.screenshots import take_screenshot

# Wagtail records the initial state of a form two seconds after its controller connects, and the
# controller connects more than once while the page loads. Changes made before the last recording
# are not detected as changes.
MARK_RECORDED = """
  let pending = 0, done = 0;
  const mark = () => document.documentElement.toggleAttribute(
    "data-recorded", document.readyState === "complete" && pending > 0 && done >= pending
  );
  addEventListener("w-unsaved:ready", () => { pending += 1; mark(); });
  addEventListener("w-unsaved:watch-edits", () => { done += 1; mark(); });
  addEventListener("load", mark);
"""


def is_autosave(request: Request) -> bool:
    """Return whether a request saves the form of a page in the background."""
    is_post = request.method == "POST" and "/admin/pages/" in request.url
    return is_post and request.headers.get("accept") == "application/json"


class Editor:
    """Drive the admin in one browser window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.title = page.get_by_role("textbox", name="Title*", exact=True)
        self.date = page.get_by_role("textbox", name="Date*", exact=True)
        self.number = page.get_by_role("spinbutton", name="Number")
        self.slug = page.locator("input[name=slug]")  # in another tab of the form
        self.calendar = page.locator(".xdsoft_datetimepicker").locator("visible=true")
        page.add_init_script(MARK_RECORDED)
        self.message = page.locator(".messages")

    def sign_in(self, name: str, password: str) -> None:
        self.page.goto("/admin/")
        self.fill_in_sign_in(self.page, name, password)
        expect(self.page.get_by_role("link", name="Pages")).to_be_visible()

    def start_issue(self, digest_id: int, title: str) -> None:
        """Open the form of a new issue, enter a title, and wait for the first autosave."""
        self.open_new_issue(digest_id)
        self.title.fill(title)
        expect(self.page).to_have_url(re.compile(r"/admin/pages/\d+/edit/$"))
        expect(self.page.get_by_text("Saved", exact=True)).to_be_visible()

    def fill_in_sign_in(self, page: Page, name: str, password: str) -> None:
        """Submit the sign-in form in a tab."""
        page.get_by_role("textbox", name="Username").fill(name)
        page.get_by_role("textbox", name="password").fill(password)
        page.get_by_role("button", name="Sign in").click()

    def sign_in_in_new_tab(self) -> None:
        """Follow the focused link to sign in, and close its tab."""
        with self.page.expect_popup() as popup:
            self.page.keyboard.press("Enter")
        self.fill_in_sign_in(popup.value, "edith", "a-good-password")
        expect(popup.value.get_by_role("heading", name="You are signed in")).to_be_visible()
        popup.value.close()

    def open_new_issue(self, digest_id: int) -> None:
        self.page.goto(f"/admin/pages/{digest_id}/")
        self.page.get_by_role("link", name="Add child page").first.click()
        self.wait_for_initial_state()

    def wait_for_initial_state(self) -> None:
        """Wait until Wagtail detects further input as changes, which it autosaves and previews."""
        # Not wait_for_function(), which the page's CSP stops unless the condition holds at once.
        expect(self.page.locator("html[data-recorded]")).to_be_attached()

    def open_issue(self, issue_id: int) -> None:
        self.page.goto(f"/admin/pages/{issue_id}/edit/")

    def set_date(self, date: str) -> None:
        """Enter the issue's date and leave the field."""
        self.write_date(self.date, date)
        self.date.press("Tab")
        expect(self.calendar).to_be_hidden()

    def write_date(self, field: Locator, date: str) -> None:
        """Enter a date and wait for the calendar."""
        # It opens 100 ms after focus, even if the field has lost it, and covers what is below.
        field.fill(date)
        expect(self.calendar).to_be_visible()

    def add_tag(self, name: str) -> None:
        self.page.locator(".tagit").get_by_role("textbox").press_sequentially(f"{name},")

    def block(self, kind: str) -> Locator:
        """Return the last block of a type in the body."""
        return self.blocks(kind).last

    def blocks(self, kind: str) -> Locator:
        """Return the blocks of a type in the body."""
        blocks = self.page.locator(f"[data-streamfield-child]:has(> input[value={kind}])")
        return blocks.locator("visible=true")  # Deleted blocks stay in the form.

    def expect_headings(self, *headings: str) -> None:
        """Expect the stories to have these headings; deleted ones are shown for a moment."""
        fields = self.blocks("story_section").get_by_role("textbox", name="Heading")
        expect(fields).to_have_count(len(headings))
        for field, heading in zip(fields.all(), headings, strict=True):
            expect(field).to_have_value(heading)

    def add_block(self, label: str) -> None:
        """Append a block to the body."""
        self.page.get_by_title("Insert a block").last.click()
        self.page.get_by_role("option", name=label, exact=True).click()

    def drag_below(self, block: Locator, other: Locator) -> None:
        """Drag a collapsed block by its handle to the place below another one."""
        block.get_by_title("Drag").first.hover()
        handle = other.get_by_title("Drag").first.bounding_box()
        self.page.mouse.down()
        self.page.mouse.move(handle["x"] + 5, handle["y"] + handle["height"] / 2, steps=5)
        self.page.mouse.move(handle["x"] + 5, handle["y"] + handle["height"], steps=5)
        self.page.mouse.up()

    def fill(self, block: Locator, label: str, text: str) -> None:
        """Fill in a text field of a block."""
        block.get_by_role("textbox", name=label).fill(text)

    def write(self, block: Locator, field: str, text: str) -> None:
        """Type into a rich text field; text between asterisks becomes bold."""
        area = block.locator(f"[data-contentpath={field}]").get_by_role("textbox")
        area.click()
        for position, part in enumerate(text.split("*")):
            if position:
                area.press("Control+b")
            self.page.keyboard.insert_text(part)
        expect(area).to_have_text(text.replace("*", ""))
        # Draftail writes the text into the form a quarter of a second later: until then a form
        # that is submitted lacks it, and Wagtail knows of no change to save.
        stored = block.locator(f"[data-contentpath={field}] input[type=hidden]")
        words = json.dumps(text.replace("*", ""), ensure_ascii=False)[1:-1]
        expect(stored).to_have_value(re.compile(re.escape(words)))

    def unfold(self, block: Locator, heading: str) -> None:
        """Expand a collapsed panel of a block."""
        # A block that was added slides down for a while, and a click misses what moves.
        sliding = self.page.locator("[data-streamfield-child][style*=overflow]")
        expect(sliding).to_have_count(0)
        header = block.locator(".w-panel__header").filter(has_text=heading)
        header.get_by_role("button", name="Toggle section").click()

    def upload_image(self, block: Locator, file: Path, alt_text: str) -> None:
        """Upload an image into a block and fill in its alt text."""
        block.get_by_role("button", name="Choose an image").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("tab", name="Upload").click()
        dialog.get_by_role("textbox", name="Title").fill(file.stem)
        dialog.get_by_label("File").set_input_files(file)
        dialog.get_by_role("button", name="Upload").click()
        expect(dialog).to_be_hidden()
        self.fill(block, "Alt text", alt_text)

    def fill_source(self, block: Locator, title: str, url: str, publisher: str) -> None:
        """Fill in the only source of a block."""
        self.fill(block, "Title", title)
        self.fill(block, "URL", url)
        self.unfold(block, "Publication")
        self.fill(block, "Publisher", publisher)

    def autosave(self) -> AbstractContextManager:
        """Return a context manager that waits for the autosave of the change made inside."""
        return self.page.expect_response(
            lambda response: response.request.method == "POST" and response.url == self.page.url
        )

    def wait_until_saved(self) -> None:
        """Wait until autosave has saved what Wagtail knows to be changed."""
        form = self.page.locator("[data-edit-form]")
        expect(form).not_to_have_attribute("data-w-unsaved-has-edits-value", "true")

    def hold_autosave(self, change: Callable[[], None]) -> Callable[[], None]:
        """Make a change and hold its autosave; return a function that lets it go on."""
        held: list[Route] = []

        def hold(route: Route) -> None:
            if held or not is_autosave(route.request):
                route.fallback()
            else:
                held.append(route)

        self.wait_until_saved()
        self.page.route("**/admin/pages/**", hold)
        with self.page.expect_request(is_autosave):
            change()
        return lambda: held[0].continue_()

    def request_of_autosave(self, words: str = "") -> AbstractContextManager:
        """Return a context manager that waits for the request of an autosave with the words."""
        return self.page.expect_request(
            lambda request: is_autosave(request) and words in request.post_data
        )

    def show_preview(self) -> FrameLocator:
        """Open the preview panel and return its frame."""
        self.page.get_by_role("button", name="Toggle preview").click()
        return self.page.frame_locator("#w-preview-iframe")

    def open_preview(self) -> Page:
        """Open the preview in a new tab."""
        with self.page.expect_popup() as popup:
            self.page.get_by_role("link", name="Preview in new tab").click()
        return popup.value

    def save(self) -> None:
        """Save the draft as a new revision."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Save draft").click()
        expect(self.message).to_contain_text("has been updated.")

    def compare_with_previous(self, issue_id: int) -> None:
        """Compare the latest revision of an issue with the previous one."""
        self.page.goto(f"/admin/pages/{issue_id}/history/")
        last = self.page.get_by_role("row").filter(has_text="Current draft")
        last.get_by_role("button", name="Actions").click()
        self.page.get_by_role("link", name="Compare with previous").click()

    def publish(self) -> None:
        """Choose “Publish” beside “Save draft”."""
        self.page.get_by_role("button", name="Publish", exact=True).click()

    def unpublish(self) -> None:
        """Choose “Unpublish” from the menu next to the buttons, and confirm it."""
        self.page.get_by_role("button", name="More actions").click()
        self.page.get_by_role("link", name="Unpublish").click()
        self.page.get_by_role("button", name="Yes, unpublish it").click()
        expect(self.message).to_contain_text("unpublished.")

    def schedule(self) -> None:
        """Choose the button beside “Save draft”, which schedules an issue with a go-live time."""
        self.page.get_by_role("button", name="Schedule to publish", exact=True).click()

    def choose(self, action: str) -> None:
        """Choose an action from the menu next to the buttons."""
        self.page.get_by_role("button", name="More actions").click()
        self.page.get_by_role("button", name=action, exact=True).click()

    def set_schedule(self, go_live_at: datetime) -> None:
        """Set the go-live time; publishing then schedules the issue."""
        self.page.get_by_role("button", name="Toggle status").click()
        self.page.get_by_role("button", name="Set schedule").click()
        self.save_schedule(go_live_at.strftime("%Y-%m-%d %H:%M"))

    def unschedule(self) -> None:
        """Cancel the scheduled publication, which unlocks the issue and clears the time."""
        self.page.get_by_role("button", name="Cancel scheduled publish").click()
        expect(self.message).to_contain_text("no longer scheduled")

    def save_schedule(self, go_live_at: str) -> None:
        """Enter the go-live time and save the dialog, which also saves the draft."""
        dialog = self.page.get_by_role("dialog")
        self.write_date(dialog.get_by_role("textbox", name="Go live date/time"), go_live_at)
        dialog.get_by_role("heading").click()  # closes the calendar, which covers the button
        expect(self.calendar).to_be_hidden()
        with self.page.expect_navigation():
            dialog.get_by_role("button", name="Save schedule").click()
        expect(self.message).to_contain_text("has been updated.")

    def take_screenshot(self, name: str) -> None:
        take_screenshot(self.page, name)
