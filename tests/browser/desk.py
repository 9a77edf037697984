"""What an editor does at the desk, in an editor's words."""

import re
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.pictures import take_picture

# Wagtail takes its first look at a form two seconds after it has connected to it, and connects
# more than once while the page loads; what was typed before the last of these looks it takes for
# what was there.
COUNT_LOOKS = """
  window.looks = { due: 0, taken: 0 };
  addEventListener("w-unsaved:ready", () => { looks.due += 1; });
  addEventListener("w-unsaved:watch-edits", () => { looks.taken += 1; });
"""
LOOKED = "document.readyState === 'complete' && looks.due && looks.taken >= looks.due"


class Desk:
    """The admin in a browser window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.title = page.get_by_role("textbox", name="Title*", exact=True)
        self.date = page.get_by_role("textbox", name="Date*", exact=True)
        self.number = page.get_by_role("spinbutton", name="Number")
        self.slug = page.locator("input[name=slug]")  # in another tab of the form
        self.calendar = page.locator(".xdsoft_datetimepicker").locator("visible=true")
        page.add_init_script(COUNT_LOOKS)
        self.message = page.locator(".messages")

    def sign_in(self, name: str, password: str) -> None:
        """Sign in through the login form."""
        self.page.goto("/admin/")
        self.page.get_by_role("textbox", name="Username").fill(name)
        self.page.get_by_role("textbox", name="password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("link", name="Pages")).to_be_visible()

    def start_issue(self, digest_id: int, title: str) -> None:
        """Open the form of a new issue, and give it a title: then it saves itself."""
        self.page.goto(f"/admin/pages/{digest_id}/")
        self.page.get_by_role("link", name="Add child page").first.click()
        self.wait_for_first_look()
        self.title.fill(title)
        expect(self.page).to_have_url(re.compile(r"/admin/pages/\d+/edit/$"))
        expect(self.page.get_by_text("Saved", exact=True)).to_be_visible()

    def wait_for_first_look(self) -> None:
        """Wait until what is typed into a form that was just opened is a change to Wagtail, which
        it saves and previews."""
        self.page.wait_for_function(LOOKED)

    def open_issue(self, issue_id: int) -> None:
        """Open the form of an issue."""
        self.page.goto(f"/admin/pages/{issue_id}/edit/")

    def set_date(self, date: str) -> None:
        """Write another date, and go on to the next field."""
        self.write_date(self.date, date)
        self.date.press("Tab")
        expect(self.calendar).to_be_hidden()

    def write_date(self, field: Locator, date: str) -> None:
        """Write a date, and wait for the calendar: it opens a tenth of a second after its field has
        the focus, also where the field has lost it by then, and then lies over what is below."""
        field.fill(date)
        expect(self.calendar).to_be_visible()

    def add_tag(self, name: str) -> None:
        """Add a tag; the comma ends it."""
        self.page.locator(".tagit").get_by_role("textbox").press_sequentially(f"{name},")

    def block(self, kind: str) -> Locator:
        """The last block of a kind in the body."""
        return self.page.locator(f"[data-streamfield-child]:has(> input[value={kind}])").last

    def add_block(self, label: str) -> None:
        """Pick a block for the end of the body."""
        self.page.get_by_title("Insert a block").last.click()
        self.page.get_by_role("option", name=label, exact=True).click()

    def fill(self, block: Locator, label: str, text: str) -> None:
        """Fill in a plain field of a block."""
        block.get_by_role("textbox", name=label).fill(text)

    def write(self, block: Locator, field: str, text: str) -> None:
        """Type into a field of rich text; what stands between two asterisks becomes bold."""
        area = block.locator(f"[data-contentpath={field}]").get_by_role("textbox")
        area.click()
        for position, part in enumerate(text.split("*")):
            if position:
                area.press("Control+b")
            self.page.keyboard.insert_text(part)
        expect(area).to_have_text(text.replace("*", ""))

    def unfold(self, block: Locator, heading: str) -> None:
        """Open a collapsed part of a block."""
        header = block.locator(".w-panel__header").filter(has_text=heading)
        header.get_by_role("button", name="Toggle section").click()

    def upload_image(self, block: Locator, file: Path, alt_text: str) -> None:
        """Upload a picture into a block, and describe it."""
        block.get_by_role("button", name="Choose an image").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("tab", name="Upload").click()
        dialog.get_by_role("textbox", name="Title").fill(file.stem)
        dialog.get_by_label("File").set_input_files(file)
        dialog.get_by_role("button", name="Upload").click()
        expect(dialog).to_be_hidden()
        self.fill(block, "Alt text", alt_text)

    def fill_source(self, block: Locator, title: str, url: str, publisher: str) -> None:
        """Fill in the one source of a block."""
        self.fill(block, "Title", title)
        self.fill(block, "URL", url)
        self.unfold(block, "Publication")
        self.fill(block, "Publisher", publisher)

    def autosave(self) -> AbstractContextManager:
        """Wait until the change that is made inside has been saved without being asked."""
        return self.page.expect_response(
            lambda response: response.request.method == "POST" and response.url == self.page.url
        )

    def show_preview(self) -> FrameLocator:
        """Open the panel beside the form that shows the page as it will be."""
        self.page.get_by_role("button", name="Toggle preview").click()
        return self.page.frame_locator("#w-preview-iframe")

    def open_preview(self) -> Page:
        """Open the preview in a tab of its own."""
        with self.page.expect_popup() as popup:
            self.page.get_by_role("link", name="Preview in new tab").click()
        return popup.value

    def save(self) -> None:
        """Save the draft, as a revision of its own."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Save draft").click()
        expect(self.message).to_contain_text("has been updated.")

    def compare_with_previous(self, issue_id: int) -> None:
        """Compare the last revision of an issue with the one before."""
        self.page.goto(f"/admin/pages/{issue_id}/history/")
        last = self.page.get_by_role("row").filter(has_text="Current draft")
        last.get_by_role("button", name="Actions").click()
        self.page.get_by_role("link", name="Compare with previous").click()

    def choose(self, action: str) -> None:
        """Choose from the menu beside “Save draft”."""
        self.page.get_by_role("button", name="More actions").click()
        self.page.get_by_role("button", name=action, exact=True).click()

    def set_schedule(self, go_live_at: datetime) -> None:
        """Say when the issue is to go live; choosing to publish makes it so."""
        self.page.get_by_role("button", name="Toggle status").click()
        self.page.get_by_role("button", name="Set schedule").click()
        self.save_schedule(go_live_at.strftime("%Y-%m-%d %H:%M"))

    def unschedule(self) -> None:
        """Take back that the issue is to go live, which unlocks it; the time stays in the draft."""
        self.page.get_by_role("button", name="Cancel scheduled publish").click()
        expect(self.message).to_contain_text("unscheduled")

    def clear_schedule(self) -> None:
        """Take back when the issue is to go live; the panel of the status is open still."""
        self.page.get_by_role("button", name="Edit schedule").click()
        self.save_schedule("")

    def save_schedule(self, go_live_at: str) -> None:
        """Write when to go live, and leave the dialog, which saves the draft as well."""
        dialog = self.page.get_by_role("dialog")
        self.write_date(dialog.get_by_role("textbox", name="Go live date/time"), go_live_at)
        dialog.get_by_role("heading").click()  # beside the calendar, which covers the button
        expect(self.calendar).to_be_hidden()
        with self.page.expect_navigation():
            dialog.get_by_role("button", name="Save schedule").click()
        expect(self.message).to_contain_text("has been updated.")

    def take_picture(self, name: str) -> None:
        """Save what the window shows, where somebody asked for pictures."""
        take_picture(self.page, name)
