"""Environments of foreign sites, each with a database of its own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def foreign_environment(tmp_path_factory) -> Callable[[str], dict[str, str]]:
    """Makes the environment of a process that runs under the given settings module."""

    def make(settings: str) -> dict[str, str]:
        database = tmp_path_factory.mktemp("plugin") / "db.sqlite3"
        own = {"DJANGO_SETTINGS_MODULE": settings, "PLUGIN_DATABASE": str(database)}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | own

    return make
