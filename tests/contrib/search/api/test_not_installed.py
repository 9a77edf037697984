"""Without the search app, the API has no search, and everything else works."""

import json

import pytest

from tests.plugin.conftest import site_environment  # noqa: F401
from tests.plugin.test_plugin import python

USE = """
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
def responses(site_environment):  # noqa: F811
    environment = site_environment("tests.plugin.settings")
    python(environment, "-m", "django", "migrate", "--verbosity", "0")
    return json.loads(python(environment, "-c", USE))


def test_search_is_not_found(responses):
    for path in ("search/?q=a", "search/suggest/?q=a"):
        assert responses[path][0] == 404
    assert "search" not in responses[""][1]["links"]
    assert responses["site/"][1]["search_url"] is None


def test_lists_have_no_parameter_q(responses):
    assert responses["issues/"][0] == 200
    for path in ("issues/?q=a", "issues/latest/?q=a", "stories/?q=a"):
        status, problem = responses[path]
        assert (status, problem["errors"][0]["code"]) == (400, "unknown"), path


def test_schema_does_not_contain_search(responses):
    schema = responses["schema/"][1]
    parameters = [
        parameter["name"]
        for operations in schema["paths"].values()
        for parameter in operations["get"].get("parameters", [])
    ]
    assert "q" not in parameters
    assert not {"/search/", "/search/suggest/"} & set(schema["paths"])
    assert not {"StoryResult", "Suggestion"} & set(schema["components"]["schemas"])
