"""The plugin without the site and without optional apps, in a process with minimal settings."""

import json
import subprocess
import sys

import pytest

from tests.schemas import parameters_of

READ_API = """
import django; django.setup()
import json
from django.apps import apps
from django.test import Client
assert not apps.is_installed("digest.contrib.search")
paths = ["", "site/", "schema/", "issues/", "search/?q=a", "search/suggest/?q=a"]
paths += ["issues/?q=a", "issues/latest/?q=a", "stories/?q=a"]
responses = {path: Client().get(f"/api/v1/{path}") for path in paths}
print(json.dumps({path: [found.status_code, found.json()] for path, found in responses.items()}))
"""


@pytest.fixture(scope="module")
def environment(site_environment) -> dict[str, str]:
    """Return the environment of another site, whose database the tests share."""
    return site_environment("tests.plugin.settings")


@pytest.fixture(scope="module")
def responses(environment) -> dict[str, list]:
    """Migrate; return the status and the JSON of each path of the API."""
    python(environment, "-m", "django", "migrate", "--verbosity", "0")
    return json.loads(python(environment, "-c", READ_API))


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


def test_it_migrates_and_serves_the_api(responses):
    assert [responses[path][0] for path in ("", "site/", "schema/", "issues/")] == [200] * 4


def test_it_does_not_import_the_site(environment):
    loaded = python(environment, "-c", "import django, sys; django.setup(); print(*sys.modules)")
    assert not {"cms", "home", "search"} & set(loaded.split())


def test_search_that_is_not_installed_is_not_found(responses):
    for path in ("search/?q=a", "search/suggest/?q=a"):
        assert responses[path][0] == 404
    assert "search" not in responses[""][1]["links"]
    assert responses["site/"][1]["search_url"] is None


def test_lists_have_no_parameter_q_without_search(responses):
    assert responses["issues/"][0] == 200
    for path in ("issues/?q=a", "issues/latest/?q=a", "stories/?q=a"):
        status, problem = responses[path]
        assert (status, problem["errors"][0]["code"]) == (400, "unknown"), path


def test_schema_does_not_contain_search_without_it(responses):
    schema = responses["schema/"][1]
    parameters = [
        parameter["name"]
        for operations in schema["paths"].values()
        for parameter in parameters_of(operations["get"], schema)
    ]
    assert "q" not in parameters
    assert not {"/search/", "/search/suggest/"} & set(schema["paths"])
    assert not {"StoryResult", "Suggestion"} & set(schema["components"]["schemas"])
