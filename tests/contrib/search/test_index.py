"""Whatever is done to pages, the index has the public issues and their stories, at once."""

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
from tests.contrib.search.searching import look_for, public, stories, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(digest, home_page):
    """An issue that can be found, an alias of it, a place to move to, and a closed one."""
    issue = tell(digest, "Needle", "running water", tags=("Power",))
    section = home_page.add_child(instance=Page(title="Section", slug="section"))
    weekly = make_digest(section, "weekly")
    alias = issue.create_alias(parent=weekly, update_slug="alias").specific
    closed = home_page.add_child(instance=Page(title="Closed", slug="closed"))
    restrict(closed)
    pages = {"digest": digest, "weekly": weekly, "section": section, "closed": closed}
    return pages | {"home": home_page, "issue": issue, "alias": alias}


def fresh(page):
    return Page.objects.get(pk=page.pk).specific


def publish_anew(issue, **world):
    draft = fresh(issue)
    draft.title, draft.body = "Anew", body(story("Straw"))
    draft.save_revision().publish()


def publish_with_another_date(issue, **world):
    draft = fresh(issue)
    draft.date = date(2026, 4, 1)
    draft.save_revision().publish()
    assert Entry.objects.filter(issue=issue).first().date == date(2026, 4, 1)


def save_a_draft(issue, **world):
    draft = fresh(issue)
    draft.title, draft.body = "Draft", body(story("Secret"))
    draft.tags.add("Unsaid")
    draft.save_revision()


def unpublish(issue, **world):
    fresh(issue).unpublish()


def unpublish_a_digest_with_all(digest, **world):
    for page in fresh(digest).get_descendants(inclusive=True):
        page.unpublish()


def publish_again(issue, **world):
    fresh(issue).unpublish()
    fresh(issue).get_latest_revision().publish()


def expire_by_the_worker(issue, **world):
    Page.objects.filter(pk=issue.pk).update(expire_at=timezone.now() - timedelta(hours=1))
    call_command("publish_scheduled")


def move_an_issue(issue, weekly, **world):
    fresh(issue).move(fresh(weekly), "last-child")
    assert set(Entry.objects.filter(issue=issue).values_list("parent_id", flat=True)) == {weekly.pk}


def close_by_moving_an_issue(issue, closed, **world):
    fresh(issue).move(fresh(closed), "last-child")


def close_by_moving_a_digest(digest, closed, **world):
    fresh(digest).move(fresh(closed), "last-child")


def close_and_open_by_moving_a_section(section, closed, home, **world):
    fresh(section).move(fresh(closed), "last-child")
    fresh(section).move(fresh(home), "last-child")


def move_out_of_the_site(section, **world):
    fresh(section).move(Page.objects.get(depth=1), "last-child")


def publish_another_tag(issue, **world):
    draft = fresh(issue)
    draft.tags.set(["Water"])
    draft.save_revision().publish()


def delete_a_tag(**world):
    Tag.objects.get(name="Power").delete()


def rename_a_tag(**world):
    tag = Tag.objects.get(name="Power")
    tag.name = "Energy"
    tag.save()


def make_it_private(issue, **world):
    restrict(fresh(issue))


def make_a_section_private(section, **world):
    restrict(fresh(section))


def change_privacy(closed, issue, **world):
    fresh(issue).move(fresh(closed), "last-child")
    row = PageViewRestriction.objects.get()
    row.restriction_type = PageViewRestriction.NONE
    row.save()


def take_privacy_away(closed, digest, **world):
    fresh(digest).move(fresh(closed), "last-child")
    PageViewRestriction.objects.get().delete()


def make_an_alias(issue, home, **world):
    fresh(issue).create_alias(parent=make_digest(home, "third"), update_slug="second-alias")


def make_an_alias_of_a_digest(digest, section, **world):
    fresh(digest).create_alias(parent=fresh(section), recursive=True, update_slug="mirror")


def copy(issue, weekly, **world):
    fresh(issue).copy(to=fresh(weekly), update_attrs={"slug": "copied"})


def copy_a_digest(digest, home, **world):
    fresh(digest).copy(to=fresh(home), recursive=True, update_attrs={"slug": "copied"})


def delete_the_issue(issue, **world):
    fresh(issue).delete()


def delete_the_digest(digest, **world):
    restrict(digest)
    Page.objects.get(pk=digest.pk).delete()


def delete_the_section(section, **world):
    Page.objects.get(pk=section.pk).delete()


def narrow_the_site(section, **world):
    site = Site.objects.get()
    site.root_page = Page.objects.get(pk=section.pk)
    site.save()


def delete_the_site(**world):
    Site.objects.get().delete()


EVENTS = {
    publish_anew: 2,
    publish_with_another_date: 2,
    save_a_draft: 2,
    unpublish: 0,
    unpublish_a_digest_with_all: 0,
    publish_again: 2,
    expire_by_the_worker: 0,
    move_an_issue: 2,
    close_by_moving_an_issue: 1,
    close_by_moving_a_digest: 1,
    close_and_open_by_moving_a_section: 2,
    move_out_of_the_site: 1,
    publish_another_tag: 2,
    delete_a_tag: 2,
    rename_a_tag: 2,
    make_it_private: 0,
    make_a_section_private: 1,
    change_privacy: 2,
    take_privacy_away: 2,
    make_an_alias: 3,
    make_an_alias_of_a_digest: 3,
    copy: 3,
    copy_a_digest: 3,
    delete_the_issue: 0,
    delete_the_digest: 0,
    delete_the_section: 1,
    narrow_the_site: 1,
    delete_the_site: 0,
}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_index_follows(event, world):
    before = list(Entry.objects.order_by("pk").values())
    assert len(before) == 4
    with suppress(ZeroDivisionError), transaction.atomic():
        event(**world)
        assert {e.issue_id for e in Entry.objects.all()} == {i.pk for i in public()}
        # Words that nothing has any more may go when the transaction ends.
        missing = [line for line in check_words() if line.startswith("missing")]
        assert (list(entry_table.drifts()), missing) == ([], [])
        assert public().count() == look_for("needle OR straw", correct=False).counts.total
        raise ZeroDivisionError
    assert list(Entry.objects.order_by("pk").values()) == before
    assert list(check_words()) == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_event_leaves_so_many_issues(event, world):
    event(**world)
    assert Entry.objects.filter(story=None).count() == EVENTS[event]


def test_an_entry_has_what_it_is_found_by(digest):
    told = story("Grid  storage", body="<p>Water.</p>", why_it_matters="<p>It counts.</p>")
    tags = ("Open data", "Power")
    issue = make_issue(digest, title="The Day", body=body(told, summary="In brief."), tags=tags)
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
    tell(digest, "Draft", publish=False)
    restrict(tell(digest, "Private"))
    assert not Entry.objects.exists()


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2871, 1, 1), date(9999, 12, 31)])
def test_an_issue_of_any_day_is_found(digest, day):
    tell(digest, "Needle", day=day)
    assert stories("needle") == ["Needle"]
    assert look_for("needle").counts.years == {day.year: 1}


def test_an_issue_of_any_length_is_published(digest):
    text = " ".join(f"word{number}" for number in range(30_000))
    tell(digest, "Needle", text)
    assert stories("needle word7") == ["Needle"]


def test_an_issue_with_a_broken_body_is_found_by_its_title(digest):
    issue = tell(digest, "Needle", title="Broken")
    for value in ([None], 5, [{"type": "headline", "value": 5}], [{"type": "nope"}]):
        IssuePage.objects.filter(pk=issue.pk).update(body=value)
        Page.objects.get(pk=issue.pk).save()
        assert look_for("broken").counts.total == 1
        assert stories("needle") == []


def writes(queries):
    """The statements that change the index."""
    changes = ("INSERT", "UPDATE", "DELETE")
    found = [query["sql"] for query in queries if query["sql"].startswith(changes)]
    return [sql for sql in found if "digest_search" in sql]


def test_only_what_differs_is_written(world):
    issue = fresh(world["issue"])
    with CaptureQueriesContext(connection) as queries:
        issue.save()
    assert writes(queries) == []
    issue.title = "Anew"
    with CaptureQueriesContext(connection) as queries:
        issue.save()
    found = [sql for sql in writes(queries) if "digest_search_entry" in sql]
    [added] = [sql for sql in found if sql.startswith("INSERT")]
    assert added.count(" anew ") == 1
    assert " needle " not in added


def test_saving_what_readers_do_not_find_by_costs_nothing(world):
    issue = fresh(world["issue"])
    with CaptureQueriesContext(connection) as queries:
        issue.save(update_fields=["go_live_at"])
    assert not [query for query in queries if "digest_search" in query["sql"]]
