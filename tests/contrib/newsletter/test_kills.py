"""Every mail arrives, however workers are killed; in processes and a database of their own."""

import pytest

from tests.contrib.newsletter.kills import STEPS
from tests.kills import results_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return the output of ``kills``."""
    folder, mails = tmp_path_factory.mktemp("kills"), tmp_path_factory.mktemp("mails")
    with django_db_blocker.unblock():
        return results_of("tests.contrib.newsletter.kills", folder, str(mails), TASKS="database")


@pytest.fixture(params=["letters", "mailing"])
def found(request, results):
    return results[request.param]


def is_done(kill):
    return kill.get("mailing", "done") == "done" and set(kill["states"]) == {"accepted"}


@pytest.mark.parametrize("step", STEPS)
def test_mails_arrive_after_a_kill_at_any_step(found, step):
    kill = found["steps"][step]
    assert kill["status"] == -9
    assert is_done(kill), kill
    assert (kill["addresses"], kill["different"]) == (3, 3)
    # From END on, the server has a mail that comes again, unless its outcome was recorded.
    assert kill["sent"] in {"END": [4], "DONE": [3, 4]}.get(step, [3])


def test_mails_arrive_after_a_kill_at_any_write(found):
    kills = found["writes"]
    assert len(kills) >= 5
    assert {kill["status"] for kill in kills} == {-9}
    assert all(is_done(kill) for kill in kills), kills
    assert [kill for kill in kills if (kill["addresses"], kill["different"]) != (2, 2)] == []
    assert max(kill["sent"] for kill in kills) == 3


def test_worker_that_was_frozen_past_its_lease_repeats_one_mail(found):
    frozen = found["frozen"]
    assert (frozen["status"], frozen["addresses"], frozen["different"]) == (0, 3, 3)
    assert is_done(frozen), frozen
    assert frozen["sent"] == 4


@pytest.mark.parametrize("workers", ["2", "5"])
def test_workers_share_mails_without_a_duplicate(found, workers):
    shared = found["workers"][workers]
    assert shared["statuses"] == [0] * int(workers)
    assert (shared["sent"], shared["different"], shared["states"]) == (50, 50, {"accepted": 50})
    assert is_done(shared)
    assert shared["connections"] >= 2


def test_workers_of_a_task_queue_share_a_mailing(results):
    found = results["tasks"]
    assert (found["tasks"], found["mails"]) == (2, 0)
    assert found["waiting"] == 2  # one is in place of the killed one
    assert (found["sent"], found["different"]) == (12, 12)
    assert is_done(found)
