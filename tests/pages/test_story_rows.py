"""Content of the story rows, and the number of queries they cost."""

import json
import logging
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from digest import visibility
from digest.models import IssuePage
from digest.pages.stories import Story, stories_of, story_table
from tests.builders import block, body, expire, make_image, make_issue, restrict, source, story

pytestmark = pytest.mark.django_db


def broken(value, kind="story_section"):
    return json.dumps([block("headline", headline="", summary="S"), {"type": kind, "value": value}])


def update(issue, **fields):
    """Update an issue without calling ``save``."""
    IssuePage.objects.filter(pk=issue.pk).update(**fields)


def test_row_has_what_readers_see_of_a_story(digest):
    image = {"image": make_image().pk, "alt_text": "A mast", "decorative": False}
    stored = story(
        "One  forecast &\u00a0all",
        body="<p>First.</p><p>Then <b>more</b>.</p>",
        image=image,
        sources=[source(title="Kept out", published_on="2026-04-01")],
    )
    issue = make_issue(digest, 14, body=body(stored, block("bottom_line", text="<p>B</p>")))
    row = Story.objects.get()
    assert (row.issue_id, row.position, row.date) == (issue.pk, 0, date(2026, 4, 14))
    assert (row.block_id, row.value) == (stored["id"], stored["value"])
    assert (row.heading, row.anchor) == (stored["value"]["heading"], "one-forecast-all")
    assert row.text == "One forecast & all First. Then more. It counts."
    assert str(row) == row.heading


def test_anchors_of_equal_headings_are_those_of_the_page(digest):
    issue = make_issue(digest, body=body(story("Same"), story("Same"), story("Contents")))
    assert list(stories_of(IssuePage.objects.all()).values_list("anchor", flat=True)) == [
        "same",
        "same-2",
        "contents-2",
    ]
    assert list(IssuePage.objects.get(pk=issue.pk).story_anchors.values()) == [
        "same",
        "same-2",
        "contents-2",
    ]


def test_order_is_by_date_issue_and_position(digest):
    two = (story("One"), story("Two"))
    first, second = (make_issue(digest, 14, body=body(*two)) for _ in range(2))
    newest = make_issue(digest, 15)
    found = stories_of(IssuePage.objects.order_by("title")).values_list("issue_id", "position")
    assert list(found) == [
        *((newest.pk, 0), (second.pk, 0), (second.pk, 1), (first.pk, 0), (first.pk, 1))
    ]


def test_visibility_is_checked_on_read(digest, home_page):
    private, expired, public = (make_issue(digest, day) for day in (1, 2, 3))
    restrict(private)
    expire(expired)
    found = stories_of(visibility.public(IssuePage.objects.all()))
    assert [row.issue_id for row in found] == [public.pk]
    assert Story.objects.count() == 3


def test_only_rows_that_differ_are_written(digest):
    same, changed = story("Same"), story("Changed")
    issue = make_issue(digest, body=body(same, changed))
    before = {row.position: row.pk for row in Story.objects.all()}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        IssuePage.objects.get(pk=issue.pk).save()
    assert not [q for q in queries if "digest_story" in q["sql"] and "SELECT" not in q["sql"][:6]]
    changed["value"]["heading"] = "Other"
    issue = IssuePage.objects.get(pk=issue.pk)
    issue.body = body(same, changed)
    with CaptureQueriesContext(connection) as queries:
        issue.save()
    [written] = [q["sql"] for q in queries if q["sql"].startswith('INSERT INTO "digest_story"')]
    assert "Other" in written
    assert "Same" not in written
    assert {row.position: row.pk for row in Story.objects.all()} == before


def test_issue_is_not_saved_if_deriving_fails(digest, monkeypatch):
    issue = make_issue(digest)
    issue.body = body(story("New"))
    revision = issue.save_revision()

    def fail(drifts):
        raise RuntimeError

    monkeypatch.setattr(story_table, "repair", fail)
    with pytest.raises(RuntimeError):
        revision.publish()
    assert IssuePage.objects.get(pk=issue.pk).stories[0].value["heading"] == "A story"


def test_number_of_queries_does_not_grow_with_stories(digest):
    counts = []
    for number in (1, 12):
        image = {"image": make_image().pk, "alt_text": "A", "decorative": False}
        stories = [story(f"Story {n}", image=image) for n in range(number)]
        issue = make_issue(digest, body=body(*stories))
        Story.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            story_table.derive([issue.pk])
        assert Story.objects.count() == number
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10, counts


@pytest.mark.optional_apps
def test_saving_another_page_needs_few_queries(home_page):
    plain = Page.objects.get(pk=home_page.pk)
    with CaptureQueriesContext(connection) as queries:
        plain.save()
        home_page.save()
    # Is it an issue, for stories, sources and search; and what is indexed below each page.
    assert len([q for q in queries if "digest_" in q["sql"]]) == 3 + 2 * 2


@pytest.mark.parametrize("value", [None, {"heading": "H", "image": {"image": "abc"}}])
def test_broken_story_has_no_row_and_its_issue_can_be_unpublished(digest, caplog, value):
    issue, other = make_issue(digest), make_issue(digest)
    update(issue, body=broken(value))
    with caplog.at_level(logging.ERROR, logger="digest.blocks.stored"):
        story_table.rebuild()
    assert "broken are left out: 1" in caplog.text
    assert [row.issue_id for row in Story.objects.all()] == [other.pk]
    IssuePage.objects.get(pk=issue.pk).unpublish()
    assert not IssuePage.objects.get(pk=issue.pk).live


def test_rebuild_skips_a_body_that_is_not_a_stream(digest):
    issue, other = make_issue(digest), make_issue(digest)
    with connection.cursor() as cursor:
        table = IssuePage._meta.db_table
        cursor.execute(f"UPDATE {table} SET body = '[5]' WHERE page_ptr_id = {issue.pk}")  # noqa: S608
    story_table.rebuild()
    assert [row.issue_id for row in Story.objects.all()] == [other.pk]
