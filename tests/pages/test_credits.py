"""The byline and the correction note of an issue, on its page and when they are published."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from wagtail.models import Locale

from digest.models import IssuePage
from tests.builders import make_digest, make_issue
from tests.html import read
from tests.visibility.builders import tomorrow

pytestmark = pytest.mark.django_db
NOTE = "The second story named the wrong city.\r\n\r\nIt is Porto."
THEN = datetime(2026, 4, 14, 23, 30, tzinfo=UTC)


@pytest.fixture
def corrected(digest):
    """A live issue whose correction note was published on 14 April."""
    issue = make_issue(digest, byline="Ada Okafor", correction=NOTE)
    IssuePage.objects.update(corrected_at=THEN)
    return reloaded(issue)


def reloaded(issue):
    return IssuePage.objects.get(pk=issue.pk)


def publish(issue, **fields):
    for name, value in fields.items():
        setattr(issue, name, value)
    issue.save_revision().publish()
    return reloaded(issue)


def is_now(value):
    return timezone.now() - value < timedelta(minutes=1)


def test_note_has_the_time_of_its_publishing(digest):
    draft = make_issue(digest, publish=False, correction=NOTE)
    IssuePage.objects.update(corrected_at=THEN)
    assert is_now(publish(draft).corrected_at)


def test_time_is_kept_until_the_note_changes(corrected):
    issue = publish(corrected, title="Another", corrected_at=None)
    assert issue.corrected_at == THEN
    assert is_now(publish(issue, correction="It is Lisbon.").corrected_at)


def test_earlier_revision_brings_back_its_note_with_the_present_time(corrected):
    first = corrected.latest_revision
    publish(corrected, correction="")
    first.publish()
    issue = reloaded(corrected)
    assert issue.correction == NOTE
    assert is_now(issue.corrected_at)


def test_time_goes_with_the_note(corrected):
    assert publish(corrected, correction="").corrected_at is None


def test_unpublishing_keeps_the_time(corrected):
    corrected.unpublish()
    assert publish(reloaded(corrected)).corrected_at == THEN


def test_saving_the_note_alone_saves_its_time(digest):
    issue = make_issue(digest)
    issue.correction = NOTE
    issue.save(update_fields=["correction"])
    assert is_now(reloaded(issue).corrected_at)


def test_note_of_a_draft_is_not_public(client, corrected):
    corrected.byline, corrected.correction = "Unsaid Person", "Unsaid note"
    corrected.save_revision()
    corrected.go_live_at = tomorrow()
    corrected.save_revision().publish()
    assert reloaded(corrected).corrected_at == THEN
    issue_url = f"/api/v1/issues/{corrected.pk}"
    for url in (corrected.url, f"{issue_url}/", f"{issue_url}.md", "/feeds/daily/rss.xml"):
        text = client.get(url).content.decode()
        assert "Ada Okafor" in text
        assert "Unsaid" not in text


def test_alias_has_the_note_of_its_source(corrected, home_page):
    alias = corrected.create_alias(parent=make_digest(home_page, "weekly"))
    assert (alias.correction, alias.corrected_at) == (NOTE, THEN)
    issue = publish(corrected, correction="It is Lisbon.")
    alias = reloaded(alias)
    assert (alias.correction, alias.corrected_at) == ("It is Lisbon.", issue.corrected_at)


def test_copy_has_the_byline_without_the_note(corrected):
    copy = corrected.copy(update_attrs={"slug": "copy", "title": "Copy"}, copy_revisions=False)
    assert (copy.byline, copy.correction, copy.corrected_at) == ("Ada Okafor", "", None)


def test_copied_revisions_do_not_have_the_note(corrected):
    copy = corrected.copy(update_attrs={"slug": "copy", "title": "Copy"})
    assert copy.get_latest_revision_as_object().correction == ""


def test_translation_has_the_byline_without_the_note(corrected, digest, home_page):
    german = Locale.objects.create(language_code="de")
    for page in (home_page, digest):
        page.copy_for_translation(german)
    translation = corrected.copy_for_translation(german)
    assert (translation.byline, translation.correction) == ("Ada Okafor", "")


def test_page_shows_byline_and_note(client, corrected):
    page = read(client, corrected.url)
    byline = page.select_one(".digest-issue-head .digest-byline")
    assert byline.get_text().strip() == "By Ada Okafor"
    note = page.select_one(".digest-issue > .digest-correction")
    assert note.select_one(".digest-label").get_text().strip() == "Correction, 14 April 2026"
    assert [p.get_text() for p in note.select("[dir=auto] p")] == [
        "The second story named the wrong city.",
        "It is Porto.",
    ]


def test_day_is_that_in_the_time_zone_of_the_digest(client, digest, corrected):
    digest.time_zone = "Asia/Tokyo"
    digest.save()
    page = read(client, corrected.url)
    assert page.select_one(".digest-correction time")["datetime"] == "2026-04-15"


def test_page_without_them_has_no_place_for_them(client, digest):
    page = read(client, make_issue(digest).url)
    assert not page.select(".digest-byline, .digest-correction")


def test_preview_dates_a_changed_note_with_its_saving(corrected):
    assert corrected.get_latest_revision_as_object().corrected_at == THEN
    corrected.correction = "Another note."
    corrected.save_revision()
    draft = reloaded(corrected).get_latest_revision_as_object()
    assert "Another note." in draft.make_preview_request().content.decode()
    assert is_now(draft.corrected_at)
    again = reloaded(corrected).get_latest_revision_as_object()
    assert again.corrected_at == draft.corrected_at


def test_preview_of_an_unsaved_form_dates_the_note(corrected):
    corrected.correction = "Another note."
    corrected.clean()
    assert is_now(corrected.corrected_at)
