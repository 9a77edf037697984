"""``run_jobs`` and ``digest_status``."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from queue import SimpleQueue

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.utils import ConnectionHandler

from cms.settings.databases import database
from digest.jobs.interruption import on_signals
from digest.management.commands import run_jobs
from digest.models import JobRun
from digest.registry import DAY, MINUTE, Job, Status, registry
from tests.publishing.scheduling import databases


@pytest.fixture
def jobs(db, monkeypatch):
    """The registered jobs, empty but for those that a test adds."""
    jobs = []
    monkeypatch.setattr(registry, "jobs", jobs)
    monkeypatch.setattr(registry, "status", [])
    return jobs


def fail():
    raise RuntimeError("Out of paper")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_the_loop_after_the_job(jobs, number):
    before, done = signal.getsignal(number), []
    jobs.append(Job("stops", lambda: (signal.raise_signal(number), done.append("finished")), DAY))
    jobs.append(Job("other", lambda: done.append("other"), DAY))
    call_command("run_jobs", once=True)
    assert done == ["finished"]
    assert signal.getsignal(number) == before


def test_once_fails_if_a_job_has_failed(jobs):
    jobs.append(Job("job", lambda: None, MINUTE))
    call_command("run_jobs", once=True)
    jobs.append(Job("broken", fail, MINUTE))
    with pytest.raises(CommandError, match="Failed: broken"):
        call_command("run_jobs", once=True)


def test_job_option_runs_a_job_even_if_it_is_not_due(jobs):
    done = []
    jobs.append(Job("job", lambda: done.append(1), DAY))
    call_command("run_jobs", job="job")
    call_command("run_jobs", job="job")
    assert len(done) == 2


def test_job_option_fails_with_the_error_of_the_job(jobs):
    jobs.append(Job("broken", fail, DAY))
    with pytest.raises(CommandError, match="Out of paper"):
        call_command("run_jobs", job="broken")


def test_error_for_an_unknown_job_lists_the_known_ones(jobs):
    jobs.append(Job("job", fail, DAY))
    with pytest.raises(CommandError, match=r"There is no job jbo\. There are: job\."):
        call_command("run_jobs", job="jbo")


def test_process_of_a_runner_only_runs_the_claimed_job(jobs):
    done = []
    jobs.append(Job("job", lambda: done.append(1), DAY))
    run = JobRun(name="job")
    assert run.claim()
    with pytest.raises(CommandError, match="is running already"):
        call_command("run_jobs", job="job")
    call_command("run_jobs", f"--claim={run.started_at.isoformat()}", job="job")
    assert (done, JobRun.objects.get().is_running) == ([1], False)
    with pytest.raises(CommandError, match="is running already"):
        call_command("run_jobs", f"--claim={run.started_at.isoformat()}", job="job")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_interrupts_a_job_in_its_own_process(jobs, number):
    jobs.append(Job("job", lambda: (signal.raise_signal(number), fail()), DAY))
    with pytest.raises(SystemExit):
        call_command("run_jobs", job="job")
    run = JobRun.objects.get()
    assert (run.is_due(DAY), run.error) == (True, "")


@pytest.mark.slow
def test_process_stops_with_another_one():
    other, received = subprocess.Popen(["sleep", "600"]), SimpleQueue()
    with on_signals(lambda *signals: received.put(signals[0])):
        run_jobs.stop_with(other.pid)
        assert received.empty()
        other.kill()
        other.wait()
        assert received.get(timeout=30) == signal.SIGTERM


def test_jobs_of_this_site_run_in_processes(django_db_setup, django_db_blocker, tmp_path):
    with django_db_blocker.unblock():
        url = databases.copy_of_tests(tmp_path)
    module = {"DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE}  # perhaps without optional apps
    environment = os.environ | {"DATABASE_URL": url} | module
    command = [sys.executable, "manage.py", "run_jobs", "--once"]
    try:
        subprocess.run(command, env=environment, check=True)
        with django_db_blocker.unblock():
            rows = read(url, "SELECT name, claimed_until, error FROM digest_jobrun")
    finally:
        with django_db_blocker.unblock():
            databases.drop_copy()
    assert sorted(rows) == sorted((job.name, None, "") for job in registry.jobs)


def read(url, query):
    """Return the rows of a query in another database."""
    connection = ConnectionHandler({"default": database(url)})["default"]
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
    finally:
        connection.close()


def status(*arguments):
    """Return what ``digest_status`` prints, and its error."""
    out = StringIO()
    try:
        call_command("digest_status", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_status_has_a_line_for_each_job_and_fails_when_publishing_is_late(jobs):
    jobs += [Job("publish_scheduled", fail, MINUTE), Job("other", fail, DAY)]
    out, error = status()
    assert [line.split(" has not run yet, next 2")[0].strip() for line in out.splitlines()] == [
        "publish_scheduled",
        "other",
    ]
    assert "has not run for ten minutes" in error


def test_status_of_jobs_that_ran(jobs):
    jobs += [Job("publish_scheduled", fail, MINUTE), Job("other", fail, DAY)]
    for name, text in (("publish_scheduled", "No paper\nNo ink"), ("other", None)):
        run = JobRun(name=name)
        assert run.claim()
        if text:
            run.finish(text)
    out, error = status()
    first, second = out.splitlines()
    started_at = JobRun.objects.get(pk="publish_scheduled").started_at
    assert f"last run {started_at:%Y-%m-%d %H:%M:%S}+00:00, next " in first
    assert first.endswith(", error: No paper; No ink")
    assert ", running, next " in second
    assert error == ""


def test_status_of_a_job_that_runs_when_something_is_due(jobs):
    waiting = []
    jobs += [Job("publish_scheduled", fail, MINUTE), Job("sender", fail, DAY, lambda: waiting)]
    run = JobRun(name="sender")
    assert run.claim()
    run.finish()
    tomorrow = run.started_at + DAY
    line = status()[0].splitlines()[1]
    expected = f", next {tomorrow:%Y-%m-%d %H:%M:%S}+00:00, or earlier if something is due"
    assert line.endswith(expected)
    waiting.append("a letter")
    sender = json.loads(status("--json")[0])["jobs"][1]
    assert sender["may_run_early"]
    assert datetime.fromisoformat(sender["next_run"]) < tomorrow


def test_status_as_json(jobs):
    jobs.append(Job("publish_scheduled", fail, MINUTE))
    out, error = status("--json")
    [job] = json.loads(out)["jobs"]
    assert job | {"next_run": ""} == {
        "name": "publish_scheduled",
        "last_run": None,
        "next_run": "",
        "may_run_early": False,
        "is_running": False,
        "error": "",
    }
    assert error


def rows_of_an_app():
    yield Status("app_pages", [12, 13], is_problem=True)
    yield Status("app_last_run", datetime(2026, 4, 14, 9, tzinfo=UTC))
    yield Status("app_waiting", 0)
    yield Status("app_names", [])


def test_status_has_the_rows_of_apps(jobs):
    registry.status.append(f"{__name__}.rows_of_an_app")
    assert status()[0].splitlines() == [
        "app_pages          12, 13 (problem)",
        "app_last_run       2026-04-14 09:00:00+00:00",
        "app_waiting        0",
        "app_names          none",
    ]
    first, second = json.loads(status("--json")[0])["status"][:2]
    assert first == {"name": "app_pages", "value": [12, 13], "is_problem": True}
    assert second["value"] == "2026-04-14T09:00:00Z"
