"""Send in processes that are killed, or that share the work.

The tests run ``python -m tests.contrib.webhooks.senders``, which prints the results as JSON.
"""

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import django

PATIENCE = 60


class Scenario:
    """Endpoints at a receiver, each with deliveries that are due."""

    def __init__(self, receiver: Any) -> None:
        self.receiver = receiver
        self.paths: list[str] = []

    def prepare(self, endpoints: int, deliveries: int, kind: str = "statuses/204") -> None:
        from digest.contrib.webhooks.models import WebhookEndpoint, WebhookEvent

        WebhookEndpoint.objects.all().delete()
        WebhookEvent.objects.all().delete()
        self.paths = []
        for _number in range(endpoints):
            self.add(kind, deliveries)

    def add(self, kind: str, deliveries: int = 1, **fields: Any) -> str:
        """Add an endpoint with deliveries, and return its path."""
        from tests.contrib.webhooks.builders import make_delivery, make_endpoint

        path = f"/{kind}/{uuid4().hex}"
        self.paths.append(path)
        endpoint = make_endpoint(url=self.receiver.url(path), **fields)
        for _number in range(deliveries):
            make_delivery(endpoint)
        return path

    def results(self) -> dict[str, Any]:
        from digest.contrib.webhooks.models import WebhookDelivery

        state = self.receiver.state
        mine = [request for request in state["requests"] if request["path"] in self.paths]
        ids = Counter(request["headers"]["webhook-id"] for request in mine)
        known = {str(pk) for pk in WebhookDelivery.objects.values_list("pk", flat=True)}
        return {
            "missing": len(known - set(ids)),
            "unknown": len(set(ids) - known),
            "most_sent": max(ids.values(), default=0),
            "sent": ids.total(),
            "at_once": max((state["most_at_once"].get(path, 0) for path in self.paths), default=0),
            "states": Counter(WebhookDelivery.objects.values_list("state", flat=True)),
        }


def send_alone() -> None:
    from digest.contrib.webhooks.sending import send_all

    send_all()


def send_in_threads() -> None:
    from digest.contrib.webhooks.sending import send_due

    send_due()


def kill_at_each_write(scenario: Scenario) -> list[dict[str, Any]]:
    """Kill a sender before its first write, its second, and so on; then let the claims lapse."""
    from django.utils import timezone

    from digest.contrib.webhooks.models import WebhookEndpoint
    from tests.publishing.scheduling.crashes import Killer, run_in_child

    found: list[dict[str, Any]] = []
    scenario.prepare(2, 2)
    while status := run_in_child(send_alone, Killer(len(found) + 1)):
        WebhookEndpoint.objects.exclude(busy_until=None).update(busy_until=timezone.now())
        assert run_in_child(send_alone) == 0
        found.append({"status": status} | scenario.results())
        scenario.prepare(2, 2)
    return found


def share(scenario: Scenario, senders: int) -> dict[str, Any]:
    """Have several processes, each with several threads, send to the same endpoints."""
    from tests.publishing.scheduling.crashes import start

    scenario.prepare(4, 12, "slow")
    pids = [start(send_in_threads) for _number in range(senders)]
    return {"statuses": [exit_status(pid) for pid in pids]} | scenario.results()


def send_beside_held(scenario: Scenario, held: int, **fields: Any) -> dict[str, Any]:
    """Have a process with three threads send to others while some receivers do not respond."""
    from tests.publishing.scheduling.crashes import start

    scenario.prepare(0, 0)
    for _number in range(held):
        scenario.add("held", 2, **fields)
    first = scenario.add("statuses/204", 5)
    pid = start(send_in_threads)
    wait_until(lambda: scenario.receiver.paths.count(first) == 5)
    later = scenario.add("statuses/204", 5)
    wait_until(lambda: scenario.receiver.paths.count(later) == 5)
    beside = scenario.results()
    scenario.receiver.release()
    return {"status": exit_status(pid), "beside": beside} | scenario.results()


def stop_service(scenario: Scenario, number: int) -> dict[str, Any]:
    """Stop the service by a signal while a receiver has not responded yet."""
    from django.core.management import call_command

    from tests.publishing.scheduling.crashes import start

    scenario.prepare(1, 2, "held")
    pid = start(lambda: call_command("deliver_webhooks"))
    wait_until(lambda: scenario.paths[0] in scenario.receiver.paths)
    os.kill(pid, number)
    time.sleep(0.5)
    scenario.receiver.release()
    return {"status": exit_status(pid)} | scenario.results()


def exit_status(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def wait_until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def with_receiver(run: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a scenario with a receiver of its own."""
    from django.conf import settings

    from tests.contrib.webhooks.receiver import running

    with running() as receiver:
        settings.DIGEST_HTTP_ALLOWED_HOSTS = [receiver.host]
        return run(Scenario(receiver), *args, **kwargs)


def main() -> None:
    from django.conf import settings
    from django.utils import timezone

    settings.DIGEST_WEBHOOK_THREADS = 3
    stops = {"SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT}
    results = {
        "writes": with_receiver(kill_at_each_write),
        "shared": {number: with_receiver(share, number) for number in (2, 5)},
        "beside_one": with_receiver(send_beside_held, 1),
        "beside_failing": with_receiver(send_beside_held, 4, failing_since=timezone.now()),
        "stopped": {name: with_receiver(stop_service, number) for name, number in stops.items()},
    }
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    django.setup()
    main()
