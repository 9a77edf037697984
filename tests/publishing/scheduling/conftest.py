"""Runs the crash tests in a process and a database of their own."""

from typing import Any

import pytest

from tests.kills import results_of


@pytest.fixture(scope="session")
def crash_results(django_db_setup, django_db_blocker, tmp_path_factory) -> dict[str, Any]:
    """Return the output of ``crashes``."""
    folder = tmp_path_factory.mktemp("crashes")
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.publishing.scheduling.settings",
        "MEDIA_ROOT": str(folder / "media"),
    }
    with django_db_blocker.unblock():
        return results_of("tests.publishing.scheduling.crashes", folder, **settings)
