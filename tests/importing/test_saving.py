"""Test saving drafts as new issues or revisions, and rejections."""

import datetime
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Locale, PageLogEntry, ReferenceIndex, Revision
from wagtail.signal_handlers import (
    disable_reference_index_auto_update,
    reference_index_auto_update_disabled,
)

from digest.feeds.formats import FEEDS
from digest.feeds.views import build_feed
from digest.importing import map_parts, open_document, read_parts
from digest.importing.saving import ImportRejected, find_digest, prepare_issue, save_issue
from digest.models import IssuePage
from tests.builders import make_digest, make_image
from tests.importing.conftest import COPIED, MARKDOWN, draft_of

pytestmark = pytest.mark.django_db
ISSUE = "---\ntitle: {}\ndate: {}\n{}\n---\nS.\n\n## Story\n\nText.\n"


def draft_with(title: str = "T", date: str = "2026-03-09", more: str = "", end: str = "") -> Any:
    return draft_of(ISSUE.format(title, date, more) + end, "a.md")


@pytest.fixture
def copied():
    return map_parts(read_parts(open_document(COPIED)))


def test_issue_is_saved_as_draft(digest, copied):
    issue, created = save_issue(copied, digest)
    issue = IssuePage.objects.get(pk=issue.pk)
    assert created
    assert (issue.live, issue.slug, issue.number) == (False, "2026-03-09", 1)
    assert issue.date == datetime.date(2026, 3, 9)
    assert sorted(issue.tags.names()) == sorted(copied.tags)
    assert len(issue.stories) == 4
    assert issue.get_latest_revision_as_object().title == issue.title


def test_issue_has_the_language_of_its_digest(digest, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("de", "German")]
    type(digest).objects.update(locale=Locale.objects.create(language_code="de"))
    digest.refresh_from_db()
    issue, _created = save_issue(draft_with(), digest)
    assert issue.locale.language_code == "de"


def test_issue_can_be_published(digest):
    issue, _ = save_issue(map_parts(read_parts(open_document(MARKDOWN))), digest, publish=True)
    issue = IssuePage.objects.get(pk=issue.pk)
    assert issue.live
    assert not issue.has_unpublished_changes
    assert issue.headline == "A quiet week"
    assert issue.stories[0].value["sources"][0]["published_on"] == datetime.date(2026, 3, 1)
    assert digest.get_public_issues().count() == 1


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("", "2017-07-04T12:00:00+00:00"),
        ("America/Halifax", "2017-07-04T15:00:00+00:00"),
        ("Pacific/Kiritimati", "2017-07-03T22:00:00+00:00"),
    ],
)
def test_published_archive_is_dated_at_noon_in_the_time_zone_of_the_digest(home_page, zone, at):
    digest = make_digest(home_page, time_zone=zone)
    issue, _ = save_issue(draft_with(date="2017-07-04"), digest, publish=True)
    at = datetime.datetime.fromisoformat(at)
    assert IssuePage.objects.get(pk=issue.pk).first_published_at == at
    feed = build_feed(digest, FEEDS[0], digest.get_site()).writeString("utf-8")
    assert f"<pubDate>{format_datetime(at)}</pubDate>" in feed


def test_no_import_dates_a_publication_in_the_future(digest):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    issue, _ = save_issue(draft_with(date=str(tomorrow)), digest, publish=True)
    assert timezone.now() - issue.first_published_at < datetime.timedelta(minutes=1)


def test_only_the_first_publication_by_an_import_is_dated(digest):
    draft, _ = save_issue(draft_with(date="2017-07-04"), digest)
    assert draft.first_published_at is None
    issue, _ = save_issue(draft_with(date="2017-07-04"), digest, publish=True, update=True)
    assert issue.first_published_at.year == 2017
    now = timezone.now()
    IssuePage.objects.update(first_published_at=now)
    save_issue(draft_with(date="2017-07-04", end="M."), digest, publish=True, update=True)
    assert IssuePage.objects.get().first_published_at == now


def test_saving_is_logged(digest, copied):
    issue, _ = save_issue(copied, digest, publish=True)
    actions = PageLogEntry.objects.filter(page=issue.pk).values_list("action", flat=True)
    assert set(actions) == {"wagtail.create", "wagtail.edit", "wagtail.publish"}


@pytest.mark.parametrize("again", ["T", "t", "T "])
def test_existing_issue_is_rejected_and_named(digest, again):
    issue, _ = save_issue(draft_with(), digest)
    with pytest.raises(ImportRejected, match=rf"page {issue.pk}, {issue.full_url}.*--update"):
        save_issue(draft_with(again), digest)
    assert IssuePage.objects.count() == 1


def test_apostrophe_style_does_not_distinguish_titles(digest):
    save_issue(draft_with("It's on"), digest)
    with pytest.raises(ImportRejected):
        save_issue(draft_with("It’s on"), digest)


def test_issues_may_share_date_or_title(digest, home_page):
    save_issue(draft_with(), digest)
    same_day, _ = save_issue(draft_with("U"), digest)
    same_title, _ = save_issue(draft_with(date="2026-03-10"), digest)
    other_digest, _ = save_issue(draft_with(), make_digest(home_page, "other"))
    assert (same_day.slug, same_day.number) == ("2026-03-09-2", 2)
    assert (same_title.slug, other_digest.slug) == ("2026-03-10", "2026-03-09")


def test_slug_in_the_document_identifies_the_issue(digest):
    save_issue(draft_with(more="slug: grid"), digest)
    with pytest.raises(ImportRejected, match="already in"):
        save_issue(draft_with("U", "2026-04-01", "slug: grid"), digest)


def test_title_of_the_latest_draft_identifies_the_issue(digest):
    issue, _ = save_issue(draft_with(), digest, publish=True)
    issue.title = "Renamed"
    issue.save_revision()
    for title in ("T", "Renamed"):
        with pytest.raises(ImportRejected):
            save_issue(draft_with(title), digest)


def test_update_creates_a_revision_and_keeps_the_live_issue(digest):
    issue, _ = save_issue(draft_with(), digest, publish=True)
    same, created = save_issue(draft_with(more="tags: [New]", end="\nMore."), digest, update=True)
    live = IssuePage.objects.get(pk=issue.pk)
    assert (same.pk, created, live.number) == (issue.pk, False, 1)
    assert Revision.objects.for_instance(issue).count() == 2
    assert live.has_unpublished_changes
    assert "More" not in str(live.body)
    assert list(live.tags.names()) == []
    latest = live.get_latest_revision_as_object()
    assert "More" in str(latest.body)
    assert list(latest.tags.names()) == ["New"]


def test_update_can_be_published(digest):
    issue, _ = save_issue(draft_with(), digest, publish=True)
    save_issue(draft_with(end="\nMore."), digest, publish=True, update=True)
    assert "More" in str(IssuePage.objects.get(pk=issue.pk).body)


def test_update_creates_a_missing_issue(digest):
    assert save_issue(draft_with(), digest, update=True)[1] is True


def test_update_keeps_images_and_block_ids(digest):
    issue, _ = save_issue(draft_with(), digest)
    raw = list(issue.body.raw_data)
    image_value = {"image": make_image().pk, "decorative": True, "alt_text": ""}
    raw[1]["value"]["image"] = image_value
    issue.body = issue.body.stream_block.to_python(raw)
    issue.save_revision(clean=False)
    save_issue(draft_with(end="\n## New\n\nText."), digest, update=True)
    issue = IssuePage.objects.get(pk=issue.pk)
    blocks = issue.get_latest_revision_as_object().body.raw_data
    assert [block["id"] for block in blocks][:2] == [block["id"] for block in raw]
    assert blocks[1]["value"]["image"] == image_value
    assert blocks[2]["value"]["image"] is None


def test_locked_issue_is_not_updated(digest):
    issue, _ = save_issue(draft_with(), digest)
    issue.locked = True
    issue.save()
    with pytest.raises(ImportRejected, match="locked"):
        save_issue(draft_with(), digest, update=True)


def nothing_was_written() -> bool:
    return not (IssuePage.objects.exists() or Revision.objects.exists() or Tag.objects.exists())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\ndate: 2026-03-09\n---\n## S\n\nx", "title: none was found"),
        ("---\ntitle: T\n---\n## S\n\nx", "date: none was found"),
        ("---\ntitle: T\ndate: soon\n---\n## S\n\nx", 'date: "soon" is not a date'),
        (ISSUE.format("T" * 256, "2026-03-09", "tags: [a]"), "title: .*255"),
        (ISSUE.format("T", "2026-03-09", "slug: a b"), "slug: "),
        (ISSUE.format("T", "2026-03-09", f"tags: [{'t' * 101}]"), 'tags: "t{30}…" is too long'),
    ],
)
def test_missing_or_invalid_fields_are_rejected(digest, text, message):
    with pytest.raises(ImportRejected, match=message):
        save_issue(draft_of(text, "a.md"), digest)
    assert nothing_was_written()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\ntitle: T\ndate: 2026-03-09\ntags: [a]\n---\nS.", r"body: .*at least 1|body: "),
        ("---\ntitle: T\ndate: 2026-03-09\n---\n## S\n\nx", r"Headline 1, Summary: .*required"),
        (ISSUE.format("T", "2026-03-09", "") + "\n## Empty\n", r"Story 3, Story: .*required"),
        (
            ISSUE.format("T", "2026-03-09", "") + "\n## " + "h" * 256 + "\n\nx",
            r"Story 3, Heading",
        ),
        (
            ISSUE.format("T", "2026-03-09", "") + "\n## Sources\n- " + "t" * 301,
            r"Sources 3, Sources, 1, Title: ",
        ),
    ],
)
def test_only_a_valid_issue_is_published(digest, text, message):
    with pytest.raises(ImportRejected, match=message):
        save_issue(draft_of(text, "a.md"), digest, publish=True)
    assert nothing_was_written()
    assert save_issue(draft_of(text, "a.md"), digest)[0].live is False


def test_failure_writes_nothing(digest, copied, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(Revision, "publish", fail)
    with pytest.raises(RuntimeError):
        save_issue(copied, digest, publish=True)
    assert nothing_was_written()


def test_preparing_writes_nothing(digest, copied):
    issue, created = prepare_issue(copied, digest, publish=True)
    assert (issue.pk, created) == (None, True)
    assert nothing_was_written()


def test_digest_is_found_by_slug_and_path(digest, home_page):
    other = make_digest(digest.get_parent(), "daily")
    assert find_digest("weekly") == digest
    assert find_digest("home/daily") == other
    with pytest.raises(
        ImportRejected, match=r'no digest with the slug "eekly". Digests: daily, weekly'
    ):
        find_digest("eekly")
    with pytest.raises(ImportRejected, match="no digest"):
        find_digest("")


@pytest.mark.parametrize("old", ["weekly", "/weekly/"])
def test_digest_is_found_by_an_earlier_slug(digest, rename, old):
    rename(digest, "evening")
    digest.unpublish()
    assert find_digest(old) == digest


def test_slug_of_a_digest_is_no_other_ones_earlier_slug(digest, rename):
    rename(digest, "evening")
    other = make_digest(digest.get_parent(), "weekly")
    assert find_digest("weekly") == other


def test_error_without_digests(home_page):
    with pytest.raises(ImportRejected, match="make one in the admin first"):
        find_digest("weekly")


@pytest.mark.wagtail_indexes
def test_references_of_a_new_issue_are_indexed_once(digest, monkeypatch):
    indexed, index = [], ReferenceIndex.create_or_update_for_object
    monkeypatch.setattr(
        ReferenceIndex,
        "create_or_update_for_object",
        lambda issue: indexed.append(issue.tags.count()) or index(issue),
    )
    issue, _ = save_issue(draft_with(more="tags: [Power]"), digest)
    assert indexed == [1]  # after its tags were saved
    assert ReferenceIndex.get_references_for_object(issue).exists()


@pytest.mark.wagtail_indexes
def test_references_stay_disabled_if_they_were(digest):
    with disable_reference_index_auto_update():
        issue, _ = save_issue(draft_with(), digest)
        assert reference_index_auto_update_disabled.value
    assert not ReferenceIndex.get_references_for_object(issue).exists()
