"""The index has the public issues and their stories after every change."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Page, PageViewRestriction, Site

from digest.contrib.search.index import check_words, entry_table
from digest.contrib.search.models import Entry
from digest.models import IssuePage
from tests.builders import body, make_digest, make_issue, restrict, story
from tests.contrib.search.searching import add_story, public_issues, search_public, stories

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(digest, home_page):
    """Make an indexed issue, an alias of it, a section to move to, and a restricted page."""
    issue = add_story(digest, "Needle", "running water", tags=("Power",))
    section = home_page.add_child(instance=Page(title="Section", slug="section"))
    weekly = make_digest(section, "weekly")
    alias = issue.create_alias(parent=weekly, update_slug="alias").specific
    restricted = home_page.add_child(instance=Page(title="Restricted", slug="restricted"))
    restrict(restricted)
    pages = {"digest": digest, "weekly": weekly, "section": section, "restricted": restricted}
    return pages | {"home": home_page, "issue": issue, "alias": alias}


def fresh(page):
    return Page.objects.get(pk=page.pk).specific


def publish_with_new_text(issue, **pages):
    draft = fresh(issue)
    draft.title, draft.body = "Anew", body(story("Straw"))
    draft.save_revision().publish()


def publish_with_another_date(issue, **pages):
    draft = fresh(issue)
    draft.date = date(2026, 4, 1)
    draft.save_revision().publish()
    assert Entry.objects.filter(issue=issue).first().date == date(2026, 4, 1)


def save_a_draft(issue, **pages):
    draft = fresh(issue)
    draft.title, draft.body = "Draft", body(story("Secret"))
    draft.tags.add("Unsaid")
    draft.save_revision()


def unpublish(issue, **pages):
    fresh(issue).unpublish()


def unpublish_a_digest_with_all(digest, **pages):
    for page in fresh(digest).get_descendants(inclusive=True):
        page.unpublish()


def publish_again(issue, **pages):
    fresh(issue).unpublish()
    fresh(issue).get_latest_revision().publish()


def expire_on_schedule(issue, **pages):
    Page.objects.filter(pk=issue.pk).update(expire_at=timezone.now() - timedelta(hours=1))
    call_command("publish_scheduled")


def move_an_issue(issue, weekly, **pages):
    fresh(issue).move(fresh(weekly), "last-child")
    assert set(Entry.objects.filter(issue=issue).values_list("parent_id", flat=True)) == {weekly.pk}


def restrict_by_moving_an_issue(issue, restricted, **pages):
    fresh(issue).move(fresh(restricted), "last-child")


def restrict_by_moving_a_digest(digest, restricted, **pages):
    fresh(digest).move(fresh(restricted), "last-child")


def restrict_and_open_by_moving_a_section(section, restricted, home, **pages):
    fresh(section).move(fresh(restricted), "last-child")
    fresh(section).move(fresh(home), "last-child")


def move_out_of_the_site(section, **pages):
    fresh(section).move(Page.objects.get(depth=1), "last-child")


def publish_another_tag(issue, **pages):
    draft = fresh(issue)
    draft.tags.set(["Water"])
    draft.save_revision().publish()


def delete_a_tag(**pages):
    Tag.objects.get(name="Power").delete()


def rename_a_tag(**pages):
    tag = Tag.objects.get(name="Power")
    tag.name = "Energy"
    tag.save()


def restrict_an_issue(issue, **pages):
    restrict(fresh(issue))


def restrict_a_section(section, **pages):
    restrict(fresh(section))


def change_a_restriction(restricted, issue, **pages):
    fresh(issue).move(fresh(restricted), "last-child")
    row = PageViewRestriction.objects.get()
    row.restriction_type = PageViewRestriction.NONE
    row.save()


def delete_a_restriction(restricted, digest, **pages):
    fresh(digest).move(fresh(restricted), "last-child")
    PageViewRestriction.objects.get().delete()


def make_an_alias(issue, home, **pages):
    fresh(issue).create_alias(parent=make_digest(home, "third"), update_slug="second-alias")


def make_an_alias_of_a_digest(digest, section, **pages):
    fresh(digest).create_alias(parent=fresh(section), recursive=True, update_slug="mirror")


def copy(issue, weekly, **pages):
    fresh(issue).copy(to=fresh(weekly), update_attrs={"slug": "copied"})


def copy_a_digest(digest, home, **pages):
    fresh(digest).copy(to=fresh(home), recursive=True, update_attrs={"slug": "copied"})


def delete_the_issue(issue, **pages):
    fresh(issue).delete()


def delete_the_digest(digest, **pages):
    restrict(digest)
    Page.objects.get(pk=digest.pk).delete()


def delete_the_section(section, **pages):
    Page.objects.get(pk=section.pk).delete()


def change_the_root_page(section, **pages):
    site = Site.objects.get()
    site.root_page = Page.objects.get(pk=section.pk)
    site.save()


def delete_the_site(**pages):
    Site.objects.get().delete()


EVENTS = {
    publish_with_new_text: 2,
    publish_with_another_date: 2,
    save_a_draft: 2,
    unpublish: 0,
    unpublish_a_digest_with_all: 0,
    publish_again: 2,
    expire_on_schedule: 0,
    move_an_issue: 2,
    restrict_by_moving_an_issue: 1,
    restrict_by_moving_a_digest: 1,
    restrict_and_open_by_moving_a_section: 2,
    move_out_of_the_site: 1,
    publish_another_tag: 2,
    delete_a_tag: 2,
    rename_a_tag: 2,
    restrict_an_issue: 0,
    restrict_a_section: 1,
    change_a_restriction: 2,
    delete_a_restriction: 2,
    make_an_alias: 3,
    make_an_alias_of_a_digest: 3,
    copy: 3,
    copy_a_digest: 3,
    delete_the_issue: 0,
    delete_the_digest: 0,
    delete_the_section: 1,
    change_the_root_page: 1,
    delete_the_site: 0,
}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_index_follows_every_event(event, pages):
    before = list(Entry.objects.order_by("pk").values())
    assert len(before) == 4
    with suppress(ZeroDivisionError), transaction.atomic():
        event(**pages)
        assert {e.issue_id for e in Entry.objects.all()} == {i.pk for i in public_issues()}
        # Words that no entry has any more stay until the next rebuild.
        missing = [line for line in check_words() if line.startswith("missing")]
        assert (list(entry_table.drifts()), missing) == ([], [])
        assert (
            public_issues().count() == search_public("needle OR straw", correct=False).counts.total
        )
        raise ZeroDivisionError
    assert list(Entry.objects.order_by("pk").values()) == before
    assert list(check_words()) == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_event_leaves_the_expected_number_of_issues(event, pages):
    event(**pages)
    assert Entry.objects.filter(story=None).count() == EVENTS[event]


def test_tags_of_a_draft_are_not_indexed(digest, monkeypatch):
    derived = []
    monkeypatch.setattr(entry_table, "derive", derived.append)
    make_issue(digest, publish=False, tags=("Power", "Water"))
    assert derived == []


def test_tag_that_an_outdated_instance_saves_is_indexed(digest):
    outdated = make_issue(digest, publish=False)
    fresh(outdated).save_revision().publish()
    outdated.tags.add("Power")
    outdated.save(update_fields=["tagged_items"])
    tag = Tag.objects.get(name="Power")
    assert Entry.objects.get(issue=outdated, story=None).tag_ids == str(tag.pk)


def test_entry_has_texts_tags_and_position(digest):
    block = story("Grid  storage", body="<p>Water.</p>", why_it_matters="<p>It counts.</p>")
    tags = ("Open data", "Power")
    issue = make_issue(digest, title="The Day", body=body(block, summary="In brief."), tags=tags)
    itself, one = Entry.objects.order_by("pk")
    assert (itself.title, itself.summary) == (" the day ", " in brief ")
    assert itself.body == " open data power "
    assert (one.title, one.summary, one.body) == (" grid storage ", "", " water it counts ")
    assert itself.tag_ids == one.tag_ids == " ".join(str(t.pk) for t in Tag.objects.order_by("pk"))
    assert {e.parent_id for e in (itself, one)} == {digest.pk}
    assert [(e.date, e.place, e.language) for e in (itself, one)] == [
        (issue.date, 0, "en"),
        (issue.date, 1, "en"),
    ]


def test_drafts_and_hidden_issues_have_no_entry(digest):
    add_story(digest, "Draft", publish=False)
    restrict(add_story(digest, "Private"))
    assert not Entry.objects.exists()


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2871, 1, 1), date(9999, 12, 31)])
def test_issue_of_any_date_is_found(digest, day):
    add_story(digest, "Needle", day=day)
    assert stories("needle") == ["Needle"]
    assert search_public("needle").counts.years == {day.year: 1}


def test_issue_of_any_length_is_indexed(digest):
    text = " ".join(f"word{number}" for number in range(30_000))
    add_story(digest, "Needle", text)
    assert stories("needle word7") == ["Needle"]


def test_issue_with_a_broken_body_is_found_by_its_title(digest):
    issue = add_story(digest, "Needle", title="Broken")
    for value in ([None], 5, [{"type": "headline", "value": 5}], [{"type": "nope"}]):
        IssuePage.objects.filter(pk=issue.pk).update(body=value)
        Page.objects.get(pk=issue.pk).save()
        assert search_public("broken").counts.total == 1
        assert stories("needle") == []


def writes(queries):
    """Return the statements that change the index."""
    changes = ("INSERT", "UPDATE", "DELETE")
    statements = [query["sql"] for query in queries if query["sql"].startswith(changes)]
    return [sql for sql in statements if "digest_search" in sql]


def test_only_differing_entries_are_written(pages):
    issue = fresh(pages["issue"])
    with CaptureQueriesContext(connection) as queries:
        issue.save()
    assert writes(queries) == []
    issue.title = "Anew"
    with CaptureQueriesContext(connection) as queries:
        issue.save()
    statements = [sql for sql in writes(queries) if "digest_search_entry" in sql]
    [added] = [sql for sql in statements if sql.startswith("INSERT")]
    assert added.count(" anew ") == 1
    assert " needle " not in added


def test_saving_unindexed_fields_runs_no_queries_of_the_index(pages):
    issue = fresh(pages["issue"])
    with CaptureQueriesContext(connection) as queries:
        issue.save(update_fields=["go_live_at"])
    assert not [query for query in queries if "digest_search" in query["sql"]]
