"""An event that calls a page public is withdrawn once the page is not."""

from threading import Thread

import pytest
from django.db import connection, transaction
from wagtail.models import Page, PageViewRestriction, Site

from digest import visibility
from digest.contrib.webhooks.models import WebhookEvent
from digest.contrib.webhooks.withdrawals import is_still_true
from tests.builders import expire, make_digest, make_issue, restrict
from tests.contrib.changes.feed import relay
from tests.contrib.webhooks.builders import make_event, relay_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(feed, digest):
    return make_issue(digest)


@pytest.fixture
def events(issue):
    """Return the events of a published digest and issue by type."""
    return {event.type: event for event in relay_events()}


HIDE = {
    "unpublish": lambda issue: Page.objects.filter(pk=issue.pk).update(live=False),
    "expire": expire,
    "restrict": restrict,
    "restrict the digest": lambda issue: restrict(issue.get_parent()),
    "move": lambda issue: issue.get_parent().move(Page.get_first_root_node(), "last-child"),
    "delete": lambda issue: Page.objects.get(pk=issue.pk).delete(),
    "delete the site": lambda issue: Site.objects.all().delete(),
}


@pytest.mark.parametrize("hide", HIDE.values(), ids=HIDE)
def test_published_page_that_is_hidden_is_withdrawn(issue, events, hide):
    published = events["issue.published"]
    assert is_still_true(published)
    hide(issue)
    assert not is_still_true(published)
    assert is_still_true(events["content.changed"])


def test_updated_page_that_is_hidden_is_withdrawn(issue, events):
    Page.objects.filter(pk=issue.pk).update(title="Another title")
    updated = relay_events()[0]
    assert is_still_true(updated)
    restrict(issue)
    assert not is_still_true(updated)


def test_digest_that_is_hidden_is_withdrawn_and_its_live_issue_is_not(home_page):
    relay()
    digest = make_digest(home_page)
    issue = make_issue(digest)
    published = [event for event in relay_events() if event.page_id]
    digest.unpublish()
    assert [event.page_id for event in published if is_still_true(event)] == [issue.pk]


def test_page_that_is_public_on_another_site_only_is_withdrawn(issue, home_page):
    elsewhere = home_page.add_child(instance=Page(title="Else", slug="else"))
    other = Site.objects.create(hostname="other.example", root_page=home_page)
    event = make_event("issue.published", page_id=issue.pk, site_id=other.pk)
    assert is_still_true(event)
    Site.objects.filter(pk=other.pk).update(root_page=elsewhere)
    assert not is_still_true(event)
    other.delete()
    assert not is_still_true(event)


@pytest.mark.parametrize("change", ["unpublished", "deleted"])
@pytest.mark.parametrize("kind", ["issue", "digest"])
def test_what_says_that_a_page_is_hidden_stays_true(issue, site, kind, change):
    fields = {"page_id": issue.pk, "site_id": site.pk}
    assert is_still_true(make_event(f"{kind}.{change}", **fields))


def test_what_is_of_no_page_stays_true(db):
    for type in (WebhookEvent.Type.PING, WebhookEvent.Type.CONTENT_CHANGED):
        assert is_still_true(make_event(type))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_restrictions_and_pages_are_of_one_snapshot(home_page, site, monkeypatch):
    """Restrict and publish after the restrictions were read, and before the page is."""
    draft = make_issue(make_digest(home_page), publish=False)
    event = make_event("issue.published", page_id=draft.pk, site_id=site.pk)
    real = visibility._restricted_paths

    def read():
        monkeypatch.setattr(visibility, "_restricted_paths", real)
        found = real()
        thread = Thread(target=restrict_and_publish)
        thread.start()
        thread.join()
        return found

    def restrict_and_publish():
        with transaction.atomic():
            restrict(draft)
            draft.get_latest_revision().publish()
        connection.close()

    monkeypatch.setattr(visibility, "_restricted_paths", read)
    assert not is_still_true(event)
    assert Page.objects.get(pk=draft.pk).live
    assert PageViewRestriction.objects.exists()
