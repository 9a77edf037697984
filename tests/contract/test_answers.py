"""The strictness itself: an answer that is not what the document says does not pass."""

import pytest
from django.http import HttpResponse, JsonResponse
from openapi_spec_validator import OpenAPIV31SpecValidator

from digest.api.documentation import build_schema
from digest.api.errors import problem
from tests.contract.answers import check_answer, close

TAG = {
    "name": "AI",
    "slug": "ai",
    "type": "tag",
    "issue_count": 1,
    "url": "http://localhost/tags/ai/",
    "api_url": "http://localhost/api/v1/tags/ai/",
}


def answer(response, path="tags/ai/", method="GET"):
    """A response as Django's test client gives it."""
    response.request = {"PATH_INFO": f"/api/v1/{path}", "REQUEST_METHOD": method}
    return response


def as_json(**changes):
    """A tag's answer, with changes to its members and all the headers it needs."""
    data = {name: value for name, value in (TAG | changes).items() if value is not ...}
    headers = {"ETag": '"x"', "Cache-Control": "public, max-age=60", "Vary": "Accept"}
    return JsonResponse(data, headers=headers)


def test_document_is_valid_openapi_31():
    assert build_schema()["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(build_schema()).validate()


def test_answer_as_documented_passes():
    check_answer(answer(as_json()))
    check_answer(answer(HttpResponse("Anything"), "docs/"))


@pytest.mark.parametrize(
    "response",
    [
        answer(as_json(undeclared=1)),
        answer(as_json(slug=...)),
        answer(as_json(issue_count="1")),
        answer(as_json(url="/tags/ai/")),
        answer(HttpResponse("{}", content_type="text/html")),
        answer(JsonResponse({}, status=418)),
        answer(JsonResponse(problem(404), status=404)),
        answer(as_json(), "nothing/"),
        answer(as_json(), method="POST"),
        answer(HttpResponse("body", status=304)),
        answer(JsonResponse(problem(404) | {"more": 1}, status=404), "nothing/"),
    ],
    ids=lambda response: f"{response.status_code} {response.content[:40]}",
)
def test_answer_that_is_not_documented_fails(response):
    with pytest.raises(AssertionError):
        check_answer(response)


def test_objects_are_closed_but_for_open_ones():
    members = {"a": {"type": "object", "properties": {}}, "b": {"type": "object"}}
    closed = close({"type": "object", "properties": members, "additionalProperties": True})
    assert closed["additionalProperties"] is True
    assert closed["properties"]["a"]["additionalProperties"] is False
    assert "additionalProperties" not in closed["properties"]["b"]
