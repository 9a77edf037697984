"""Writing, publishing and scheduling an issue in the browser."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file_jpeg

from tests.builders import body, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "grid.jpg"
    path.write_bytes(get_test_image_file_jpeg(size=(1200, 800)).file.getvalue())
    return path


def compose(editor, image):
    headline, story = editor.block("headline"), editor.block("story_section")
    editor.unfold(headline, "Another headline on the page")
    editor.fill(headline, "Headline", "Three grids, one forecast")
    editor.fill(headline, "Summary", "Operators agree at last.")
    editor.fill(story, "Heading", "Operators agree")
    editor.write(story, "body", "They publish *one* forecast.")
    editor.write(story, "why_it_matters", "Cities can plan.")
    editor.unfold(story, "Image")
    editor.upload_image(story, image, "A pylon at dusk")
    editor.unfold(story, "Sources of this story")
    story.get_by_title("Add", exact=True).click()
    editor.fill_source(story, "Joint forecast", "https://example.com/forecast", "Example Wire")
    editor.write(editor.block("bottom_line"), "text", "Sharing pays.")
    editor.add_block("Sources")
    sources = editor.block("sources")
    editor.fill_source(sources, "Minutes", "https://example.com/minutes", "Port Authority")


@pytest.mark.slow
def test_issue_is_composed_previewed_published_and_read(open_editor, digest, image):
    editor = open_editor()
    editor.start_issue(digest.pk, "Grids")
    expect(editor.number).to_have_value("1")
    expect(editor.slug).to_have_value(str(timezone.localdate()))
    editor.set_date("2026-04-14")
    expect(editor.slug).to_have_value("2026-04-14")
    editor.add_tag("Power")
    compose(editor, image)
    expect_content(editor.show_preview())
    expect_content(editor.open_preview())
    editor.publish()
    expect(editor.message).to_contain_text("“Grids” has been published.")
    editor.page.goto("/daily/2026-04-14/")
    expect_content(editor.page)
    assert_content(editor.page.request.get("/api/v1/issues/latest/").json())


def expect_content(page):
    """Expect the text, with its markup, on a page or in a preview."""
    expect(page.get_by_role("heading", name="Three grids, one forecast")).to_be_visible()
    expect(page.get_by_text("Operators agree at last.")).to_be_visible()
    story = page.locator(".digest-story")
    expect(story.get_by_role("heading", name="Operators agree")).to_be_visible()
    expect(story.get_by_text("They publish one forecast.").locator("b, strong")).to_have_text("one")
    expect(story.locator(".digest-why")).to_contain_text("Cities can plan.")
    expect(story.get_by_role("img", name="A pylon at dusk")).to_be_visible()
    expect(story.get_by_role("link", name="Joint forecast")).to_be_visible()
    expect(page.locator(".digest-bottom-line")).to_contain_text("Sharing pays.")
    expect(page.locator(".digest-sources").get_by_role("link", name="Minutes")).to_be_visible()


def assert_content(issue):
    """Assert the content in the JSON of the API."""
    assert (issue["slug"], issue["number"], issue["tags"][0]["name"]) == ("2026-04-14", 1, "Power")
    headline, story, bottom_line, sources = (block["value"] for block in issue["body"])
    assert headline["headline"] == "Three grids, one forecast"
    assert story["body"] == "<p>They publish <b>one</b> forecast.</p>"
    assert story["why_it_matters"] == "<p>Cities can plan.</p>"
    assert story["image"]["alt"] == "A pylon at dusk"
    assert story["sources"][0]["publisher"] == "Example Wire"
    assert bottom_line["text"] == "<p>Sharing pays.</p>"
    assert sources["items"][0]["title"] == "Minutes"


def test_required_fields_are_validated_only_on_publishing(open_editor, digest):
    editor = open_editor()
    editor.start_issue(digest.pk, "Incomplete")
    summary = editor.block("headline").locator("[data-contentpath=summary]")
    required, minimum = "This field is required.", "Story: The minimum number of items is 1"
    expect(summary).not_to_contain_text(required)
    expect(editor.page.get_by_text("minimum number")).to_have_count(0)
    with editor.autosave():
        editor.block("story_section").get_by_title("Delete").click()
    editor.publish()
    expect(editor.message).to_contain_text("could not be saved due to validation errors")
    expect(summary).to_contain_text(required)
    expect(editor.page.get_by_text(minimum)).to_be_visible()
    assert editor.page.request.get("/api/v1/issues/latest/").status == 404


def test_slug_follows_the_date_and_gets_a_suffix_if_in_use(open_editor, digest):
    today = timezone.localdate()
    make_issue(digest, today)
    editor = open_editor()
    editor.start_issue(digest.pk, "Another of today")
    expect(editor.number).to_have_value("2")
    editor.set_date(today.isoformat())
    expect(editor.slug).to_have_value(f"{today}-2")
    editor.set_date("2026-04-14")
    expect(editor.slug).to_have_value("2026-04-14")


def test_revisions_are_compared_word_by_word(open_editor, digest, settings):
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0  # only “Save draft” creates revisions
    issue = make_issue(digest, 14, body=body(story("Two grids agree")))
    editor = open_editor()
    editor.open_issue(issue.pk)
    for heading in ("Three grids agree", "Three grids argue"):
        editor.fill(editor.block("story_section"), "Heading", heading)
        editor.save()
    editor.compare_with_previous(issue.pk)
    changes = editor.page.locator(".comparison")
    expect(changes.locator(".deletion")).to_have_text("agree")
    expect(changes.locator(".addition")).to_have_text("argue")


def test_scheduled_issue_is_not_public(open_editor, digest):
    issue = make_issue(digest, 14, publish=False)
    editor = open_editor()
    editor.open_issue(issue.pk)
    editor.set_schedule(timezone.now() + timedelta(days=1))
    editor.schedule()
    expect(editor.message).to_contain_text("is scheduled for")
    for path in ("/daily/2026-04-14/", "/api/v1/issues/latest/", f"/api/v1/issues/{issue.pk}/"):
        assert editor.page.request.get(path).status == 404
