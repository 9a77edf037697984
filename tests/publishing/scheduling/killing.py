"""A process that is killed before its first write, before its second, and so on to the last.

Run by the tests: ``python -m tests.publishing.scheduling.killing``. It prints what it saw, as JSON.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import django

WRITES = ("INSERT", "UPDATE", "DELETE")
KINDS = ("issue", "page", "snippet")
NAMES = ["command", *(f"{kind}_{done}" for kind in KINDS for done in ("published", "unpublished"))]


def in_a_child(act: Callable[[], Any], wrapper: Callable | None = None) -> int:
    """Do something in a process of its own; its exit status, negative for a signal."""
    pid = start(act, wrapper)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def start(act: Callable[[], Any], wrapper: Callable | None = None) -> int:
    """Begin something in a process of its own, with a database connection of its own."""
    from django.db import connection, connections

    connections.close_all()
    if pid := os.fork():
        return pid
    try:
        with connection.execute_wrapper(wrapper) if wrapper else nullcontext():
            act()
        connections.close_all()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


class Killer:
    """Kills the process that it runs in before its n-th write."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= sql.startswith(WRITES)
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def killed_everywhere(name: str) -> dict[str, Any]:
    """What is left after each kill, and after the command has run upon it."""
    from tests.publishing.scheduling.databases import keep, restore
    from tests.publishing.scheduling.worlds import World, command

    world = World(name)
    seen: dict[str, Any] = {"before": world.state(), "shown": [world.shown()], "kills": []}
    keep()
    while status := in_a_child(world.act, Killer(len(seen["kills"]) + 1)):
        kill = {
            "status": status,
            "shown": world.shown(),
            "told": name != "command" or world.is_told(),
        }
        kill |= {"mended": in_a_child(command), "state": world.state()}
        seen["kills"].append(kill)
        restore()
    seen["shown"].append(world.shown())
    return seen | {"after": world.state()}


def two_at_once() -> list[int]:
    """How often each of some issues was published by two commands that ran at once."""
    from tests.builders import make_issue
    from tests.publishing.scheduling.timing import let_come, schedule
    from tests.publishing.scheduling.worlds import World, command

    world = World("command")
    for day in range(21, 25):
        issue = make_issue(world.digest, day, publish=False)
        let_come(schedule(issue))
        world.pages.append(issue)
    pids = [start(command, slowly) for _ in range(2)]
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0, 0]
    command()
    return [page[-1] for page in world.state()]


def slowly(execute: Callable, sql: str, *args: Any) -> Any:
    """Time for the other one to come along."""
    if sql.startswith(WRITES):
        time.sleep(0.005)
    return execute(sql, *args)


def renditions_by_a_worker() -> int:
    """How many renditions the image of a published issue has after a worker has run."""
    from django.core.management import call_command
    from wagtail.images.models import Rendition

    from tests.publishing.scheduling.worlds import World

    world = World("command")
    world.act()
    call_command("db_worker", batch=True, verbosity=0, startup_delay=False)
    return Rendition.objects.filter(image=world.new.image_id).count()


if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, run_syncdb=True)
    found: dict[str, Any] = {name: killed_everywhere(name) for name in NAMES}
    found |= {"two_at_once": two_at_once(), "renditions": renditions_by_a_worker()}
    json.dump(found, sys.stdout)
