"""The source index in the browser."""

import pytest
from django.contrib.auth.models import User

from tests.browser.editor import Editor
from tests.builders import body, make_issue, source, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

LIST = "/admin/digest/sources/"


@pytest.fixture
def page(open_page, digest):
    """Sign in, with two sources in the index."""
    cited = [
        source(title="A forecast of all grids", publisher="Wire", url="https://a.example/forecast"),
        source(title="Minutes", url="https://b.example/minutes"),
    ]
    make_issue(digest, body=body(story(sources=cited)))
    User.objects.create_superuser("ada", password="a-good-password")
    editor = Editor(open_page(viewport={"width": 1280, "height": 720}))
    editor.sign_in("ada", "a-good-password")
    editor.page.goto(LIST)
    return editor.page


def test_list_fits_and_is_filtered_by_state(page):
    expect(page.get_by_role("link", name="Last checked")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Show filters").click()
    page.get_by_role("button", name="State").click()
    page.get_by_role("checkbox", name="dead").check()
    expect(page.locator(".w-active-filters")).to_contain_text("dead")
    expect(page.get_by_role("link", name="Minutes")).to_have_count(0)


def test_title_date_and_state_fit_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("cell", name="not checked yet").first).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="Last checked")).to_be_hidden()
    page.get_by_role("link", name="Minutes").click()
    expect(page.get_by_role("heading", name="Cited in")).to_be_visible()
