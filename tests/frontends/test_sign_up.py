"""Readers subscribe at the frontend, and learn nothing about others."""

import re

import pytest

from tests.frontends.writing import mistype

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def expected_errors() -> list[str]:
    """Return that of a form that is shown again with a 400."""
    return ["status of 400"]


def sign_up(reader, address):
    reader.goto("/signals/")
    reader.get_by_label("E-mail address").first.fill(address)
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    return reader.locator("main").inner_text()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_address_gets_the_same_page_twice(open_page, served, has_scripts):
    reader = open_page(java_script_enabled=has_scripts)
    address = f"ada.{has_scripts}@example.org".lower()
    first = sign_up(reader, address)
    assert sign_up(reader, address) == first
    served.wait_for(address, 60)  # of the mail, in the terminal


@pytest.mark.parametrize("has_scripts", [True, False])
def test_wrong_address_is_kept_beside_its_error(open_page, has_scripts):
    reader = open_page(java_script_enabled=has_scripts)
    mistype(reader)
    field = reader.get_by_label("E-mail address")
    expect(field).to_have_value("ada@localhost")
    expect(field).to_have_accessible_description(re.compile("valid e-mail address"))
    field.fill("ada.reader@example.org")
    field.press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Check your inbox")


def test_reloading_the_last_page_sends_nothing_again(reader):
    sign_up(reader, "bob.reader@example.org")
    sent = []
    reader.on("request", lambda request: sent.append(request.method))
    reader.reload()
    assert "POST" not in sent
