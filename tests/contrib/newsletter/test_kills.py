"""Every letter arrives, however workers are killed; in processes and a database of their own."""

import json
import os
import subprocess
import sys

import pytest

from tests.contrib.newsletter.kills import STEPS
from tests.publishing.scheduling import databases

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return the output of ``kills``."""
    folder, mails = tmp_path_factory.mktemp("kills"), tmp_path_factory.mktemp("mails")
    with django_db_blocker.unblock():
        environment = os.environ | {
            "DATABASE_URL": databases.copy_of_tests(folder),
            "DJANGO_SETTINGS_MODULE": "cms.settings.test",
        }
        command = [sys.executable, "-m", "tests.contrib.newsletter.kills", str(mails)]
        try:
            result = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )
        finally:
            databases.drop_copy()
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("step", STEPS)
def test_letters_arrive_after_a_kill_at_any_step(results, step):
    found = results["steps"][step]
    assert found["status"] == -9
    assert (found["addresses"], found["states"]) == (3, {"accepted": 3})
    assert found["different"] == 3
    # From END on, the server has a letter that comes again, unless its outcome was recorded.
    assert found["sent"] in {"END": [4], "DONE": [3, 4]}.get(step, [3])


def test_letters_arrive_after_a_kill_at_any_write(results):
    kills = results["writes"]
    assert len(kills) >= 5
    assert {kill["status"] for kill in kills} == {-9}
    assert [kill["states"] for kill in kills] == [{"accepted": 2}] * len(kills)
    assert {kill["different"] for kill in kills} == {2}
    assert max(kill["sent"] for kill in kills) == 3


@pytest.mark.parametrize("workers", ["2", "5"])
def test_workers_share_letters_without_a_duplicate(results, workers):
    found = results["workers"][workers]
    assert found["statuses"] == [0] * int(workers)
    assert (found["sent"], found["different"], found["states"]) == (50, 50, {"accepted": 50})
    assert found["connections"] >= 2
