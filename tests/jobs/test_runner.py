"""When jobs run, and which failures the loop survives."""

import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from threading import Event

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from digest.jobs import runner as runner_module
from digest.jobs.runner import Runner, execute, start_process_of
from digest.models import JobRun
from digest.registry import DAY, MINUTE, Job

pytestmark = pytest.mark.django_db


class Process:
    """The process of a long job, which ends when a test sets its status."""

    returncode = None
    is_terminated = False

    def poll(self):
        return self.returncode

    def terminate(self):
        self.is_terminated = True

    def wait(self):
        assert self.is_terminated


def run(*jobs, rounds=1, between=lambda: None, **options):
    """Run a runner for some rounds, calling ``between`` after each, and return it."""
    left = list(range(rounds - 1))

    def wait(seconds):
        between()
        left.pop() if left else runner.stop()

    runner = Runner(jobs, wait=wait, **options)
    runner.run()
    return runner


def let_pass(name, every=MINUTE):
    JobRun.objects.filter(name=name).update(started_at=timezone.now() - every)


def error_of(name):
    return JobRun.objects.get(pk=name).error


@pytest.fixture
def done():
    """The names of jobs that ran."""
    return []


@pytest.fixture
def job(done):
    """Return a function that makes jobs, which record that they ran."""

    def job(name="job", every=MINUTE, **options):
        return Job(name, lambda: done.append(name), every, **options)

    return job


def fail():
    raise RuntimeError("Out of paper")


def test_jobs_run_in_order_and_again_when_they_are_due(job, done):
    run(job("first"), job("second", DAY), rounds=3, between=lambda: let_pass("first"))
    assert done == ["first", "second", "first", "first"]


def test_job_that_is_not_due_does_not_run(job, done):
    run(job(), rounds=3)
    assert done == ["job"]


def test_is_due_starts_a_job_early(job, done):
    results = [True, False]
    run(job(every=DAY, is_due=lambda: results.pop()), rounds=3)
    assert done == ["job", "job"]


def test_failure_is_recorded_and_the_next_job_runs(job, done, caplog):
    run(Job("broken", fail, MINUTE), job())
    assert (done, error_of("broken"), error_of("job")) == (["job"], "Out of paper", "")
    assert "Job broken failed." in caplog.text


def test_job_that_exits_does_not_end_the_loop(job, done):
    run(Job("exits", lambda: sys.exit("Usage"), MINUTE), job())
    assert (done, error_of("exits")) == (["job"], "Usage")


def test_broken_is_due_is_logged_once_and_the_next_job_runs(job, done, caplog):
    run(job("broken", is_due=fail), job(), rounds=4)
    assert done == ["broken", "job"]
    assert caplog.text.count("broken could not be run") == 1


@pytest.mark.parametrize("method", ["claim", "finish"])
def test_database_that_is_locked_or_gone_does_not_end_the_loop(job, done, monkeypatch, method):
    original, failures = getattr(JobRun, method), [OperationalError("database is locked")]

    def flaky(*args):
        if failures:
            raise failures.pop()
        return original(*args)

    def lapse():
        JobRun.objects.exclude(claimed_until=None).update(claimed_until=timezone.now())

    monkeypatch.setattr(JobRun, method, flaky)
    run(job(), rounds=2, between=lapse)
    assert done[-1] == "job"
    assert not JobRun.objects.get().is_running


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection to lose")
@pytest.mark.django_db(transaction=True)
def test_lost_connection_is_recorded_and_replaced(job, done):
    def lose():
        connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")

    run(Job("lost", lose, MINUTE), job())
    assert "terminat" in error_of("lost")
    assert done == ["job"]


def test_connections_are_closed_between_rounds(job, monkeypatch):
    closed = []
    monkeypatch.setattr(runner_module, "close_old_connections", lambda: closed.append(True))
    run(rounds=1)
    assert len(closed) == 2


def test_stopping_lets_the_job_finish_and_starts_no_other(job, done):
    def stop():
        runner.stop()
        done.append("finished")

    runner = Runner([Job("stops", stop, MINUTE), job()])
    runner.run()
    assert done == ["finished"]
    assert not JobRun.objects.get().is_running


def test_stopping_ends_the_wait():
    runner = Runner([])
    runner.stop()
    runner._wait_for_stop(3600)


@pytest.fixture
def processes():
    """The processes of each long job, by its name."""
    return defaultdict(list)


@pytest.fixture
def start(processes):
    """Return a function that starts the process of a long job."""

    def start(run):
        processes[run.name].append(Process())
        return processes[run.name][-1]

    return start


def test_long_jobs_run_at_once_while_others_go_on(job, done, start, processes):
    jobs = [job("first", is_long=True), job("second", is_long=True), job("short")]
    run(*jobs, rounds=3, between=lambda: let_pass("short"), start_process=start)
    assert done == ["short"] * 3
    assert {name: len(started) for name, started in processes.items()} == {"first": 1, "second": 1}


def test_long_job_runs_again_when_its_process_has_ended(job, start, processes):
    def between():
        processes["ends"][0].returncode = 0
        for name in ("ends", "goes on"):
            JobRun.objects.get(pk=name).finish()
            let_pass(name)

    jobs = [job("ends", is_long=True), job("goes on", is_long=True)]
    run(*jobs, rounds=2, between=between, start_process=start)
    assert {name: len(started) for name, started in processes.items()} == {"ends": 2, "goes on": 1}


def test_process_that_has_lost_its_claim_is_not_started_twice(job, start, processes):
    def lapse():
        JobRun.objects.update(claimed_until=timezone.now())

    run(job("long", is_long=True), rounds=3, between=lapse, start_process=start)
    assert len(processes["long"]) == 1


def test_is_due_starts_a_long_job_early(job, start, processes):
    def between():
        if len(rounds) == 1:
            processes["long"][0].returncode = 0
            JobRun.objects.get().finish()
        rounds.append(len(processes["long"]))

    rounds = []
    long = job("long", DAY, is_long=True, is_due=lambda: len(rounds) >= 3)
    run(long, rounds=4, between=between, start_process=start)
    assert rounds == [1, 1, 1, 2]


def test_stopping_terminates_all_processes_before_it_waits(job, start, processes, monkeypatch):
    def wait(process):
        assert all(other.is_terminated for [other] in processes.values())
        waited.append(process)

    waited = []
    monkeypatch.setattr(Process, "wait", wait)
    run(job("first", is_long=True), job("second", is_long=True), start_process=start)
    assert len(waited) == 2


def test_process_that_ended_by_itself_is_an_error(job):
    process = Process()

    def between():
        process.returncode = -9

    long = job("long", is_long=True)
    runner = run(long, rounds=2, between=between, start_process=lambda run: process)
    assert error_of("long") == "Its process ended with exit status -9."
    assert runner.failed == {"long"}


def test_error_that_the_process_has_recorded_stays(job):
    process = Process()

    def between():
        JobRun.objects.get().finish("Out of paper")
        process.returncode = 1

    long = job("long", is_long=True)
    run(long, rounds=2, between=between, start_process=lambda run: process)
    assert error_of("long") == "Out of paper"


def test_once_runs_due_jobs_and_ends(job, done):
    def wait(seconds):
        raise AssertionError("Nothing runs that is to be waited for.")

    runner = Runner([job(), Job("broken", fail, MINUTE)], once=True, wait=wait)
    runner.run()
    assert (done, runner.failed) == (["job"], {"broken"})


def test_once_publishes_while_long_jobs_run_and_starts_each_once(job, done, start, processes):
    def wait(seconds):
        let_pass("short")
        if len(done) >= 2:
            processes["first"][0].returncode = 0
        if len(done) >= 3:
            processes["second"][0].returncode = 0

    long = {"is_due": lambda: True, "is_long": True}
    jobs = [job("short"), job("first", **long), job("second", **long)]
    Runner(jobs, once=True, wait=wait, start_process=start).run()
    assert done == ["short"] * 4
    assert [len(started) for started in processes.values()] == [1, 1]


def test_claim_is_extended_while_a_job_runs(monkeypatch, job):
    extended = Event()
    monkeypatch.setattr(runner_module, "EXTEND_EVERY", 0.001)
    monkeypatch.setattr(JobRun, "extend", lambda run: extended.set())
    assert execute(Job("job", lambda: extended.wait(30) or fail(), MINUTE), claimed()) == ""


def test_interrupted_job_is_due_at_once():
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(Job("job", interrupt, DAY), claimed())
    assert JobRun.objects.get().is_due(DAY)


def claimed():
    run = JobRun(name="job")
    assert run.claim()
    return run


def test_process_of_a_long_job_gets_its_claim_and_ends_with_the_runner(monkeypatch):
    started = {}
    monkeypatch.setattr(subprocess, "Popen", lambda args, **options: started.update(args=args))
    start_process_of(JobRun(name="long", started_at=timezone.now() - timedelta(hours=1)))
    assert started["args"][3:5] == ["run_jobs", "--job=long"]
    assert started["args"][5].startswith("--claim=2")
    assert started["args"][6].startswith("--stop-with=")
