"""What is published in the admin is public at the frontend within seconds, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.frontends.site import REPLACED, WITH_WEBHOOK, WITHOUT, wait_until
from tests.frontends.writing import (
    make_private,
    open_issue,
    pause_webhook,
    publish,
    resume_webhook,
    unpublish,
    write_issue,
)

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def no_webhook(editor: Any) -> Iterator[None]:
    """Pause the webhook during a test."""
    pause_webhook(editor)
    yield
    resume_webhook(editor)


def status(reader: Any, path: str) -> int:
    return reader.request.get(path).status


def text(reader: Any, path: str) -> str:
    return reader.request.get(path).text()


def expect_public(reader: Any, path: str, title: str, seconds: float) -> None:
    """Expect the text of an issue at its URL and on the front page."""
    wait_until(lambda: status(reader, path) == 200 and title in text(reader, "/"), seconds)
    reader.goto(path)
    expect(reader.get_by_role("heading", level=1)).to_have_text(title)
    expect(reader.get_by_text(f"Text of {title}")).to_be_visible()
    reader.goto("/")
    expect(reader.get_by_role("link", name=title).first).to_be_visible()


def expect_absent(reader: Any, path: str, title: str, seconds: float = 0) -> None:
    """Expect no trace of an issue."""
    wait_until(lambda: status(reader, path) == 404, seconds)
    wait_until(lambda: title not in text(reader, "/"), seconds)
    for page in ("/", "/signals/", "/archive/"):
        wait_until(lambda page=page: title not in shown(reader, page), min(seconds, REPLACED))
    reader.goto("/search/?q=" + title)
    expect(reader.get_by_role("link", name=title)).to_have_count(0)


def shown(reader: Any, path: str) -> str:
    """Return a page as the browser gets it: once more that of the build before, by a connection
    that the browser had opened to its process, which ends soon."""
    reader.goto(path)
    return reader.content()


def test_issue_is_public_soon_after_publishing_and_absent_soon_after_unpublishing(editor, reader):
    title = "Ferries by night"
    path = write_issue(editor, title)
    expect_absent(reader, path, title)
    publish(editor)
    expect_public(reader, path, title, WITH_WEBHOOK)
    unpublish(editor, title)
    expect_absent(reader, path, title, WITH_WEBHOOK)


def test_new_text_is_public_soon_after_publishing(editor, reader):
    title = "Trams by day"
    path = write_issue(editor, title)
    publish(editor)
    expect_public(reader, path, title, WITH_WEBHOOK)
    open_issue(editor, title)
    editor.fill(editor.block("story_section"), "Heading", "Trams and buses by day")
    publish(editor)
    wait_until(lambda: "Trams and buses" in text(reader, path), WITH_WEBHOOK)


@pytest.mark.usefixtures("no_webhook")
def test_without_webhooks_it_takes_less_than_a_minute(editor, reader):
    title = "Trains without bells"
    path = write_issue(editor, title)
    publish(editor)
    expect_public(reader, path, title, WITHOUT)
    unpublish(editor, title)
    expect_absent(reader, path, title, WITHOUT)


def test_scheduled_issue_is_absent(editor, reader):
    title, other = "Boats of tomorrow", "Boats of today"
    path = write_issue(editor, title)
    editor.set_schedule(timezone.now() + timedelta(days=1))
    editor.schedule()
    expect(editor.message).to_contain_text("is scheduled for")
    after = write_issue(editor, other)
    publish(editor)
    expect_public(reader, after, other, WITH_WEBHOOK)
    expect_absent(reader, path, title)


def test_private_issue_is_absent(editor, reader):
    title = "Boats of members"
    path = write_issue(editor, title)
    publish(editor)
    expect_public(reader, path, title, WITH_WEBHOOK)
    open_issue(editor, title)
    make_private(editor)
    expect_absent(reader, path, title, WITH_WEBHOOK)
