"""The catalogue of wrong query strings on every endpoint: always refused, always by name."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.api.documentation import build_schema
from tests.api.bad_input import EXAMPLES, LONG, UNKNOWN, WRONG_VALUES, echoes, query

pytestmark = pytest.mark.django_db

every_endpoint = pytest.mark.parametrize("endpoint", EXAMPLES, indirect=True)
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP")
MEMBERS = {"type", "title", "status", "detail", "errors"}


def refusal(client, address, sent=""):
    """The problem that a request is answered with; nothing is written and little is repeated."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 400, (address[:200], response.content[:200])
    assert not [q["sql"] for q in queries if q["sql"].startswith(WRITES)]
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == MEMBERS
    assert not any(echoes(text, problem) for text in (sent, address)), problem
    assert len(response.content) < 20_000
    return problem


def named(problem):
    """The parameters that a problem names."""
    return {error["parameter"] for error in problem["errors"]}


def test_catalogue_knows_every_endpoint_and_every_parameter():
    paths = build_schema()["paths"]
    assert set(paths) - set(EXAMPLES) == set()
    operations = [operations["get"] for operations in paths.values()]
    parameters = [p for operation in operations for p in operation.get("parameters", [])]
    assert {p["name"] for p in parameters if p["in"] == "query"} == set(WRONG_VALUES)


@every_endpoint
def test_endpoint_answers(endpoint, client):
    assert client.get(endpoint.address()).status_code == 200


@every_endpoint
def test_unknown_parameter_is_named(endpoint, client):
    for name in UNKNOWN:
        if name not in endpoint.parameters:
            problem = refusal(client, endpoint.address(query(name, "1")))
            assert named(problem) == {name}, name


@every_endpoint
def test_near_miss_is_told_what_was_meant(endpoint, client):
    for name in endpoint.parameters:
        near = f"{name}s" if len(name) < 4 else name[:-2] + name[-1]
        [error] = refusal(client, endpoint.address(query(near, "1")))["errors"]
        assert name in error["detail"]


@every_endpoint
def test_wrong_value_is_refused_by_the_name_of_its_parameter(endpoint, client):
    for name in endpoint.parameters:
        for value in [*WRONG_VALUES[name], LONG]:
            problem = refusal(client, endpoint.address(query(name, value), without=name), value)
            assert named(problem) == {name}, (name, value[:100])


@every_endpoint
def test_repeated_parameter_is_refused(endpoint, client):
    for name in endpoint.parameters:
        twice = [query(name, "1"), query(name, "2")]
        assert name in named(refusal(client, endpoint.address(*twice, without=name)))


@every_endpoint
def test_name_too_long_or_not_utf_8_is_refused(endpoint, client):
    refusal(client, endpoint.address(query(LONG, "1")), LONG)
    refusal(client, endpoint.address("%ff=1"))
    refusal(client, endpoint.address("limi%ff=1"))
    refusal(client, endpoint.address("limit%00=%00"))


@every_endpoint
def test_value_that_is_not_utf_8_is_refused(endpoint, client):
    for name in endpoint.parameters:
        response = client.get(endpoint.address(f"{name}=%ff", without=name))
        # A replacement character may be searched for, or be in the path of no page.
        expected = {"q": (200, 404), "path": (400, 404)}.get(name, (400,))
        assert response.status_code in expected, name


@every_endpoint
def test_many_parameters_are_refused_in_few_words(endpoint, client):
    problem = refusal(client, endpoint.address(*(f"parameter{n}=1" for n in range(1500))))
    assert 0 < len(problem["errors"]) <= 20


@every_endpoint
def test_parameters_past_what_django_reads_are_refused(endpoint, client):
    response = client.get(endpoint.address(*["a=1"] * 10_001))
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("endpoint", ["/issues/"], indirect=True)
def test_columns_that_exist_are_refused_as_those_that_do_not(endpoint, client):
    def without(value):
        problem = refusal(client, endpoint.address(query("order", value)))
        return str(problem).replace(value, "")

    assert without("owner") == without("nobody") == without("locked")


def test_nothing_in_the_catalogue_is_taken_for_what_it_is_not():
    assert echoes("x" * 101, {"a": ["x" * 101]})
    assert not echoes("x" * 101, {"a": "x" * 100})


@every_endpoint
def test_parameter_that_is_needed_is_named(endpoint, client):
    for name in endpoint.required:
        assert named(refusal(client, endpoint.address(without=name))) == {name}
