"""Asks the API, and holds each answer against the schema that the API gives of itself."""

import pytest
from django.test import Client

from digest.api.documentation import build_schema
from tests.builders import body, make_issue, story
from tests.contract.answers import check_answer
from tests.digest.api.bad_input import EXAMPLES, REQUIRED, query


@pytest.fixture(autouse=True)
def _true_to_the_document(monkeypatch):
    """Whatever a test asks the API, and by which client: the answer is as the document says."""
    request = Client.request

    def checked(client, **environ):
        response = request(client, **environ)
        check_answer(response)
        return response

    monkeypatch.setattr(Client, "request", checked)


@pytest.fixture
def get(client):
    """GET below /api/v1/, with a status; the answer's JSON."""

    def get(path, status=200, **headers):
        path = path.removeprefix("http://testserver/api/v1/")
        response = client.get(f"/api/v1/{path}", headers=headers)
        assert response.status_code == status, response.content
        return response.json()

    return get


class Endpoint:
    """One path of the document, with an address of it and the parameters it takes."""

    def __init__(self, template, **ids):
        self.path = "/api/v1/" + EXAMPLES[template].format(**ids)
        operation = build_schema()["paths"].get(template, {"get": {}})["get"]
        given = operation.get("parameters", [])
        self.parameters = [p["name"] for p in given if p["in"] == "query"]

    def address(self, *parts, without=None):
        """Its address with these parts of a query string, and what it cannot be asked without."""
        required = [query(n, v) for n, v in REQUIRED.items() if n in self.parameters]
        needed = [part for part in required if not part.startswith(f"{without}=")]
        return f"{self.path}?{'&'.join([*needed, *parts])}"


@pytest.fixture
def endpoint(request, digest):
    """The endpoint that a test is parametrised with, with something at its address."""
    blocks = body(story("A needle", body="<p>It happened in a haystack.</p>"))
    issue = make_issue(digest, 14, body=blocks, tags=("AI",))
    return Endpoint(request.param, issue=issue.pk, story=issue.body[1].id)
