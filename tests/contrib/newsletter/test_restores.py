"""After the restore of a backup, nobody who has left gets mail, and no mailing is repeated."""

import json
import os
import subprocess
import sys

import pytest

from tests.contrib.newsletter.restores import READERS
from tests.publishing.scheduling import databases

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return the output of ``restores``, which runs in a process and a database of its own."""
    folder, mails = tmp_path_factory.mktemp("restores"), tmp_path_factory.mktemp("mails")
    with django_db_blocker.unblock():
        environment = os.environ | {
            "DATABASE_URL": databases.copy_of_tests(folder),
            "DJANGO_SETTINGS_MODULE": "cms.settings.test",
        }
        command = [sys.executable, "-m", "tests.contrib.newsletter.restores", str(mails)]
        try:
            result = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )
        finally:
            databases.drop_copy()
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_all_readers_get_both_issues_before_the_restore(results):
    assert results["before"] == [sorted(READERS)] * 2


def test_issue_that_is_published_again_is_not_sent_again(results):
    assert results["after"][0] == []


def test_readers_who_left_get_nothing_even_if_an_editor_continues(results):
    assert results["after"][1] == ["stays"]
    assert "erased@example.org" not in results["addresses"]
