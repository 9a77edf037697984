"""The plugin alone, without cms, home and search: a process of its own with the fewest settings."""

import json
import subprocess
import sys

import pytest

READ_API = """
import django; django.setup()
from django.test import Client
answer = Client().get("/api/v1/")
assert answer.status_code == 200, answer.content
print(answer.content.decode())
"""


@pytest.fixture(scope="module")
def environment(foreign_environment) -> dict[str, str]:
    """A foreign site's environment, with a database file that the tests of this module share."""
    return foreign_environment("tests.plugin.settings")


def python(environment: dict[str, str], *arguments: str) -> str:
    """What Python prints in that environment; a failure shows what it wrote to stderr."""
    result = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_system_checks_find_nothing(environment):
    python(environment, "-m", "django", "check", "--fail-level", "WARNING")


def test_no_migration_is_missing(environment):
    python(environment, "-m", "django", "makemigrations", "--check", "--dry-run")


def test_it_migrates_and_answers(environment):
    python(environment, "-m", "django", "migrate", "--verbosity", "0")
    assert json.loads(python(environment, "-c", READ_API))


def test_it_does_not_import_the_site(environment):
    loaded = python(environment, "-c", "import django, sys; django.setup(); print(*sys.modules)")
    assert not {"cms", "home", "search"} & set(loaded.split())
