"""Describe the endpoints of submissions in the schema: raw bodies, request headers, problems."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from digest.api.errors import CONTENT_TYPE
from digest.api.schema import HEADERS, JSON, DigestAutoSchema
from digest.api.serializers import ProblemSerializer
from digest.contrib.submissions.documents import SUFFIXES

REQUEST_HEADERS = {
    "POST": ("Idempotency-Key", "A new value for each document, as a UUID."),
    "PUT": ("If-Match", "The ETag of the submission, or `*` for any state."),
}
PROBLEMS = {"GET": [401, 403], "POST": [401, 409, 422, 503], "PUT": [401, 409, 412, 422, 428, 503]}
RESPONSE_HEADERS = {
    "200": ["ETag", "Location", "Link"],
    "201": ["ETag", "Location", "Idempotency-Replayed"],
    "401": ["WWW-Authenticate"],
    "409": ["ETag", "Location", "Retry-After"],
    "503": ["Retry-After"],
}

# What they mean here
OWN_HEADERS = {
    "ETag": HEADERS["ETag"] | {"description": "The state of the draft, for If-Match."},
    "Location": HEADERS["Location"] | {"description": "The URL of the submission."},
}


class SubmissionAutoSchema(DigestAutoSchema):
    def get_override_parameters(self) -> list[Any]:
        parameters = super().get_override_parameters()
        if self.method in REQUEST_HEADERS:
            name, description = REQUEST_HEADERS[self.method]
            header = OpenApiParameter.HEADER
            parameters.append(OpenApiParameter(name, str, header, description=description))
        return parameters

    def get_request_serializer(self) -> Any:
        return {JSON: self.view.body_class} | dict.fromkeys(SUFFIXES, OpenApiTypes.BINARY)

    def get_response_serializers(self) -> dict[Any, Any]:
        responses = super().get_response_serializers()
        if self.method == "POST":  # with a dry run
            responses[200, JSON] = self.view.responses["POST"][1]
        problems = {(status, CONTENT_TYPE): ProblemSerializer for status in PROBLEMS[self.method]}
        return responses | problems

    def _get_response_headers_for_code(self, status: str, direction: str) -> dict[str, Any]:
        headers = super()._get_response_headers_for_code(status, direction)
        names = RESPONSE_HEADERS.get(status, [])
        return headers | {name: (HEADERS | OWN_HEADERS)[name] for name in names}
