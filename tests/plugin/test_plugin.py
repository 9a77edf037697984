"""The plugin without cms, home and search, in a process with minimal settings."""

import json
import subprocess
import sys

import pytest

READ_API = """
import django; django.setup()
from django.test import Client
response = Client().get("/api/v1/")
assert response.status_code == 200, response.content
print(response.content.decode())
"""


@pytest.fixture(scope="module")
def environment(site_environment) -> dict[str, str]:
    """Return the environment of another site, whose database the tests share."""
    return site_environment("tests.plugin.settings")


def python(environment: dict[str, str], *arguments: str) -> str:
    """Run Python in an environment; return its output, or fail with its stderr."""
    result = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_system_checks_find_nothing(environment):
    python(environment, "-m", "django", "check", "--fail-level", "WARNING")


def test_no_migration_is_missing(environment):
    python(environment, "-m", "django", "makemigrations", "--check", "--dry-run")


def test_it_migrates_and_serves_the_api(environment):
    python(environment, "-m", "django", "migrate", "--verbosity", "0")
    assert json.loads(python(environment, "-c", READ_API))


def test_it_does_not_import_the_site(environment):
    loaded = python(environment, "-c", "import django, sys; django.setup(); print(*sys.modules)")
    assert not {"cms", "home", "search"} & set(loaded.split())
