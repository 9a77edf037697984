"""Describe the endpoints of submissions in the schema: raw bodies, request headers, problems."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from digest.api.errors import CONTENT_TYPE
from digest.api.schema import HEADERS, JSON, STRING, BodyExtension, DigestAutoSchema
from digest.api.serializers import ProblemSerializer
from digest.contrib.submissions.api.blocks import WRITABLE, TagBody
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


class SubmissionBodyExtension(OpenApiSerializerExtension):
    """Describe a body with either a document or an issue."""

    target_class = "digest.contrib.submissions.api.bodies.SubmissionBody"
    match_subclasses = True
    priority = 1

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema = BodyExtension(self.target).map_serializer(auto_schema, direction)
        return schema | {"oneOf": [{"required": [name]} for name in ("document", "issue")]}


class BlockFieldExtension(OpenApiSerializerFieldExtension):
    """Describe a block by the bodies of those that can be written."""

    target_class = "digest.contrib.submissions.api.blocks.BlockField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        refs = {
            name: auto_schema.resolve_serializer(body, "request").ref
            for name, body in WRITABLE.items()
        }
        mapping = {name: ref["$ref"] for name, ref in refs.items()}
        discriminator = {"propertyName": "type", "mapping": mapping}
        return {"oneOf": list(refs.values()), "discriminator": discriminator}


class TagFieldExtension(OpenApiSerializerFieldExtension):
    """Describe a tag by its name, or as the API returns it."""

    target_class = "digest.contrib.submissions.api.blocks.TagField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        name = STRING | {"minLength": 1, "maxLength": TagBody().fields["name"].max_length}
        return {"oneOf": [name, auto_schema.resolve_serializer(TagBody, "request").ref]}
