"""The events of changes, however they were made, and their payloads."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page, PageViewRestriction, Site

from digest.contrib.changes.models import FeedState, PublicState
from digest.contrib.webhooks import events, signal_handlers
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from digest.models import IssuePage
from tests.builders import expire, make_digest, make_issue, restrict
from tests.contrib.changes.feed import relay
from tests.contrib.changes.test_relay import run_sql, save, update
from tests.contrib.webhooks.builders import (
    deliveries_of,
    make_endpoint,
    make_event,
    page_events,
    relay_events,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    """Return an issue that the feed has."""
    issue = make_issue(digest)
    relay()
    return issue


@pytest.fixture(params=[save, update, run_sql])
def change(request):
    """Return a function that changes a column of a row in one of the ways."""
    return request.param


# Before and after


def test_page_that_becomes_public_is_published(feed, digest, change):
    draft = make_issue(digest, publish=False)
    assert relay_events() == []
    change(Page, draft.pk, "live", True)
    assert page_events() == [("issue.published", draft.pk)]


def test_changed_page_is_updated(issue, change):
    change(IssuePage, issue.pk, "byline", "Ada")
    assert page_events() == [("issue.updated", issue.pk)]


def test_renamed_page_is_updated_with_its_previous_url(issue, change):
    before = issue.full_url
    change(Page, issue.pk, "url_path", f"{issue.url_path}renamed/")
    [event, _changed] = relay_events()
    assert (event.type, event.page_id) == ("issue.updated", issue.pk)
    assert event.data["data"]["previous_url"] == before
    assert event.data["data"]["url"] == f"{before}renamed/"


def test_subtree_that_is_moved_has_an_event_for_each_page(issue, home_page):
    section = home_page.add_child(instance=Page(title="Section", slug="section"))
    digest = issue.get_parent().specific
    urls = {digest.pk: digest.full_url, issue.pk: issue.full_url}
    digest.move(section, "last-child")
    found = {event.page_id: event for event in relay_events() if event.page_id}
    assert {pk: event.data["data"]["previous_url"] for pk, event in found.items()} == urls
    assert found[digest.pk].type == "digest.updated"
    assert found[issue.pk].type == "issue.updated"


def test_page_that_is_hidden_is_unpublished(issue, change):
    change(Page, issue.pk, "live", False)
    assert page_events() == [("issue.unpublished", issue.pk)]
    change(Page, issue.pk, "live", True)
    assert page_events() == [("issue.published", issue.pk)]


def test_page_that_expires_is_unpublished(issue):
    expire(issue)
    assert page_events() == [("issue.unpublished", issue.pk)]


def test_restriction_of_a_section_unpublishes_what_is_below(issue, change):
    digest = issue.get_parent()
    restriction = restrict(digest, PageViewRestriction.NONE)
    assert page_events() == []
    change(PageViewRestriction, restriction.pk, "restriction_type", "login")
    expected = [("digest.unpublished", digest.pk), ("issue.unpublished", issue.pk)]
    assert sorted(page_events()) == expected


def test_digest_that_is_unpublished_updates_its_issues(issue):
    digest = issue.get_parent()
    draft = make_issue(digest.specific, 15, publish=False)
    digest.unpublish()
    assert page_events() == [("digest.unpublished", digest.pk), ("issue.updated", issue.pk)]
    digest.specific.save_revision().publish()
    assert page_events() == [("digest.published", digest.pk), ("issue.updated", issue.pk)]
    assert not draft.live


def test_page_that_leaves_the_site_is_unpublished(issue):
    digest = issue.get_parent()
    digest.move(Page.get_first_root_node(), "last-child")
    expected = [("digest.unpublished", digest.pk), ("issue.unpublished", issue.pk)]
    assert sorted(page_events()) == expected


def test_deleted_page_is_deleted(issue):
    pk, digest = issue.pk, issue.get_parent()
    type(digest).objects.get(pk=digest.pk).delete()
    expected = [("digest.deleted", digest.pk), ("issue.deleted", pk)]
    assert sorted(page_events()) == expected


def test_alias_has_events_of_its_own(issue, home_page):
    weekly = make_digest(home_page, "weekly")
    alias = issue.create_alias(parent=weekly, update_slug="alias")
    assert ("issue.published", alias.pk) in page_events()
    issue.title = "Another title"
    issue.save_revision().publish()
    assert sorted(page_events()) == [("issue.updated", issue.pk), ("issue.updated", alias.pk)]
    restrict(issue)
    expected = [("issue.unpublished", issue.pk), ("issue.unpublished", alias.pk)]
    assert sorted(page_events()) == expected


def test_page_of_two_sites_has_an_event_for_each(issue, home_page):
    other = Site.objects.create(hostname="other.example", root_page=home_page)
    published = [event for event in relay_events() if event.type == "issue.published"]
    assert [event.site_id for event in published] == [other.pk]
    Page.objects.filter(pk=issue.pk).update(title="Another title")
    updated = [event.data["data"]["site"] for event in relay_events() if event.page_id]
    assert sorted(updated) == ["localhost", "other.example"]


# No event


def test_draft_has_no_event(issue):
    digest = issue.get_parent().specific
    issue.title = "Unsaid"
    issue.tags.add("unsaid")
    issue.save_revision()
    make_issue(digest, 15, publish=False, tags=("drafts",)).delete()
    make_issue(digest, 16, go_live_at=timezone.now() + timedelta(days=1))
    assert relay_events() == []


def test_scheduled_change_has_no_event(digest, home_page):
    issue = make_issue(digest)
    relay()
    issue.go_live_at = timezone.now() + timedelta(days=1)
    issue.title = "Unsaid"
    issue.save_revision().publish()
    assert relay_events() == []


def test_page_that_came_and_went_has_no_event(feed, digest):
    make_issue(digest).delete()
    assert page_events() == []


def test_content_at_the_installation_has_no_event(digest):
    make_issue(digest)
    assert relay_events() == []


def test_pass_that_is_rolled_back_leaves_no_event(issue, endpoint, monkeypatch):
    Page.objects.filter(pk=issue.pk).update(title="Another title")
    real = FeedState.save

    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(FeedState, "save", fail)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        relay()
    assert not WebhookEvent.objects.exists()
    monkeypatch.setattr(FeedState, "save", real)
    assert page_events() == [("issue.updated", issue.pk)]
    assert deliveries_of(endpoint) == [
        ("issue.updated", "waiting"),
        ("content.changed", "waiting"),
    ]


def test_pass_is_rolled_back_if_its_events_cannot_be_stored(issue, monkeypatch):
    Page.objects.filter(pk=issue.pk).update(title="Another title")
    with monkeypatch.context() as patch:
        patch.setattr(events, "_event_of_page", None)
        with pytest.raises(TypeError), transaction.atomic():
            relay()
    sequence = FeedState.objects.get().sequence
    assert page_events() == [("issue.updated", issue.pk)]
    assert FeedState.objects.get().sequence == sequence + 1


# Payloads


def at(url, event):
    return f"{url}?at={event.sequence}"


def data_of(event):
    """Return the data of an event, and check what all have in common."""
    assert set(event.data) == {"type", "timestamp", "data"}
    assert event.data["type"] == event.type
    assert event.data["data"]["sequence"] == event.sequence
    assert set(event.data["data"]) == {"sequence", "site", *events.NAMES, "changes_url"}
    changes_url = event.data["data"].pop("changes_url")
    assert changes_url == at("http://localhost/api/v1/changes/", event)
    return event.data["data"]


def test_payload_of_a_public_issue(feed, digest):
    issue = make_issue(digest, title="A title")
    event = relay_events()[0]
    assert "title" not in str(event.data)
    assert data_of(event) == {
        "sequence": PublicState.objects.get(page_id=issue.pk).sequence,
        "site": "localhost",
        "kind": "issue",
        "id": issue.pk,
        "locale": "en",
        "digest": "daily",
        "url": issue.full_url,
        "previous_url": None,
        "api_url": at(f"http://localhost/api/v1/issues/{issue.pk}/", event),
    }


def test_payload_of_a_public_digest(home_page):
    relay()
    digest = make_digest(home_page)
    data = data_of(event := relay_events()[0])
    assert (data["kind"], data["id"], data["digest"]) == ("digest", digest.pk, "daily")
    assert data["url"] == digest.full_url
    assert data["api_url"] == at("http://localhost/api/v1/digests/daily/", event)


@pytest.mark.parametrize("hide", ["unpublish", "delete"])
def test_payload_of_a_hidden_page_has_nothing_but_its_previous_url(issue, hide):
    pk, url = issue.pk, issue.full_url
    getattr(issue, hide)()
    data = data_of(relay_events()[0])
    assert (data["kind"], data["id"], data["previous_url"]) == ("issue", pk, url)
    assert [data[name] for name in ("locale", "digest", "url", "api_url")] == [None] * 4


def test_payload_of_changed_content_names_no_page(issue):
    Page.objects.filter(pk=issue.pk).update(title="Another title")
    updated, changed = relay_events()
    assert changed.type == "content.changed"
    assert (changed.site_id, changed.page_id, changed.sequence) == (None, None, updated.sequence)
    assert {value for name, value in data_of(changed).items() if name != "sequence"} == {None}


def test_payload_before_the_first_sequence_has_no_url_of_changes(home_page, endpoint):
    relay()
    Redirect.objects.create(old_path="/old", redirect_link="/")
    [changed] = relay_events()
    assert changed.data["data"]["sequence"] == 0
    assert changed.data["data"]["changes_url"] is None
    assert events.send_test(endpoint).event.data["data"]["changes_url"] is None


def test_change_of_other_content_is_one_event(issue):
    Redirect.objects.create(old_path="/old", redirect_link="/")
    Redirect.objects.create(old_path="/older", redirect_link="/")
    sequence = FeedState.objects.get().sequence
    assert [event.type for event in relay_events()] == ["content.changed"]
    assert FeedState.objects.get().sequence == sequence
    assert relay_events() == []


def test_digest_whose_page_is_hidden_is_not_named(issue):
    issue.get_parent().unpublish()
    updated = next(event for event in relay_events() if event.type == "issue.updated")
    assert updated.data["data"]["digest"] is None


def test_urls_of_another_language_can_be_fetched(digest, settings, client):
    settings.WAGTAIL_I18N_ENABLED = True
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "E"), ("fr", "F")]
    french = Locale.objects.create(language_code="fr")
    relay()
    page = digest.copy_for_translation(french, copy_parents=True)
    page.save_revision().publish()
    data = next(e.data["data"] for e in relay_events() if e.page_id == page.pk)
    assert data["locale"] == "fr"
    response = client.get(data["api_url"])
    assert (response.status_code, response.json()["id"]) == (200, page.pk)


def test_every_url_of_a_payload_can_be_fetched(feed, digest, client):
    make_issue(digest)
    data = relay_events()[0].data["data"]
    for name in ("url", "api_url", "changes_url"):
        assert client.get(data[name].removeprefix("http://localhost")).status_code == 200


def test_payload_is_small(digest, site):
    Site.objects.filter(pk=site.pk).update(hostname="a-long-name-of-a-host.books.example")
    relay()
    issue = make_issue(digest, slug="the-slug-of-an-issue-" + "long-" * 15)
    relay()
    issue = IssuePage.objects.get(pk=issue.pk)
    issue.slug += "er"
    issue.save_revision().publish()
    sizes = [len(json.dumps(event.data)) for event in relay_events()]
    assert 500 < max(sizes) < 1000


def test_test_event_names_no_page(issue, endpoint):
    delivery = events.send_test(endpoint)
    assert delivery.event.type == "webhook.ping"
    data = data_of(delivery.event)
    assert {name for name, value in data.items() if value} == {"sequence", "site"}
    assert deliveries_of(endpoint) == [("webhook.ping", "waiting")]


def test_test_event_is_of_the_site_of_its_endpoint(issue, home_page):
    other = Site.objects.create(hostname="other.example", root_page=home_page)
    delivery = events.send_test(make_endpoint(site=other))
    assert delivery.event.data["data"]["site"] == "other.example"


# Queue


def test_each_endpoint_gets_what_it_has_chosen(issue, endpoint):
    builds = make_endpoint(events=["content.changed"])
    paused = make_endpoint(is_active=False)
    Page.objects.filter(pk=issue.pk).update(title="Another title")
    relay()
    assert deliveries_of(endpoint) == [
        ("issue.updated", "waiting"),
        ("content.changed", "waiting"),
    ]
    assert deliveries_of(builds) == [("content.changed", "waiting")]
    assert deliveries_of(paused) == []


def test_publishing_writes_nothing_of_webhooks(feed, digest, endpoint):
    make_issue(digest)
    assert not WebhookEvent.objects.exists()
    assert not WebhookDelivery.objects.exists()


def test_events_are_received_from_the_relay_alone():
    [handler] = signal_handlers.signal_handlers()
    assert (handler.signal.__module__, handler.senders) == (
        "django.dispatch.dispatcher",
        [FeedState],
    )


# Old events


def test_old_events_are_deleted_with_their_deliveries(endpoint, monkeypatch):
    monkeypatch.setattr(events, "BATCH", 2)
    now = timezone.now()
    for _ in range(5):
        old = make_event(occurred_at=now - events.KEPT - timedelta(minutes=1))
        WebhookDelivery.objects.create(endpoint=endpoint, event=old)
    kept = make_event(occurred_at=now - events.KEPT + timedelta(minutes=1))
    assert events.delete_old_events() == 5
    assert WebhookEvent.objects.get() == kept
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"preset": "removed"}, {"events": 3}, {"events": "issue.updated"}]
)
def test_endpoint_that_the_code_does_not_know_does_not_stop_the_relay(issue, fields):
    odd, other = make_endpoint(), make_endpoint()
    WebhookEndpoint.objects.filter(pk=odd.pk).update(**fields)
    update(IssuePage, issue.pk, "byline", "Ada")
    assert page_events() == [("issue.updated", issue.pk)]
    assert not odd.deliveries.exists()
    assert other.deliveries.exists()
