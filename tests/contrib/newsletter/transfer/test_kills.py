"""An import that is killed begins again, and ends as if nothing had happened."""

import json
import os
import subprocess
import sys

import pytest

from tests.publishing.scheduling import databases

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        environment = os.environ | {
            "DATABASE_URL": databases.copy_of_tests(tmp_path_factory.mktemp("kills")),
            "DJANGO_SETTINGS_MODULE": "cms.settings.test",
        }
        command = [sys.executable, "-m", "tests.contrib.newsletter.transfer.kills"]
        try:
            result = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )
        finally:
            databases.drop_copy()
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_import_is_completed_after_a_kill_at_any_write(results):
    assert len(results) >= 8
    assert {(result["status"], result["was_due"]) for result in results} == {(-9, True)}
    assert {result["state"] for result in results} == {"done"}
    for result in results:
        assert result["counts"] == {"added": 3, "recorded": 2, "barred": 1}
        assert result["readers"] == [
            ["r0@example.org", "active"],
            ["r1@example.org", "ended"],
            ["r3@example.org", "active"],
            ["r4@example.org", "active"],
            ["r5@example.org", "ended"],
        ]
