"""Every endpoint that takes a body rejects every invalid one, and writes nothing."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.api.documentation import build_schema
from tests.api.bad_input import (
    BODIES,
    CONTENT_ENCODINGS,
    CONTROL_CHARACTERS,
    FOREIGN_ORIGINS,
    INVALID_BODIES,
    INVALID_CONTENT_TYPES,
    LONG,
    UNKNOWN_FIELDS,
    UNKNOWN_PARAMETERS,
    echoes,
    query,
)
from tests.api.test_bad_requests import comparable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notes")]

every_body = pytest.mark.parametrize("target", BODIES, indirect=True)
JSON_TYPES = {
    "string": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": [],
    "object": {},
}
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP")


class Target:
    """An endpoint that takes a body, with a valid one and the schema of its fields."""

    def __init__(self, client, template):
        path, self.valid = BODIES[template]
        self.client, self.url = client, f"/api/v1/{path}"
        self.schema = build_schema()["paths"][template]["post"]
        [content] = self.schema["requestBody"]["content"].values()
        name = content["schema"]["$ref"].rpartition("/")[2]
        self.fields = build_schema()["components"]["schemas"][name]["properties"]

    def post(self, body, content_type="application/json", query="", **headers):
        """POST a body, as JSON unless it is bytes."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers["content-type"] = content_type  # Django's client sends none with an empty body
        return self.client.generic("POST", f"{self.url}?{query}", data, headers=headers)

    def rejection(self, *args, status=400, sent="", **kwargs):
        """Return the problem; check that nothing is written and little of the body repeated."""
        with CaptureQueriesContext(connection) as queries:
            response = self.post(*args, **kwargs)
        assert response.status_code == status, (args, response.content[:200])
        assert not [q["sql"] for q in queries if q["sql"].startswith(WRITES)]
        assert response["Content-Type"] == "application/problem+json"
        assert response["Cache-Control"] == "private, no-store"
        assert not echoes(sent, response.json())
        return response

    def errors(self, body, **kwargs):
        """Return the codes of the errors by pointer."""
        problem = self.rejection(body, **kwargs).json()
        assert problem["type"].endswith("#invalid-request")
        return {error["pointer"]: error["code"] for error in problem["errors"]}


@pytest.fixture
def target(request, client, shared_issue, settings):
    settings.DIGEST_NEWSLETTER_SIGNUP_RATE = None
    if request.param == "/digests/{slug}/subscriptions/":
        from tests.contrib.newsletter.readers import open_newsletter  # an optional app

        open_newsletter(shared_issue.get_parent().specific)
    return Target(client, request.param)


@every_body
def test_valid_body_is_accepted(target):
    assert target.post(target.valid).status_code in (200, 201, 202)


@every_body
def test_body_that_is_no_json_object_is_rejected(target):
    for body, code in INVALID_BODIES:
        assert target.errors(body) == {"": code}, body[:100]


@every_body
def test_other_content_types_are_rejected(target):
    for content_type in INVALID_CONTENT_TYPES:
        response = target.rejection(target.valid, content_type, status=415)
        assert response["Accept-Post"] == "application/json", content_type


@every_body
def test_content_encodings_are_rejected(target):
    for name in CONTENT_ENCODINGS:
        headers = {"content-encoding": name}
        response = target.rejection(target.valid, status=415, **headers)
        assert response["Accept-Encoding"] == "identity", name


@every_body
def test_body_beyond_the_limit_is_too_large(target):
    for size in (65_537, 3_000_000):
        body = json.dumps(target.valid).encode().ljust(size)
        assert "bytes" in target.rejection(body, status=413).json()["detail"]
    assert target.post(json.dumps(target.valid).encode().ljust(65_536)).status_code < 300


@every_body
def test_unknown_field_is_named(target):
    for name in UNKNOWN_FIELDS:
        errors = target.errors(target.valid | {name: True}, sent=name)
        assert list(errors.values()) == ["unknown"], name


@every_body
def test_number_of_errors_is_limited(target):
    unknown = {f"field{number}": 1 for number in range(1500)}
    assert len(target.errors(target.valid | unknown)) == 20


@every_body
def test_other_json_types_are_rejected(target):
    for name, schema in target.fields.items():
        for kind, value in JSON_TYPES.items():
            if kind not in (schema.get("type", kind), "integer" * (schema.get("type") == "number")):
                errors = target.errors(target.valid | {name: value})
                assert errors == {f"/{name}": "type"}, (name, kind)


@every_body
def test_control_characters_are_rejected(target):
    for name, schema in target.fields.items():
        for character in CONTROL_CHARACTERS if schema.get("type") == "string" else []:
            errors = target.errors(target.valid | {name: f"a{character}b"})
            assert errors == {f"/{name}": "characters"}, repr(character)


@every_body
def test_long_value_is_not_repeated(target):
    for name, schema in target.fields.items():
        if schema.get("type") == "string":
            target.rejection(target.valid | {name: LONG}, sent=LONG)


@every_body
def test_required_field_is_named(target):
    for name in target.valid:
        body = {key: value for key, value in target.valid.items() if key != name}
        assert target.errors(body) == {f"/{name}": "required"}


@every_body
def test_unknown_parameter_is_rejected(target):
    for name in UNKNOWN_PARAMETERS:
        response = target.rejection(target.valid, query=query(name, "1"))
        assert [error["parameter"] for error in response.json()["errors"]] == [name]


@every_body
def test_foreign_origin_is_forbidden(target):
    for origin in FOREIGN_ORIGINS:
        response = target.rejection(target.valid, status=403, origin=origin)
        assert "DIGEST_" in response.json()["detail"] or "NOTES_" in response.json()["detail"]
        assert "Access-Control-Allow-Origin" not in response
        assert "evil" not in str(response.headers) + response.content.decode()


@every_body
def test_cookies_and_authorization_have_no_effect(target):
    plain = target.post(target.valid)
    headers = {"cookie": "sessionid=x; csrftoken=y", "authorization": "Basic !!!"}
    response = target.post(target.valid, **headers)
    assert (response.status_code, response.content) == (plain.status_code, plain.content)
    assert not response.cookies
    assert "Cookie" not in response["Vary"]


@every_body
def test_preflight_is_the_same_whether_the_content_is_public(target, shared_issue):
    headers = {"origin": "http://localhost"}
    allowed = target.client.options(target.url, headers=headers)
    shared_issue.get_parent().specific.unpublish()
    hidden = target.client.options(target.url, headers=headers)
    assert (allowed.status_code, comparable(allowed)) == (204, comparable(hidden))
