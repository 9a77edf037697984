"""With JavaScript off, all works but suggestions, discussion and click to edit."""

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def reader(open_page):
    return open_page(java_script_enabled=False)


def test_reader_goes_from_page_to_page(reader):
    reader.goto("/")
    reader.get_by_role("link", name="The grid writes its own rules").first.click()
    reader.get_by_role("navigation", name="In this issue").get_by_role("link").last.click()
    expect(reader).to_have_url(re.compile("/signals/2026-11-20/#"))
    reader.get_by_role("link", name="Previous issue").click()
    expect(reader.get_by_role("heading", level=1)).to_contain_text("Who reviews the code")
    reader.get_by_role("link", name="Archive").first.click()
    reader.get_by_role("link", name="2026").first.click()
    reader.get_by_role("link", name="The six-minute bus").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("The six-minute bus")
    reader.get_by_role("list", name="Tags").get_by_role("link").first.click()
    expect(reader.get_by_role("link", name="The six-minute bus")).to_be_visible()


def test_reader_searches_filters_and_goes_on(reader):
    reader.goto("/")
    field = reader.get_by_role("searchbox").first
    field.fill("a")
    field.press("Enter")
    first = reader.locator(".digest-results").inner_text()
    reader.get_by_role("link", name="More results").click()
    assert reader.locator(".digest-results").inner_text() != first
    reader.locator(".digest-facets").get_by_role("link").first.click()
    expect(reader.get_by_role("list", name="Filters in use")).to_be_visible()


def test_images_are_shown_in_their_size(reader):
    reader.goto("/")
    image = reader.locator("picture img").first
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    assert 0 < box["width"] <= 1280
    assert box["height"] > 0
