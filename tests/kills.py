"""Run actions in processes that are killed, in a copy of the database of the tests.

A test runs a module by ``results_of``; the module starts children of itself, one for each kill.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.publishing.scheduling import databases

WRITES = ("INSERT", "UPDATE", "DELETE")


def results_of(module: str, folder: Path, *arguments: str, **environment: str) -> Any:
    """Run a module in another process with a copy of the database; return the JSON it prints."""
    url = databases.copy_of_tests(folder)
    settings = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "cms.settings.test"}
    try:
        result = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=os.environ | settings | environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        databases.drop_copy()
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def run_in_child(action: Callable[[], Any], wrapper: Callable | None = None) -> int:
    """Run an action in a child process; return its exit status, negative for a signal."""
    pid = start(action, wrapper)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def start(action: Callable[[], Any], wrapper: Callable | None = None) -> int:
    """Start an action in a child process with its own database connection; return the PID."""
    from django.db import connection, connections

    connections.close_all()
    if pid := os.fork():
        return pid
    try:
        with connection.execute_wrapper(wrapper) if wrapper else nullcontext():
            action()
        connections.close_all()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


class Killer:
    """Kill the current process before its n-th write; an execute wrapper."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= sql.startswith(WRITES)
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)
