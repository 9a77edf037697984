"""Events replay to the public pages, after any change, and name nothing that is hidden."""

import json

import pytest
from hypothesis.stateful import invariant, run_state_machine_as_test

from digest.contrib.changes.relay import mark_everything
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEvent
from digest.contrib.webhooks.withdrawals import is_still_true
from digest.models import DigestPage
from tests.contrib.webhooks.builders import make_endpoint, relay_events
from tests.visibility.oracle import Oracle
from tests.visibility.test_transitions import deterministic
from tests.visibility.transitions import Transitions

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES, STEPS = 6, 14
HIDDEN_FIELDS = ("locale", "digest", "url", "api_url")


class Events(Transitions):
    """Apply the events of each step, and compare the result with the oracle."""

    def __init__(self):
        super().__init__()
        relay_events()
        self.endpoint, self.announced = make_endpoint(), {}

    def set(self, **settings):
        super().set(**settings)
        if hasattr(self, "site"):
            mark_everything()  # as `migrate` does after a change of settings

    @invariant()
    def events_replay_to_what_is_public(self):
        if not hasattr(self, "site"):
            return
        oracle = Oracle()
        for event in relay_events():
            self.apply(event)
            self.names_nothing_hidden(event, oracle)
        digests = DigestPage.objects.values_list("pk", flat=True)
        tracked = {*(page.pk for page in self.all_issues()), *digests}
        assert set(self.announced) == oracle.seen(tracked, self.site)
        self.withdrawn_is_what_is_hidden(oracle)
        assert WebhookDelivery.objects.count() == WebhookEvent.objects.count()

    def apply(self, event):
        """Add or remove a page, as a receiver does; no event comes twice or without a reason."""
        data, change = event.data["data"], event.type.split(".")[1]
        if change == "published":
            assert event.page_id not in self.announced
        if change in ("published", "updated"):
            self.announced[event.page_id] = data["url"]
        elif event.page_id:
            assert data["previous_url"] == self.announced.pop(event.page_id)

    def names_nothing_hidden(self, event, oracle):
        data = event.data["data"]
        others = json.dumps(data | {"previous_url": None})
        assert "nsaid" not in others
        assert "Issue " not in others
        if event.page_id and oracle.sees(event.page_id, self.site):
            page = oracle.pages[event.page_id]
            digest = page if data["kind"] == "digest" else oracle.by_path[page["path"][:-4]]
            is_shown = oracle.sees(digest["id"], self.site)
            assert data["digest"] == (digest["slug"] if is_shown else None)
            assert data["url"].endswith(f"/{page['slug']}/")
        else:
            assert {data[name] for name in HIDDEN_FIELDS} == {None}

    def withdrawn_is_what_is_hidden(self, oracle):
        for event in WebhookEvent.objects.exclude(page_id=None):
            calls_public = event.type.endswith(("published", "updated"))
            calls_public &= not event.type.endswith("unpublished")
            expected = oracle.sees(event.page_id, self.site) or not calls_public
            assert is_still_true(event) is expected


def test_events_follow_every_change(db):
    run_state_machine_as_test(Events, settings=deterministic(EXAMPLES, STEPS))
