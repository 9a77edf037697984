"""An editor at the desk: from nothing to an issue that readers and frontends have."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file_jpeg

from tests.builders import body, make_issue, story

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture on the editor's computer."""
    path = tmp_path / "grid.jpg"
    path.write_bytes(get_test_image_file_jpeg(size=(1200, 800)).file.getvalue())
    return path


def compose(desk, picture):
    headline, story = desk.block("headline"), desk.block("story_section")
    desk.fill(headline, "Headline", "Three grids, one forecast")
    desk.fill(headline, "Summary", "Operators agree at last.")
    desk.fill(story, "Heading", "Operators agree")
    desk.write(story, "body", "They publish *one* forecast.")
    desk.write(story, "why_it_matters", "Cities can plan.")
    desk.unfold(story, "Image")
    desk.upload_image(story, picture, "A pylon at dusk")
    desk.unfold(story, "Sources of this story")
    story.get_by_title("Add", exact=True).click()
    desk.fill_source(story, "Joint forecast", "https://example.com/forecast", "Example Wire")
    desk.add_block("Bottom line")
    desk.write(desk.block("bottom_line"), "text", "Sharing pays.")
    desk.add_block("Sources")
    sources = desk.block("sources")
    desk.fill_source(sources, "Minutes", "https://example.com/minutes", "Port Authority")


def test_issue_is_composed_previewed_published_and_read(open_desk, digest, picture):
    desk = open_desk()
    desk.start_issue(digest.pk, "Grids")
    expect(desk.number).to_have_value("1")
    expect(desk.slug).to_have_value(str(timezone.localdate()))
    desk.set_date("2026-04-14")
    expect(desk.slug).to_have_value("2026-04-14")
    desk.add_tag("Power")
    compose(desk, picture)
    check_words(desk.show_preview())
    check_words(desk.open_preview())
    desk.choose("Publish")
    expect(desk.message).to_contain_text("Page 'Grids' has been published.")
    desk.page.goto("/daily/2026-04-14/")
    check_words(desk.page)
    check_json(desk.page.request.get("/api/v1/issues/latest/").json())


def check_words(page):
    """A reader reads what the editor wrote, each thing as what it is."""
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


def check_json(issue):
    """A frontend gets what the editor wrote, block by block."""
    assert (issue["slug"], issue["number"], issue["tags"][0]["name"]) == ("2026-04-14", 1, "Power")
    headline, story, bottom_line, sources = (block["value"] for block in issue["body"])
    assert headline["headline"] == "Three grids, one forecast"
    assert story["body"] == "<p>They publish <b>one</b> forecast.</p>"
    assert story["why_it_matters"] == "<p>Cities can plan.</p>"
    assert story["image"]["alt"] == "A pylon at dusk"
    assert story["sources"][0]["publisher"] == "Example Wire"
    assert bottom_line["text"] == "<p>Sharing pays.</p>"
    assert sources["items"][0]["title"] == "Minutes"


def test_messages_at_the_fields_come_when_publishing_and_not_before(open_desk, digest):
    desk = open_desk()
    desk.start_issue(digest.pk, "Unfinished")
    summary = desk.block("headline").locator("[data-contentpath=summary]")
    required, minimum = "This field is required.", "Story: The minimum number of items is 1"
    expect(summary).not_to_contain_text(required)
    expect(desk.page.get_by_text("minimum number")).to_have_count(0)
    with desk.autosave():
        desk.block("story_section").get_by_title("Delete").click()
    desk.choose("Publish")
    expect(desk.message).to_contain_text("could not be saved due to validation errors")
    expect(summary).to_contain_text(required)
    expect(desk.page.get_by_text(minimum)).to_be_visible()
    assert desk.page.request.get("/api/v1/issues/latest/").status == 404


def test_slug_follows_the_date_where_the_first_one_was_taken(open_desk, digest):
    today = timezone.localdate()
    make_issue(digest, today)
    desk = open_desk()
    desk.start_issue(digest.pk, "Another of today")
    expect(desk.number).to_have_value("2")
    desk.set_date(today.isoformat())
    expect(desk.slug).to_have_value(f"{today}-2")
    desk.set_date("2026-04-14")
    expect(desk.slug).to_have_value("2026-04-14")


def test_two_revisions_are_compared_word_by_word(open_desk, digest, settings):
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0  # so that the editor alone makes revisions
    issue = make_issue(digest, 14, body=body(story("Two grids agree")))
    desk = open_desk()
    desk.open_issue(issue.pk)
    for heading in ("Three grids agree", "Three grids argue"):
        desk.fill(desk.block("story_section"), "Heading", heading)
        desk.save()
    desk.compare_with_previous(issue.pk)
    changes = desk.page.locator(".comparison")
    expect(changes.locator(".deletion")).to_have_text("agree")
    expect(changes.locator(".addition")).to_have_text("argue")


def test_scheduled_issue_waits(open_desk, digest):
    issue = make_issue(digest, 14, publish=False)
    desk = open_desk()
    desk.open_issue(issue.pk)
    desk.set_schedule(timezone.now() + timedelta(days=1))
    desk.choose("Schedule to publish")
    expect(desk.message).to_contain_text("has been scheduled for publishing.")
    for path in ("/daily/2026-04-14/", "/api/v1/issues/latest/", f"/api/v1/issues/{issue.pk}/"):
        assert desk.page.request.get(path).status == 404
