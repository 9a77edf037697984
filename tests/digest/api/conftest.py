"""Asks the API, and holds each answer against the schema that the API gives of itself."""

import re

import pytest
from jsonschema import Draft202012Validator

from digest.api.documentation import build_schema


@pytest.fixture
def get(client):
    """GET below /api/v1/; the answer's JSON must be what the schema says, the status as given."""

    def get(path, status=200, **headers):
        path = path.removeprefix("http://testserver/api/v1/")
        response = client.get(f"/api/v1/{path}", headers=headers)
        assert response.status_code == status, response.content
        validate(path.partition("?")[0], response)
        return response.json()

    return get


def validate(path, response):
    """Fail where a response is not what the OpenAPI document promises."""
    schema = build_schema()
    for template, operations in schema["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(template))
        if re.fullmatch(pattern, f"/{path}"):
            answer = operations["get"]["responses"][str(response.status_code)]
            break
    else:
        assert response.status_code == 404
        answer = {"content": {"application/problem+json": _ref("Problem")}}
    content = answer["content"][response["Content-Type"]]["schema"]
    Draft202012Validator({**content, "components": schema["components"]}).validate(response.json())


def _ref(name):
    return {"schema": {"$ref": f"#/components/schemas/{name}"}}
