"""Kill processes that publish and that relay, before each write; a client reads in between.

The test runs ``python -m tests.contrib.changes.kills``, which prints the results as JSON.
"""

import copy
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


class Scenario:
    """A digest, changes that the relay has not seen, and a client that knows the state before."""

    def __init__(self) -> None:
        from wagtail.models import Site

        from tests.builders import make_digest, make_issue
        from tests.contrib.changes.feed import Copy, relay

        digest = make_digest(Site.objects.get(is_default_site=True).root_page)
        self.edited, self.retitled, self.deleted, self.private = (
            make_issue(digest, day) for day in (14, 15, 16, 17)
        )
        relay()
        self.client = Copy(limit=2)
        self.client.update()

    def publish(self) -> None:
        self.edited.title = "Another title"
        self.edited.save_revision().publish()

    def publish_and_die(self) -> None:
        """End right after the commit."""
        self.publish()
        os.kill(os.getpid(), signal.SIGKILL)

    def change(self) -> None:
        """Make one change of each kind, without signals where that is possible."""
        from wagtail.models import Page

        from tests.builders import make_issue, restrict

        Page.objects.filter(pk=self.retitled.pk).update(title="Another title")
        self.deleted.delete()
        restrict(self.private)
        make_issue(self.edited.get_parent().specific, 18)

    def recover(self) -> dict[str, Any]:
        """Let the client read, the next pass run, and the client read again."""
        from digest.contrib.changes.models import PublicState
        from tests.contrib.changes.feed import listed_issues, relay

        client = copy.deepcopy(self.client)
        client.update()
        relay()
        client.update()
        rows = PublicState.objects.exclude(sequence=None)
        return {
            "is_equal": client.issues == listed_issues(),
            "titles": sorted(issue["title"] for issue in client.issues.values()),
            "gone": rows.filter(is_public=False, kind="issue").count(),
            "marked": rows.filter(is_marked=True).count(),
        }


def relay_changes() -> None:
    from django.core.management import call_command

    from digest.contrib.changes import relay

    relay.MAX_COMPARED = 2  # several passes
    call_command("relay_changes", stdout=sys.stderr)


def kill_at_each_write(scenario: Scenario, action: Callable[[], None]) -> list[dict[str, Any]]:
    """Kill an action before its first write, its second, and so on; the last result has no kill."""
    from tests.kills import Killer, run_in_child
    from tests.publishing.scheduling.databases import restore_snapshot, take_snapshot

    take_snapshot()
    found: list[dict[str, Any]] = []
    while not found or found[-1]["status"]:
        status = run_in_child(action, Killer(len(found) + 1))
        found.append({"status": status} | scenario.recover())
        restore_snapshot()
    return found


def main() -> dict[str, Any]:
    from tests.kills import run_in_child

    scenario = Scenario()
    results = {"publish": kill_at_each_write(scenario, scenario.publish)}
    status = run_in_child(scenario.publish_and_die)
    results["committed"] = [{"status": status} | scenario.recover()]
    scenario.client.update()
    scenario.change()
    return results | {"relay": kill_at_each_write(scenario, relay_changes)}


if __name__ == "__main__":
    django.setup()
    json.dump(main(), sys.stdout)
