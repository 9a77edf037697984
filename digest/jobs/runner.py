"""Run jobs: short ones in this process, one after the other, and each long one in its own.

A job is claimed in its row before it runs (``digest.jobs.models``), so several runners can share
the work, and jobs that a killed runner had claimed run again.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread

from django.db import Error, close_old_connections, connections

from digest.jobs.models import JobRun, last_runs
from digest.registry import Job

logger = logging.getLogger(__name__)

PAUSE = 2  # seconds between two checks for due jobs
EXTEND_EVERY = 20  # seconds; several tries fit into a claim
ERROR_LENGTH = 2000


class Runner:
    """Run jobs when they are due, until stopped.

    With ``once``, stop when no job is due and no long job runs; each long job runs at most once.
    ``wait`` sleeps for some seconds; ``start_process`` starts the process of a claimed long job.
    Several long jobs may run at once, each in one process.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        once: bool = False,
        wait: Callable[[float], None] | None = None,
        start_process: Callable[[JobRun], subprocess.Popen] | None = None,
    ) -> None:
        self.jobs = list(jobs)
        self.once = once
        self.failed: set[str] = set()
        self._wait = wait or self._wait_for_stop
        self._start_process = start_process or start_process_of
        self._long: dict[str, tuple[JobRun, subprocess.Popen]] = {}
        self._broken: set[str] = set()
        self._is_stopping = False
        # Its put() is safe in a signal handler; the set() of an Event may deadlock there.
        self._stops: SimpleQueue[None] = SimpleQueue()

    def run(self) -> None:
        while not self._is_stopping:
            self._run_due_jobs()
            if self.once and not self._long:
                break
            self._wait(PAUSE)
        self._stop_long_jobs()

    def stop(self) -> None:
        """Let the current job finish, stop the processes of long ones, and return from ``run``."""
        self._is_stopping = True
        self._stops.put(None)

    def _wait_for_stop(self, seconds: float) -> None:
        with suppress(Empty):
            self._stops.get(timeout=seconds)

    def _run_due_jobs(self) -> None:
        close_old_connections()
        with self._log_and_suppress("run_jobs"):
            self._check_long_jobs()
            for job, last_run in last_runs(self.jobs):
                if self._is_stopping:
                    break
                with self._log_and_suppress(job.name):
                    self._run_if_due(job, last_run)
        close_old_connections()

    @contextmanager
    def _log_and_suppress(self, name: str) -> Iterator[None]:
        """Suppress errors such as a lost database; log the first one only, until it succeeds."""
        try:
            yield
        except Exception:
            if name not in self._broken:
                logger.exception("%s could not be run; it is tried again.", name)
            self._broken.add(name)
            self.failed.add(name)
        else:
            self._broken.discard(name)

    def _run_if_due(self, job: Job, run: JobRun) -> None:
        # A process that cannot extend its claim still runs.
        if run.is_running or job.name in self._long:
            return
        is_due = run.is_due(job.every) or (job.is_due and job.is_due())
        if is_due and run.claim():
            if job.is_long:
                self._start_long_job(job, run)
            elif execute(job, run):
                self.failed.add(job.name)

    def _start_long_job(self, job: Job, run: JobRun) -> None:
        self._long[job.name] = run, self._start_process(run)
        if self.once:
            self.jobs.remove(job)

    def _check_long_jobs(self) -> None:
        for run, process in list(self._long.values()):
            if process.poll() is None:
                continue
            del self._long[run.name]
            if process.returncode:
                self.failed.add(run.name)
                # Changes nothing if the process has recorded its error itself.
                run.finish(f"Its process ended with exit status {process.returncode}.")

    def _stop_long_jobs(self) -> None:
        processes = [process for _, process in self._long.values()]
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def execute(job: Job, run: JobRun) -> str:
    """Run a claimed job, record its error, and return it; empty if there was none."""
    error = ""
    try:
        with _extending(run):
            job.run()
    except KeyboardInterrupt:
        run.interrupt()
        raise
    except (Exception, SystemExit) as raised:
        logger.exception("Job %s failed.", job.name)
        error = str(raised)[:ERROR_LENGTH] or type(raised).__name__
    close_old_connections()  # The job may have lost one, which would fail again.
    run.finish(error)
    return error


@contextmanager
def _extending(run: JobRun) -> Iterator[None]:
    """Extend the claim of a job in a thread while the job runs."""
    has_ended = Event()
    thread = Thread(target=_extend, args=[run, has_ended], daemon=True)
    thread.start()
    try:
        yield
    finally:
        has_ended.set()
        thread.join()


def _extend(run: JobRun, has_ended: Event) -> None:
    while not has_ended.wait(EXTEND_EVERY):
        with suppress(Error):
            run.extend()
        connections.close_all()


def start_process_of(run: JobRun) -> subprocess.Popen:
    """Start ``run_jobs --job`` for a claimed job; the new process ends when this one does."""
    return subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, "-m", "django", "run_jobs", f"--job={run.name}"),
            *(f"--claim={run.started_at.isoformat()}", f"--stop-with={os.getpid()}"),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        process_group=0,  # Ctrl-C only reaches this process, which then stops the other.
    )
