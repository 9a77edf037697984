"""Environments of other sites, each with its own database."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site_environment(tmp_path_factory) -> Callable[[str], dict[str, str]]:
    """Return a function that creates the environment of a process for a settings module."""

    def make(settings: str) -> dict[str, str]:
        database = tmp_path_factory.mktemp("plugin") / "db.sqlite3"
        own = {"DJANGO_SETTINGS_MODULE": settings, "PLUGIN_DATABASE": str(database)}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | own

    return make
