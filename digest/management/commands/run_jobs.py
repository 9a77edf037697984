"""``manage.py run_jobs``: run the registered jobs when they are due."""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from datetime import datetime
from threading import Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.jobs.interruption import on_signals
from digest.jobs.models import last_runs
from digest.jobs.runner import Runner, execute
from digest.registry import Job, registry

INTERRUPTED = 128 + signal.SIGINT


class Command(BaseCommand):
    help = (
        "Run the jobs of all apps when they are due, scheduled publishing first, until stopped. It "
        "can be killed at any time, and several may run at once."
    )
    requires_system_checks = []  # the server runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--once", action="store_true", help="run what is due now, and end")
        which.add_argument("--job", metavar="NAME", help="run this one now, due or not, and end")
        parser.add_argument(
            "--stop-with", type=int, metavar="PID", help="stop when this process has ended"
        )
        parser.add_argument(
            "--claim",
            type=datetime.fromisoformat,
            metavar="TIME",
            help="when the runner that starts this process has claimed the job",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["stop_with"]:
            stop_with(options["stop_with"])
        if options["job"]:
            self.run_job(options["job"], options["claim"])
        else:
            self.run_jobs(options["once"])

    def run_jobs(self, once: bool) -> None:
        runner = Runner(registry.jobs, once)
        with on_signals(lambda *received: runner.stop()):
            runner.run()
        if once and runner.failed:
            raise CommandError(f"Failed: {', '.join(sorted(runner.failed))}. See the log.")

    def run_job(self, name: str, claimed_at: datetime | None) -> None:
        [(job, run)] = last_runs([find_job(name)])
        if claimed_at:
            run.started_at = claimed_at
        if not (run.extend() if claimed_at else run.claim()):
            raise CommandError(f"{name} is running already.")
        try:
            with on_signals(signal.default_int_handler):
                error = execute(job, run)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        if error:
            raise CommandError(error)


def find_job(name: str) -> Job:
    jobs = {job.name: job for job in registry.jobs}
    if name not in jobs:
        raise CommandError(f"There is no job {name}. There are: {', '.join(jobs)}.")
    return jobs[name]


def stop_with(pid: int) -> None:
    """Send SIGTERM to this process when another one has ended."""

    def watch() -> None:
        with suppress(ProcessLookupError):
            while True:
                os.kill(pid, 0)
                time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, daemon=True).start()
