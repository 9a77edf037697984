"""Run publishing in processes that are killed before their first write, their second, and so on.

The tests run ``python -m tests.publishing.scheduling.crashes``, which prints the results as JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from tests.kills import WRITES, Killer, run_in_child, start

KINDS = ("issue", "page", "snippet")
NAMES = ["command", *(f"{kind}_{done}" for kind in KINDS for done in ("published", "unpublished"))]


def crash_at_each_write(name: str) -> dict[str, Any]:
    """Kill a scenario before each write; record the states before and after recovery."""
    from tests.publishing.scheduling.databases import restore_snapshot, take_snapshot
    from tests.publishing.scheduling.scenarios import Scenario, command

    scenario = Scenario(name)
    results = {"before": scenario.state(), "shown": [scenario.shown()], "kills": []}
    take_snapshot()
    while status := run_in_child(scenario.action, Killer(len(results["kills"]) + 1)):
        kill = {
            "status": status,
            "shown": scenario.shown(),
            "task_queued": name != "command" or scenario.has_matching_task(),
        }
        kill |= {"repair_status": run_in_child(command), "state": scenario.state()}
        results["kills"].append(kill)
        restore_snapshot()
    results["shown"].append(scenario.shown())
    return results | {"after": scenario.state()}


def run_two_commands() -> list[int]:
    """Return how often each issue was published by two concurrent commands."""
    from tests.builders import make_issue
    from tests.publishing.scheduling.scenarios import Scenario, command
    from tests.publishing.scheduling.schedules import make_due, schedule

    scenario = Scenario("command")
    for day in range(21, 25):
        issue = make_issue(scenario.digest, day, publish=False)
        make_due(schedule(issue))
        scenario.pages.append(issue)
    pids = [start(command, delay_writes) for _ in range(2)]
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0, 0]
    command()
    return [page[-1] for page in scenario.state()]


def delay_writes(execute: Callable, sql: str, *args: Any) -> Any:
    """Let the other command interleave."""
    if sql.startswith(WRITES):
        time.sleep(0.005)
    return execute(sql, *args)


def renditions_by_a_worker() -> int:
    """Return the number of renditions of a published issue's image after a worker has run."""
    from django.core.management import call_command
    from wagtail.images.models import Rendition

    from tests.publishing.scheduling.scenarios import Scenario

    scenario = Scenario("command")
    scenario.action()
    call_command("db_worker", batch=True, verbosity=0, startup_delay=False)
    return Rendition.objects.filter(image=scenario.new.image_id).count()


if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, run_syncdb=True)
    results: dict[str, Any] = {name: crash_at_each_write(name) for name in NAMES}
    results |= {"two_commands": run_two_commands(), "renditions": renditions_by_a_worker()}
    json.dump(results, sys.stdout)
