"""Every endpoint rejects every invalid query string and names the parameter."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.api.documentation import build_schema
from tests.api.bad_input import (
    BODIES,
    EXAMPLES,
    INVALID_VALUES,
    LONG,
    UNKNOWN_PARAMETERS,
    echoes,
    query,
)
from tests.schemas import queries_of

pytestmark = pytest.mark.django_db

every_endpoint = pytest.mark.parametrize("endpoint", EXAMPLES, indirect=True)
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP")
PROBLEM_FIELDS = {"type", "title", "status", "detail", "errors"}


def get_problem(client, url, sent=""):
    """Return the problem; check that nothing is written and little of the request repeated."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 400, (url[:200], response.content[:200])
    assert not [q["sql"] for q in queries if q["sql"].startswith(WRITES)]
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == PROBLEM_FIELDS
    assert not any(echoes(text, problem) for text in (sent, url)), problem
    assert len(response.content) < 20_000
    return problem


def invalid_parameters(problem):
    return {error["parameter"] for error in problem["errors"]}


@pytest.mark.optional_apps
def test_inputs_cover_every_endpoint_and_parameter():
    """Those that take an API key have tests of their own, in the folder of their app."""
    paths = {
        path: operations
        for path, operations in build_schema()["paths"].items()
        if all({} in operation["security"] for operation in operations.values())
    }
    assert {path for path in paths if "get" in paths[path]} <= set(EXAMPLES)
    assert {path for path in paths if "requestBody" in paths[path].get("post", {})} <= set(BODIES)
    operations = [operation for methods in paths.values() for operation in methods.values()]
    parameters = [p for operation in operations for p in queries_of(operation)]
    assert {p["name"] for p in parameters} == set(INVALID_VALUES)


@every_endpoint
def test_endpoint_returns_200(endpoint, client):
    assert client.get(endpoint.url()).status_code == 200


@every_endpoint
def test_unknown_parameter_is_named(endpoint, client):
    for name in UNKNOWN_PARAMETERS:
        if name not in endpoint.parameters:
            problem = get_problem(client, endpoint.url(query(name, "1")))
            assert invalid_parameters(problem) == {name}, name


@every_endpoint
def test_similar_parameter_is_suggested(endpoint, client):
    for name in endpoint.parameters:
        near = f"{name}s" if len(name) < 4 else name[:-2] + name[-1]
        [error] = get_problem(client, endpoint.url(query(near, "1")))["errors"]
        assert name in error["detail"]


@every_endpoint
def test_invalid_value_is_rejected_by_parameter(endpoint, client):
    for name in endpoint.parameters:
        for value in [*INVALID_VALUES[name], LONG]:
            problem = get_problem(client, endpoint.url(query(name, value), without=name), value)
            assert invalid_parameters(problem) == {name}, (name, value[:100])


@every_endpoint
def test_repeated_parameter_is_rejected(endpoint, client):
    for name in endpoint.parameters:
        twice = [query(name, "1"), query(name, "2")]
        assert name in invalid_parameters(get_problem(client, endpoint.url(*twice, without=name)))


@every_endpoint
def test_name_too_long_or_not_utf_8_is_rejected(endpoint, client):
    get_problem(client, endpoint.url(query(LONG, "1")), LONG)
    get_problem(client, endpoint.url("%ff=1"))
    get_problem(client, endpoint.url("limi%ff=1"))
    get_problem(client, endpoint.url("limit%00=%00"))


@every_endpoint
def test_value_that_is_not_utf_8_is_rejected(endpoint, client):
    for name in endpoint.parameters:
        response = client.get(endpoint.url(f"{name}=%ff", without=name))
        # U+FFFD is valid in a search, and in a path that does not exist.
        expected = {"q": (200, 404), "path": (400, 404)}.get(name, (400,))
        assert response.status_code in expected, name


@every_endpoint
def test_number_of_errors_is_limited(endpoint, client):
    problem = get_problem(client, endpoint.url(*(f"parameter{n}=1" for n in range(1500))))
    assert 0 < len(problem["errors"]) <= 20


@every_endpoint
def test_more_parameters_than_django_reads_are_rejected(endpoint, client):
    response = client.get(endpoint.url(*["a=1"] * 10_001))
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("endpoint", ["/issues/"], indirect=True)
def test_existing_columns_are_rejected_like_unknown_ones(endpoint, client):
    def without(value):
        problem = get_problem(client, endpoint.url(query("order", value)))
        return str(problem).replace(value, "")

    assert without("owner") == without("nobody") == without("locked")


def test_echoes_finds_more_than_100_characters():
    assert echoes("x" * 101, {"a": ["x" * 101]})
    assert not echoes("x" * 101, {"a": "x" * 100})


@every_endpoint
def test_required_parameter_is_named(endpoint, client):
    for name in endpoint.required:
        assert invalid_parameters(get_problem(client, endpoint.url(without=name))) == {name}
