"""The claim of a job, which one runner at a time has."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django.utils import timezone

from digest.models import JobRun
from digest.registry import MINUTE


def ago(**parts):
    return timezone.now() - timedelta(**parts)


@pytest.fixture
def run(db):
    """A job that ran two minutes ago."""
    return JobRun.objects.create(name="job", started_at=ago(minutes=2))


def fresh(run):
    return JobRun.objects.get(pk=run.pk)


def test_job_that_never_ran_is_due(db):
    assert JobRun(name="job").is_due(MINUTE)


def test_job_is_due_when_its_time_has_passed(run):
    assert run.is_due(MINUTE)
    assert not run.is_due(3 * MINUTE)
    assert run.due_at(3 * MINUTE) == run.started_at + 3 * MINUTE


def test_claimed_job_runs_until_it_is_finished(run):
    assert run.claim()
    assert fresh(run).is_running
    run.finish()
    assert not fresh(run).is_running
    assert not fresh(run).is_due(MINUTE)


def test_job_is_due_if_the_clock_was_set_back(run):
    run.started_at = timezone.now() + timedelta(days=1)
    assert run.is_due(MINUTE)


@pytest.mark.parametrize("is_new", [True, False])
def test_one_of_two_runners_claims_a_due_job(run, is_new):
    if is_new:
        run.delete()
    first, second = [JobRun(name="job") if is_new else fresh(run) for _ in range(2)]
    assert (first.claim(), second.claim()) == (True, False)
    first.finish()
    assert not second.claim()  # its row is out of date


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_one_of_many_concurrent_runners_claims_a_job():
    barrier, claims = Barrier(6), []

    def claim():
        run = JobRun(name="job")
        barrier.wait(30)
        claims.append(run.claim())
        connections.close_all()

    threads = [Thread(target=claim) for _ in range(barrier.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claims) == [False] * 5 + [True]


def lapse(run):
    JobRun.objects.update(claimed_until=ago(seconds=1))
    return fresh(run)


def test_job_whose_runner_was_killed_is_due_again_soon(run):
    assert run.claim()
    assert not fresh(run).is_due(timedelta(days=1))
    assert lapse(run).is_due(timedelta(days=1))
    assert lapse(run).claim()


def test_runner_with_a_lapsed_claim_changes_nothing(run):
    assert run.claim()
    other = lapse(run)
    assert other.claim()
    claimed_until = fresh(run).claimed_until
    assert not run.extend()
    run.finish("Too late")
    assert (fresh(run).error, fresh(run).claimed_until) == ("", claimed_until)


def test_claim_is_extended_only_while_the_job_runs(run):
    assert run.claim()
    lapse(run)
    assert run.extend()
    assert fresh(run).is_running
    run.finish()
    assert not run.extend()


def test_interrupted_job_is_due_at_once(run):
    assert run.claim()
    run.interrupt()
    assert fresh(run).is_due(timedelta(days=1))


def test_error_stays_until_the_job_succeeds(run):
    assert run.claim()
    run.finish("No paper")
    assert run.claim()
    assert fresh(run).error == "No paper"
    run.finish()
    assert fresh(run).error == ""
