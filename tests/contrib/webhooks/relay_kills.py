"""Run the relay in processes that are killed before their first write, their second, and so on.

The tests run ``python -m tests.contrib.webhooks.relay_kills``, which prints the results as JSON.
"""

import json
import os
import signal
import sys
from typing import Any

import django


class Scenario:
    """A digest with an issue to change, one to delete and a draft, and two endpoints."""

    def __init__(self) -> None:
        from wagtail.models import Site

        from digest.contrib.webhooks.presets import PRESETS
        from tests.builders import make_digest, make_issue
        from tests.contrib.webhooks.builders import PatientPreset, make_endpoint

        PRESETS["patient"] = PatientPreset()
        digest = make_digest(Site.objects.get(is_default_site=True).root_page)
        self.changed, self.deleted = make_issue(digest, 13), make_issue(digest, 14)
        self.draft = make_issue(digest, 15, publish=False)
        relay()
        self.endpoints = [make_endpoint(), make_endpoint(preset="patient")]

    def change_and_die(self) -> None:
        from wagtail.models import Page

        Page.objects.filter(pk=self.changed.pk).update(title="Another title")
        Page.objects.get(pk=self.deleted.pk).delete()
        self.draft.get_latest_revision().publish()
        os.kill(os.getpid(), signal.SIGKILL)

    def state(self) -> dict[str, Any]:
        """Return the types of the events, in the order of sequences, and of deliveries."""
        from digest.contrib.webhooks.models import WebhookDelivery, WebhookEvent

        events = WebhookEvent.objects.order_by("sequence", "occurred_at")
        deliveries = WebhookDelivery.objects.order_by("event__type")
        types = {
            endpoint.preset: list(
                deliveries.filter(endpoint=endpoint).values_list("event__type", flat=True)
            )
            for endpoint in self.endpoints
        }
        return {"events": list(events.values_list("type", flat=True)), "deliveries": types}


def relay() -> None:
    from digest.contrib.changes import relay

    relay.relay()


def kill_at_each_write() -> dict[str, Any]:
    from tests.publishing.scheduling.crashes import Killer, run_in_child
    from tests.publishing.scheduling.databases import restore_snapshot, take_snapshot

    scenario = Scenario()
    found: dict[str, Any] = {"committed": run_in_child(scenario.change_and_die), "kills": []}
    assert not scenario.state()["events"]  # SQLite has merged its log, which a kill leaves behind.
    take_snapshot()
    while status := run_in_child(relay, Killer(len(found["kills"]) + 1)):
        kill = {"status": status, "before": scenario.state(), "repaired": run_in_child(relay)}
        found["kills"].append(kill | {"after": scenario.state()})
        restore_snapshot()
    return found | {"undisturbed": scenario.state()}


if __name__ == "__main__":
    django.setup()
    json.dump(kill_at_each_write(), sys.stdout)
