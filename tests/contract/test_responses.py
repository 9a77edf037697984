import pytest
from django.http import HttpResponse, JsonResponse
from openapi_spec_validator import OpenAPIV31SpecValidator

from digest.api.documentation import build_schema
from digest.api.errors import problem
from tests.contract.responses import check_response, close

TAG = {
    "name": "AI",
    "slug": "ai",
    "type": "tag",
    "issue_count": 1,
    "url": "http://localhost/tags/ai/",
    "api_url": "http://localhost/api/v1/tags/ai/",
}


def requested(response, path="tags/ai/", method="GET"):
    """Return the response with its request, as Django's test client does."""
    response.request = {"PATH_INFO": f"/api/v1/{path}", "REQUEST_METHOD": method}
    return response


def as_json(**changes):
    """Return a response with a tag, with changes to its fields and all required headers."""
    data = {name: value for name, value in (TAG | changes).items() if value is not ...}
    headers = {"ETag": '"x"', "Cache-Control": "public, max-age=60", "Vary": "Accept"}
    return JsonResponse(data, headers=headers)


def test_document_is_valid_openapi_31():
    assert build_schema()["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(build_schema()).validate()


def test_documented_response_passes():
    check_response(requested(as_json()))
    check_response(requested(HttpResponse("Anything"), "docs/"))


@pytest.mark.parametrize(
    "response",
    [
        requested(as_json(undeclared=1)),
        requested(as_json(slug=...)),
        requested(as_json(issue_count="1")),
        requested(as_json(url="/tags/ai/")),
        requested(HttpResponse("{}", content_type="text/html")),
        requested(JsonResponse({}, status=418)),
        requested(JsonResponse(problem(404), status=404)),
        requested(as_json(), "nothing/"),
        requested(as_json(), method="POST"),
        requested(HttpResponse("body", status=304)),
        requested(JsonResponse(problem(404) | {"more": 1}, status=404), "nothing/"),
    ],
    ids=lambda response: f"{response.status_code} {response.content[:40]}",
)
def test_undocumented_response_fails(response):
    with pytest.raises(AssertionError):
        check_response(response)


def test_objects_are_closed_unless_they_allow_additional_properties():
    properties = {"a": {"type": "object", "properties": {}}, "b": {"type": "object"}}
    closed = close({"type": "object", "properties": properties, "additionalProperties": True})
    assert closed["additionalProperties"] is True
    assert closed["properties"]["a"]["additionalProperties"] is False
    assert "additionalProperties" not in closed["properties"]["b"]
