"""Readers search at the frontend, with and without suggestions."""

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


def search(reader, text):
    """Search from the front page with the keyboard."""
    reader.goto("/")
    reader.locator("form[role=search] [name=q]").first.fill(text)
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile("/search/"))
    expect(reader.get_by_role("heading", level=1)).to_have_text("Search")


def results(reader):
    return reader.locator(".digest-results").get_by_role("heading")


def test_word_is_found_and_highlighted_and_leads_to_the_story(reader):
    search(reader, "recipe")
    expect(reader.locator(".digest-results mark").first).to_have_text(re.compile("recipe", re.I))
    results(reader).get_by_role("link").first.click()
    expect(reader.get_by_role("heading", level=1)).not_to_have_text("Search")
    expect(reader.get_by_text("recipe").first).to_be_attached()


def test_typo_is_corrected_and_can_be_taken_literally(reader):
    search(reader, "electricty")
    expect(reader.locator("main")).to_contain_text("Showing results for electricity")
    expect(results(reader).first).to_be_visible()
    reader.get_by_role("link", name="Search instead for electricty").click()
    expect(reader.locator("main")).to_contain_text("No results")


def test_phrase_finds_the_words_in_their_order_only(reader):
    search(reader, '"slow down when asked"')
    expect(results(reader).first).to_be_visible()
    search(reader, '"asked when down slow"')
    expect(results(reader)).to_have_count(0)


def test_nothing_is_found(reader):
    search(reader, "zzxxqq")
    expect(reader.locator("main")).to_contain_text("No results for “zzxxqq”")
    expect(results(reader)).to_have_count(0)


def test_results_are_filtered_and_the_filter_removed(reader):
    search(reader, "city")
    every = results(reader).count()
    reader.locator(".digest-facets").get_by_role("link", name="Kerbside").click()
    expect(reader.get_by_role("list", name="Filters in use")).to_contain_text("Kerbside")
    assert 0 < results(reader).count() < every
    reader.get_by_role("link", name="Remove the filter Digest: Kerbside").click()
    expect(results(reader)).to_have_count(every)


def test_too_many_words_and_an_outdated_cursor_are_told_apart(reader):
    assert reader.goto("/search/?q=" + "+".join(map(str, range(30)))).status == 400
    expect(reader.get_by_role("alert")).to_contain_text("too many words")
    assert reader.goto("/search/?q=grid&cursor=garbage").status == 200
    expect(results(reader).first).to_be_visible()


def test_suggestion_is_chosen_by_keyboard(reader):
    reader.goto("/")
    field = reader.get_by_role("combobox").first
    field.press_sequentially("gri")
    options = reader.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.locator("span").inner_text()
    field.press("Enter")
    expect(reader).not_to_have_title("The Reading Room")
    expect(reader.locator("main")).to_contain_text(chosen)


def test_suggestions_close_with_escape_and_the_text_stays(reader):
    reader.goto("/")
    field = reader.get_by_role("combobox").first
    field.press_sequentially("gri")
    expect(reader.get_by_role("listbox")).to_be_visible()
    field.press("Escape")
    expect(reader.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("gri")


def test_escape_before_suggestions_come_requests_none(reader):
    urls = []
    reader.on("request", lambda request: urls.append(request.url))
    reader.goto("/")
    field = reader.get_by_role("combobox").first
    field.evaluate("""input => {
        input.value = "gri";
        input.dispatchEvent(new Event("input"));
        input.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}));
    }""")
    reader.wait_for_timeout(500)
    expect(field).to_have_value("")
    assert not [url for url in urls if "suggest" in url]
