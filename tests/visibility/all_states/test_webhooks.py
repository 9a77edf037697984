"""Events are of public pages, and name no hidden one: the channel "Hook" of the matrix."""

import json

import pytest

from tests.builders import restrict
from tests.optional_apps import HAS_WEBHOOKS
from tests.visibility.all_states.test_twins import change_what_is_hidden
from tests.visibility.oracle import Oracle

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not HAS_WEBHOOKS, reason="webhooks are not installed"),
]


def relay_events(scenario):
    """Run the relay; return the data of each event of a page of the default site, with its type."""
    from tests.contrib.webhooks import builders

    events = [event.data for event in builders.relay_events() if event.page_id]
    of_site = [event for event in events if event["data"]["site"] == scenario.site.hostname]
    return [event["data"] | {"type": event["type"]} for event in of_site]


@pytest.fixture
def published(scenario):
    """Return the events of a relay that takes all public pages for new."""
    from digest.contrib.changes.models import PublicState
    from digest.contrib.changes.relay import mark_everything

    PublicState.objects.all().delete()
    mark_everything()
    return relay_events(scenario)


def issues_of(scenario, events):
    pks = {event["id"] for event in events}
    return {case.name for case in scenario.cases.values() if case.issue.pk in pks}


def test_published_are_the_public_pages(scenario, published):
    assert {event["type"] for event in published} == {"issue.published", "digest.published"}
    assert issues_of(scenario, published) == scenario.public
    assert len({event["id"] for event in published}) == len(published)
    oracle = Oracle()
    assert all(oracle.sees(event["id"], scenario.site) for event in published)


def test_event_of_a_public_page_names_nothing_hidden(scenario, published):
    text = json.dumps(published)
    assert scenario.secrets_in(text) == []
    assert scenario.shown(text) == scenario.public
    assert scenario.shown(text, "title{word}") == scenario.shown(text, "tag{word}") == set()


def test_event_names_a_digest_only_if_it_is_public(scenario, published):
    oracle = Oracle()
    events = {event["id"]: event for event in published}
    for name in scenario.public:
        case = scenario.cases[name]
        is_shown = oracle.sees(case.parent.pk, scenario.site)
        expected = case.parent.slug if is_shown else None
        assert events[case.issue.pk]["digest"] == expected, name


def test_unpublished_are_the_pages_that_were_public(scenario):
    restrict(scenario.home)
    events = relay_events(scenario)
    assert {event["type"] for event in events} == {"issue.unpublished", "digest.unpublished"}
    assert issues_of(scenario, events) == scenario.public
    assert scenario.secrets_in(json.dumps(events)) == []
    others = json.dumps([event | {"previous_url": None} for event in events])
    assert scenario.shown(others) == set()


def test_hidden_change_has_no_event_of_a_page(scenario):
    change_what_is_hidden(scenario)
    assert relay_events(scenario) == []


def test_issue_of_another_site_has_events_of_that_site(scenario):
    from tests.contrib.webhooks import builders

    case = scenario.cases["of_another_site"]
    case.issue.unpublish()
    [event] = [event for event in builders.relay_events() if event.page_id == case.issue.pk]
    assert event.data["data"]["site"] == event.data["data"]["previous_url"].split("/")[2]
    assert event.data["data"]["site"].endswith(".example")
