"""Runs the crash tests in a process and a database of their own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.publishing.scheduling import databases


@pytest.fixture(scope="session")
def crash_results(django_db_setup, django_db_blocker, tmp_path_factory) -> dict[str, Any]:
    """Return the output of ``crashes``."""
    folder = tmp_path_factory.mktemp("crashes")
    with django_db_blocker.unblock():
        environment = os.environ | {
            "DATABASE_URL": databases.copy_of_tests(folder),
            "DJANGO_SETTINGS_MODULE": "tests.publishing.scheduling.settings",
            "MEDIA_ROOT": str(folder / "media"),
        }
        command = [sys.executable, "-m", "tests.publishing.scheduling.crashes"]
        try:
            result = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )
        finally:
            databases.drop_copy()
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)
