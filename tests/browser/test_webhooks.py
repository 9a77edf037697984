"""A webhook from its form to what it missed, with a receiver that breaks and is repaired."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from digest.contrib.webhooks.models import WebhookEndpoint
from digest.contrib.webhooks.sending import send_all
from digest.models import DigestPage, IssuePage
from tests.browser.conftest import request_lock
from tests.builders import make_issue
from tests.contrib.changes.feed import relay
from tests.contrib.webhooks import receiver as receivers
from tests.contrib.webhooks.receiver import Receiver

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

PASSWORD = "a-good-password"
# The receiver takes a test and an event, is broken for one request, and repaired.
PATH = "/statuses/204,204,500,204/frontend"
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture
def receiver(settings, monkeypatch) -> Iterator[Receiver]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with receivers.running() as receiver:
        settings.DIGEST_HTTP_ALLOWED_HOSTS = [receiver.host]
        yield receiver


@pytest.fixture
def drafts(digest: DigestPage) -> list[IssuePage]:
    User.objects.create_superuser("edith", password=PASSWORD)
    issues = [make_issue(digest, day, publish=False) for day in (14, 15)]
    relay()
    return issues


def deliver(is_failing: bool = False) -> None:
    """Do what the service does each second."""
    with request_lock:
        if is_failing:
            since = timezone.now() - timedelta(days=3)
            WebhookEndpoint.objects.update(failing_since=since)
        relay()
        send_all()


def types(receiver: Receiver) -> list[str]:
    return [json.loads(request["body"])["type"] for request in receiver.requests]


def test_webhook_is_made_tested_disabled_and_turned_on(open_page, receiver, drafts):
    from tests.browser.editor import Editor

    editor = Editor(open_page(viewport=DESKTOP))
    page = editor.page
    editor.sign_in("edith", PASSWORD)
    make_webhook(page, receiver)
    send_test(page, receiver)
    publish(editor, drafts[0])
    deliver()
    assert types(receiver) == ["webhook.ping", "issue.published"]
    publish(editor, drafts[1])
    deliver(is_failing=True)
    turn_on(page)
    deliver()
    see_deliveries(page)
    assert types(receiver) == ["webhook.ping", *["issue.published"] * 3]
    ids = [request["headers"]["webhook-id"] for request in receiver.requests]
    assert ids[2] == ids[3]


def make_webhook(page: Any, receiver: Receiver) -> None:
    page.goto("/admin/digest-webhooks/")
    page.get_by_role("link", name="Add webhook").first.click()
    page.get_by_role("link", name="Any receiver").click()
    page.get_by_label("Name").fill("Frontend")
    page.get_by_label("URL").fill(receiver.url(PATH))
    expect(page.get_by_role("checkbox", name="issue.published")).to_be_checked()
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("textbox", name="Secret")).to_have_value(re.compile("^whsec_.{44}$"))
    page.get_by_role("button", name="Copy the secret").click()
    expect(page.locator("#webhook-state")).to_contain_text("Active")


def send_test(page: Any, receiver: Receiver) -> None:
    """Send a test; its response appears on the page that is open."""
    page.get_by_role("button", name="Send a test").click()
    test = page.locator("#test")
    expect(test).to_contain_text("Waiting")
    deliver()
    expect(test).to_contain_text("HTTP 204")
    assert types(receiver) == ["webhook.ping"]


def publish(editor: Any, issue: IssuePage) -> None:
    editor.open_issue(issue.pk)
    editor.wait_for_initial_state()
    editor.publish()
    expect(editor.message).to_contain_text("published")


def turn_on(page: Any) -> None:
    """Go from the warning on the front page to the webhook, and turn it on."""
    page.goto("/admin/")
    expect(page.locator("#digest-disabled-webhooks")).to_contain_text("Frontend is disabled")
    page.get_by_role("link", name="See Frontend").click()
    expect(page.locator("#webhook-state")).to_contain_text(
        "Every delivery of three days has failed"
    )
    page.get_by_role("button", name="Turn on and send what it missed (1)").click()
    expect(page.locator("#webhook-state")).to_contain_text("Active")


def see_deliveries(page: Any) -> None:
    """Read both attempts of the delivery that failed at first."""
    page.reload()
    page.get_by_label("State").select_option("Sent")
    page.get_by_role("button", name="Filter").click()
    delivery = page.locator(".digest-webhook-delivery")
    expect(delivery).to_have_count(3)
    delivery.first.locator("summary").click()
    expect(delivery.first).to_contain_text("HTTP 500")
    expect(delivery.first).to_contain_text("HTTP 204")
    expect(page.get_by_role("button", name="Send again: Issue published")).to_be_visible()
