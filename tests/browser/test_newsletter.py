"""Readers sign up, confirm, see what is stored, and leave: by keyboard and without JavaScript."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from digest.contrib.newsletter import tokens
from digest.contrib.newsletter.models import EmailDelivery, Subscription
from digest.contrib.newsletter.tokens import Purpose
from tests.builders import make_digest, make_full_issue
from tests.contrib.newsletter.readers import confirm_token, open_newsletter, sign_up

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
ISSUE, SUBSCRIBE = "/daily/2026-04-14/", "/newsletter/subscribe/daily/"
FIELD, BUTTON = "E-mail address", "Subscribe"


@pytest.fixture
def urls(home_page, digest, site_url):
    """Open the newsletters of two digests, sign a reader up, and return the URLs of the letters."""
    site = Site.objects.get()
    site.hostname, site.port = "localhost", urlsplit(site_url).port
    site.save()  # clears Wagtail's cached site root paths
    make_full_issue(digest)
    texts = {"imprint": "Ada Quill\n1 Ink Street", "privacy_url": "https://example.com/privacy"}
    open_newsletter(digest, **texts)
    open_newsletter(make_digest(home_page, "weekly"), **texts)
    sign_up(digest, "ada.reader@example.org")
    subscription = Subscription.objects.get()
    EmailDelivery.objects.update(state="accepted")
    pages = {"confirm": confirm_token(subscription), "unsubscribe": subscription.unsubscribe_token}
    reader = subscription.subscriber
    for purpose in (Purpose.PREFERENCES, Purpose.BLOCK):
        pages[purpose] = tokens.make(purpose, reader.pk, reader.counter, timezone.now())
    return {name: reverse(f"digest:newsletter:{name}", args=[pages[name]]) for name in pages}


def tab_to(target: Any) -> None:
    """Press Tab until an element has the focus."""
    for _press in range(60):
        target.page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            break
    expect(target).to_be_focused()
    expect(target).to_be_in_viewport()


def press(page: Any, name: str) -> None:
    """Go to a button with Tab, and press it."""
    tab_to(page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def expect_heading(page: Any, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_reader_comes_and_goes_by_keyboard_without_javascript(open_page, urls):
    page = open_page(viewport=DESKTOP, java_script_enabled=False)
    page.goto(ISSUE)
    tab_to(page.get_by_label(FIELD))
    page.keyboard.type("ada.reader@example.org")
    press(page, BUTTON)
    expect_heading(page, "Check your inbox")
    page.goto(urls["confirm"])
    press(page, "Subscribe to Daily")
    expect_heading(page, "You are subscribed")
    tab_to(page.get_by_role("link", name=re.compile("^Read the latest issue")))
    page.keyboard.press("Enter")
    expect_heading(page, "The day after")
    page.goto(urls["preferences"])
    press(page, "Unsubscribe from Daily")
    expect(page.get_by_role("status")).to_have_text("The subscription has ended.")
    page.goto(urls["unsubscribe"])
    expect_heading(page, "You are unsubscribed")
    page.goto(urls["preferences"])
    tab_to(page.get_by_role("checkbox"))
    page.keyboard.press("Space")
    press(page, "Erase everything")
    expect_heading(page, "Your address is erased")
    page.goto(urls["preferences"])
    expect_heading(page, "This link does not work")


def test_mistyped_address_is_corrected(open_page, urls):
    page = open_page(viewport=PHONE, java_script_enabled=False)
    page.goto("/")
    tab_to(page.get_by_text("Subscribe to Daily"))
    page.keyboard.press("Enter")
    tab_to(page.get_by_label(FIELD).first)
    page.keyboard.type("ada@localhost")  # which browsers accept
    page.keyboard.press("Enter")
    field = page.get_by_label(FIELD)
    expect(field).to_be_focused()
    expect(field).to_have_value("ada@localhost")
    expect(field).to_have_accessible_description("Enter a valid e-mail address.")
    page.keyboard.press("End")
    for _letter in "localhost":
        page.keyboard.press("Backspace")
    page.keyboard.type("example.org")
    page.keyboard.press("Enter")
    expect_heading(page, "Check your inbox")
