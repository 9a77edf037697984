"""What the relay makes of changes, however they were made."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Locale,
    Page,
    PageViewRestriction,
    Site,
)

from digest.contrib.changes import markers, public_state
from digest.contrib.changes import relay as relay_module
from digest.contrib.changes.feed_state import RETRY_AFTER, is_waiting
from digest.contrib.changes.models import FeedState, PublicState
from digest.models import IssuePage
from tests.builders import (
    body,
    expire,
    make_digest,
    make_document,
    make_image,
    make_issue,
    restrict,
    story,
)
from tests.contrib.changes.feed import fetch, relay, types

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    """Return an issue that the feed has."""
    issue = make_issue(digest)
    relay()
    return issue


def test_published_issue_is_a_change(digest):
    relay()
    issue = make_issue(digest)
    assert types(relay()) == [("published", issue.pk)]
    assert relay() == []


def test_draft_is_none(issue):
    issue.title, issue.go_live_at = "Unsaid", None
    issue.tags.add("unsaid")
    issue.save_revision()
    make_issue(issue.get_parent().specific, 15, publish=False, tags=("drafts",))
    assert relay() == []


def save(model, pk, column, value):
    row = model.objects.get(pk=pk)
    setattr(row, column, value)
    row.save()


def update(model, pk, column, value):
    model.objects.filter(pk=pk).update(**{column: value})


def run_sql(model, pk, column, value):
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [value, pk])  # noqa: S608


@pytest.fixture(params=[save, update, run_sql])
def change(request):
    """Return a function that changes a column of a row in one of the ways."""
    return request.param


def test_changed_title_is_an_update(issue, change):
    change(Page, issue.pk, "title", "Another title")
    assert types(relay()) == [("updated", issue.pk)]


def test_changed_column_of_the_issue_is_an_update(issue, change):
    change(IssuePage, issue.pk, "byline", "Ada")
    assert types(relay()) == [("updated", issue.pk)]


def test_hidden_issue_is_unpublished_and_back(issue, change):
    change(Page, issue.pk, "live", False)
    (unpublished,) = relay()
    assert unpublished.type == "unpublished"
    assert unpublished.previous_url == issue.full_url
    change(Page, issue.pk, "live", True)
    assert types(relay()) == [("published", issue.pk)]


def test_renamed_tag_is_an_update(digest, change):
    issue = make_issue(digest, tags=("Trams",))
    make_issue(digest, 15, tags=("Buses",))
    relay()
    change(Tag, Tag.objects.get(name="Trams").pk, "name", "Trolleys")
    assert types(relay()) == [("updated", issue.pk)]


def test_changed_digest_is_an_update_of_its_issues(issue, change):
    parent = issue.get_parent()
    change(Page, parent.pk, "title", "Weekly")
    assert set(types(relay())) == {("updated", parent.pk), ("updated", issue.pk)}


def test_hidden_digest_hides_its_name_in_issues(issue, change):
    parent = issue.get_parent()
    change(Page, parent.pk, "live", False)
    assert set(types(relay())) == {("unpublished", parent.pk), ("updated", issue.pk)}


def test_image_with_another_title_is_an_update(digest, change):
    image = make_image()
    shown = make_issue(digest, 14, image=image)
    chosen = {"image": image.pk, "alt_text": "A grid", "decorative": False}
    in_story = make_issue(digest, 15, body=body(story(image=chosen)))
    text = f'<embed embedtype="image" id="{image.pk}" alt="A" format="left"/>'
    embedded = make_issue(digest, 16, body=body(story(body=text)))
    make_issue(digest, 17)
    relay()
    change(type(image), image.pk, "title", "Another title")
    # The others have an alt text of their own.
    assert types(relay()) == [("updated", shown.pk)]
    change(type(image), image.pk, "file_hash", "another")
    updated = {("updated", page.pk) for page in (shown, in_story, embedded)}
    assert set(types(relay())) == updated


def test_replaced_image_makes_no_renditions(digest):
    image = make_image()
    make_issue(digest, image=image)
    relay()
    assert not image.renditions.exists()


def test_linked_page_that_is_hidden_or_shown_is_an_update(digest, home_page, change):
    about = home_page.add_child(instance=Page(title="About", slug="about"))
    text = f'<p><a linktype="page" id="{about.pk}">About</a></p>'
    issue = make_issue(digest, body=body(story(body=text)))
    make_issue(digest, 15)
    relay()
    change(Page, about.pk, "live", False)
    assert types(relay()) == [("updated", issue.pk)]
    change(Page, about.pk, "live", True)
    assert types(relay()) == [("updated", issue.pk)]
    restriction = restrict(about)
    assert types(relay()) == [("updated", issue.pk)]
    restriction.delete()
    assert types(relay()) == [("updated", issue.pk)]
    expire(about)
    assert types(relay()) == [("updated", issue.pk)]
    about.delete()
    assert relay() == []


def test_private_collection_is_an_update(digest):
    collection = Collection.get_first_root_node().add_child(name="Files")
    image, document = make_image(collection=collection), make_document(collection)
    text = f'<p><a linktype="document" id="{document.pk}">A file</a></p>'
    with_image = make_issue(digest, 14, image=image)
    with_file = make_issue(digest, 15, body=body(story(body=text)))
    relay()
    rows = CollectionViewRestriction.objects
    rows.create(collection=collection, restriction_type="login")
    assert set(types(relay())) == {("updated", with_image.pk), ("updated", with_file.pk)}
    rows.all().delete()
    assert set(types(relay())) == {("updated", with_image.pk), ("updated", with_file.pk)}


def test_deleted_issue_is_deleted_and_leaves_no_url(issue):
    pk, url = issue.pk, issue.full_url
    issue.delete()
    (deleted,) = relay()
    assert (deleted.type, deleted.previous_url) == ("deleted", url)
    row = PublicState.objects.get(page_id=pk)
    assert (row.url, row.fingerprint, row.shows) == ("", "", "")


def test_restriction_of_a_section_unpublishes_what_is_below(home_page, change):
    section = home_page.add_child(instance=Page(title="Section", slug="section"))
    below = make_digest(section)
    issue = make_issue(below)
    make_issue(make_digest(home_page, "weekly"))
    relay()
    restriction = restrict(section, PageViewRestriction.NONE)
    assert relay() == []
    change(PageViewRestriction, restriction.pk, "restriction_type", "login")
    assert set(types(relay())) == {("unpublished", below.pk), ("unpublished", issue.pk)}
    change(PageViewRestriction, restriction.pk, "restriction_type", "none")
    assert set(types(relay())) == {("published", below.pk), ("published", issue.pk)}


def test_moved_digest_has_a_new_url_for_each_issue(issue, home_page):
    section = home_page.add_child(instance=Page(title="Section", slug="section"))
    before = issue.full_url
    issue.get_parent().move(section, "last-child")
    moved = {change.state.page_id: change for change in relay()}
    assert moved[issue.pk].previous_url == before
    assert moved[issue.pk].state.url == IssuePage.objects.get(pk=issue.pk).full_url


def test_another_host_is_a_new_url(issue, site, change):
    before = issue.full_url
    change(Site, site.pk, "hostname", "example.org")
    changes = relay()
    assert {change.type for change in changes} == {"updated"}
    assert before in {change.previous_url for change in changes}


def test_issue_expires_without_a_write(issue, monkeypatch):
    later = timezone.now() + timedelta(hours=2)
    IssuePage.objects.filter(pk=issue.pk).update(expire_at=later - timedelta(hours=1))
    assert relay() == []
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert types(relay()) == [("unpublished", issue.pk)]
    assert relay() == []


def test_what_came_and_went_is_no_change(digest):
    relay()
    make_issue(digest).delete()
    assert relay() == []
    assert not PublicState.objects.filter(kind="issue").exists()


def test_passes_are_bounded(digest, monkeypatch):
    monkeypatch.setattr(relay_module, "MAX_COMPARED", 2)
    for day in (14, 15, 16):
        make_issue(digest, day)
    assert len(relay()) == 4
    rows = PublicState.objects.order_by("sequence")
    assert list(rows.values_list("sequence", flat=True)) == [1, 2, 3, 4]
    assert FeedState.objects.get().sequence == 4


def test_all_pages_are_compared_after_missed_changes(issue):
    PublicState.objects.update(fingerprint="stale")
    assert relay() == []
    relay_module.mark_everything()
    assert len(relay()) == 2


def test_locale_changed_by_sql_starts_a_new_epoch(issue):
    epoch = FeedState.objects.get().epoch
    french = Locale.objects.create(language_code="fr")
    relay()
    assert FeedState.objects.get().epoch == epoch
    Page.objects.filter(pk=issue.pk).update(locale=french)
    relay()
    assert FeedState.objects.get().epoch != epoch


def test_issue_that_cannot_be_rendered_is_left_out_and_logged(issue, monkeypatch, caplog):
    other = make_issue(issue.get_parent().specific, 15)
    real = public_state.Issues

    def fail(issues, *args):
        issues = list(issues)
        if issue in issues:
            raise ValueError
        return real(issues, *args)

    with monkeypatch.context() as patch:
        patch.setattr(public_state, "Issues", fail)
        Page.objects.filter(pk=issue.pk).update(title="Another")
        assert types(relay()) == [("published", other.pk)]
    assert f"Page {issue.pk} cannot be compared" in caplog.text
    assert not is_waiting()
    later = timezone.now() + RETRY_AFTER
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert types(relay()) == [("updated", issue.pk)]
    assert not PublicState.objects.filter(is_marked=True).exists()


def test_new_issue_that_cannot_be_rendered_is_published_later(digest, monkeypatch):
    relay()
    issue = make_issue(digest)
    with monkeypatch.context() as patch:
        patch.setattr(public_state, "Issues", None)
        assert relay() == []
    Page.objects.filter(pk=issue.pk).update(title="Another")  # is tried again at once
    assert types(relay()) == [("published", issue.pk)]


def test_page_that_expires_during_a_pass_is_not_forgotten(digest, monkeypatch):
    issue, other = make_issue(digest, 14), make_issue(digest, 15)
    clock = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: clock[0])
    expiry = clock[0] + timedelta(seconds=10)
    IssuePage.objects.filter(pk=issue.pk).update(expire_at=expiry)
    relay()
    Page.objects.filter(pk=other.pk).update(title="Another")
    expand = markers.expand

    def expand_slowly(*args):
        expand(*args)
        clock[0] = expiry

    monkeypatch.setattr(markers, "expand", expand_slowly)
    assert set(types(relay())) == {("updated", other.pk), ("unpublished", issue.pk)}


def test_another_language_of_the_root_page_is_an_update(issue, site, change):
    french = Locale.objects.create(language_code="fr")
    relay()
    change(Page, site.root_page_id, "locale_id", french.pk)
    # URLs in the API name the languages that are not the site's.
    assert ("updated", issue.pk) in types(relay())


def test_other_renditions_are_an_update(digest, settings):
    issue = make_issue(digest, image=make_image())
    relay()
    settings.DIGEST_IMAGE_WIDTHS = [320]
    relay_module.mark_everything()
    assert types(relay()) == [("updated", issue.pk)]
    settings.MEDIA_URL = "https://cdn.example/"
    relay_module.mark_everything()
    assert types(relay()) == [("updated", issue.pk)]


@pytest.mark.optional_apps
def test_provenance_is_that_of_the_issue_and_of_its_aliases(digest, home_page):
    from digest.contrib.submissions.models import DigestDisclosure, IssueProvenance

    issue, other = make_issue(digest), make_issue(digest, 15)
    alias = issue.create_alias(parent=make_digest(home_page, "weekly"), update_slug="alias")
    record = IssueProvenance.objects.create(issue=issue, uses_ai=True)
    relay()
    shown = {("updated", issue.pk), ("updated", alias.pk)}
    IssueProvenance.objects.update(approved_at=timezone.now())
    assert set(types(relay())) == shown
    DigestDisclosure.objects.create(digest=digest, text="Made by robots.")
    assert set(types(relay())) == shown
    IssueProvenance.objects.filter(pk=record.pk).update(issue=other)
    assert set(types(relay())) == {*shown, ("updated", other.pk)}


def test_feed_is_empty_before_the_first_pass(digest):
    assert fetch()["results"] == []
