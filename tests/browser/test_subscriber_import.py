"""A manager imports subscribers by keyboard and sees each step; the steps meet WCAG."""

import os
from pathlib import Path
from typing import Any

import pytest

from digest.contrib.newsletter import suppression
from digest.contrib.newsletter.models import Subscription
from digest.contrib.newsletter.transfer import importing
from tests.browser.conftest import request_lock

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TEXT = "Name;E-mail;Status\nAnn;ann@example.org;active\nBea;bea@example.org;active\nx;x;active\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "readers.csv"
    path.write_text(TEXT)
    return path


def check(page: Any, name: str) -> None:
    """Check the page against WCAG, and save a screenshot if ``DIGEST_SCREENSHOTS`` says where."""
    expect(page.get_by_role("main")).to_be_visible()
    found = Axe().run(page, context="main", options={"runOnly": WCAG})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if folder := os.environ.get("DIGEST_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"import-{name}.png", full_page=True)


def sign_in(page: Any, user: Any) -> None:
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill("secret")
    page.keyboard.press("Enter")
    page.wait_for_url("/admin/")


def run_job() -> None:
    with request_lock:
        importing.run()


@pytest.mark.parametrize(("viewport", "color_scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_manager_imports_subscribers(
    open_page, digest, file, django_user_model, monkeypatch, viewport, color_scheme
):
    # Playwright runs an event loop in this thread.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    suppression.suppress("bea@example.org", "asked")
    user = django_user_model.objects.create_superuser("manager", password="secret")
    page = open_page(viewport=viewport, color_scheme=color_scheme)
    status = page.locator("[data-import]").get_by_role("status")
    name = f"{viewport['width']}-{color_scheme}"
    sign_in(page, user)
    page.goto("/admin/digest/subscribers/")
    page.get_by_role("link", name="Import subscribers").click()
    check(page, f"1-upload-{name}")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").press("Enter")
    expect(page.get_by_label("Addresses")).to_have_value("1")
    expect(page.get_by_label("State")).to_have_value("2")
    page.get_by_role("button", name="Check the file").press("Enter")
    expect(page.get_by_text("This field is required")).to_be_visible()
    check(page, f"2-details-{name}")
    page.get_by_label("Where does their consent").fill("Our list, each address confirmed")
    page.get_by_role("button", name="Check the file").press("Enter")
    expect(status).to_contain_text("is being checked")
    check(page, f"3-checking-{name}")
    run_job()
    expect(status).to_contain_text("Nothing has been imported yet")
    expect(page.get_by_text("line 3: the address gets no mail")).to_be_visible()
    check(page, f"4-checked-{name}")
    page.get_by_role("button", name="Start the import").press("Enter")
    expect(status).to_contain_text("being imported")
    run_job()
    expect(status).to_contain_text("The import has ended")
    check(page, f"5-done-{name}")
    with request_lock:
        assert Subscription.objects.get().state == "active"
    page.goto("/admin/digest/subscribers/imports/")
    check(page, f"6-list-{name}")
