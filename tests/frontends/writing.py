"""What editors do in the admin and readers at the frontend, by mouse and keyboard."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.editor import Editor


def write_issue(editor: Editor, title: str, digest: str = "Signals") -> str:
    """Write an issue of one story in a digest; return its path at the frontend."""
    open_digest(editor, digest)
    editor.page.get_by_role("link", name="Add child page").first.click()
    editor.title.fill(title)
    expect(editor.page).to_have_url(re.compile(r"/admin/pages/\d+/edit/$"))
    expect(editor.page.get_by_text("Saved", exact=True)).to_be_visible()
    editor.wait_for_initial_state()
    story = editor.block("story_section")
    editor.fill(editor.block("headline"), "Summary", f"Summary of {title}")
    editor.fill(story, "Heading", f"Story of {title}")
    editor.write(story, "body", f"Text of {title}")
    editor.write(story, "why_it_matters", f"Reason of {title}")
    editor.write(editor.block("bottom_line"), "text", f"End of {title}")
    editor.wait_until_saved()
    return f"/{digest.lower()}/{editor.slug.input_value()}/"


def open_digest(editor: Editor, digest: str) -> None:
    """Open the list of a digest's issues from the front page of the admin."""
    editor.page.goto("/admin/")
    editor.page.get_by_role("link", name=digest, exact=True).first.click()


def publish(editor: Editor) -> None:
    editor.publish()
    expect(editor.message).to_contain_text("has been published.")


def unpublish(editor: Editor, title: str) -> None:
    """Open an issue by its title in the list of all issues, and unpublish it."""
    open_issue(editor, title)
    editor.unpublish()


def open_issue(editor: Editor, title: str) -> None:
    """Open an issue by its title in the list of all issues."""
    editor.page.goto("/admin/digest/issues/")
    editor.page.get_by_role("link", name=title, exact=True).first.click()
    editor.wait_for_initial_state()


def rename(editor: Editor, slug: str) -> str:
    """Change the slug of the issue that is open; return its next path at the frontend."""
    editor.page.get_by_role("tab", name="Promote").click()
    before = editor.slug.input_value()
    editor.slug.fill(slug)
    editor.slug.press("Tab")
    editor.wait_until_saved()
    assert editor.slug.input_value() == slug != before
    return f"/signals/{slug}/"


def show_discussion(editor: Editor, digest: str = "Signals") -> None:
    """Fill in the discussion of a digest, and publish it."""
    open_digest(editor, digest)
    editor.page.locator("header").get_by_role("button", name="Actions").first.click()
    editor.page.get_by_role("link", name="Edit", exact=True).first.click()
    editor.wait_for_initial_state()
    editor.unfold(editor.page.locator("form"), "Discussion")
    values = {
        "Repository": "acme/comments",
        "Repository ID": "R_kgDOHabc12",
        "Category": "Announcements",
        "Category ID": "DIC_kwDOHabc12-4CABCD",
    }
    for label, value in values.items():
        editor.page.get_by_label(label, exact=True).fill(value)
    publish(editor)


def mistype(reader: Any) -> None:
    """Sign up with an address that browsers accept and the site does not."""
    reader.goto("/signals/")
    reader.get_by_label("E-mail address").first.fill("ada@localhost")
    reader.get_by_role("button", name="Subscribe").first.click()
    expect(reader.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")


def make_private(editor: Editor) -> None:
    """Let only signed-in users read the issue that is open."""
    editor.page.get_by_role("button", name="Toggle status").click()
    editor.page.get_by_role("button", name="Change privacy").click()
    dialog = editor.page.get_by_role("dialog")
    dialog.get_by_role("radio", name="any logged-in users").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()


def pause_webhook(editor: Editor) -> None:
    open_webhook(editor)
    editor.page.get_by_role("button", name="Pause").click()
    expect(editor.message).to_contain_text("The webhook is paused.")


def resume_webhook(editor: Editor) -> None:
    open_webhook(editor)
    editor.page.get_by_role("button", name="Resume", exact=True).click()
    expect(editor.message).to_contain_text("The webhook is turned on.")


def open_webhook(editor: Editor) -> Any:
    editor.page.goto("/admin/digest-webhooks/")
    editor.page.get_by_role("link", name="Frontend").first.click()
