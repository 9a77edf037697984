"""Generate the OpenAPI 3.1 schema from the views, their serializers and the blocks.

Block types are a union with the discriminator ``type``, one component each. They are read from the
stream block, so a block that a site adds is included.
"""

import inspect
from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import (
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.views import APIView
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock, ImageChooserBlock

from digest.api.errors import CONTENT_TYPE
from digest.api.examples import block_example
from digest.api.issues import story_block
from digest.api.serializers import ImageSerializer, ProblemSerializer
from digest.blocks import IssueBodyBlock
from digest.pages.page_models import get_issue_page_model

JSON = "application/json"
STRING = {"type": "string"}
PAGE_ID = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": STRING}


HEADERS = {
    "Accept-Encoding": _header("The only Content-Encoding of a body that is accepted."),
    "Accept-Post": _header("The media types of a body that are accepted."),
    "Cache-Control": _header("How long caches may store the response."),
    "Content-Location": _header("The resource's own URL, if the request URL is another."),
    "ETag": _header("A strong validator of the body, for If-None-Match."),
    "Idempotency-Replayed": _header("`true` if the response is that of the first request."),
    "Link": _header("The URLs of the next and the previous page (RFC 8288)."),
    "Location": _header("The URL with the new slug, and the query of the request."),
    "Referrer-Policy": _header("Keeps the URL out of Referer."),
    "RateLimit": _header("The remaining requests, if there is a limit."),
    "RateLimit-Policy": _header("The limit, if there is one."),
    "Retry-After": _header("Seconds until the client may retry."),
    "Surrogate-Key": _header("The pages in the response, for purging caches."),
    "Vary": _header("The request headers that the response depends on."),
    "WWW-Authenticate": _header("The scheme of authentication."),
    "X-Robots-Tag": _header("Keeps the response out of search engines."),
}
ALWAYS = ["Cache-Control", "Vary", "RateLimit", "RateLimit-Policy"]
HEADERS_OF_STATUS = {
    "200": [*ALWAYS, "ETag", "Content-Location", "Link", "Surrogate-Key"],
    "301": [*ALWAYS, "Location"],
    "304": [*ALWAYS, "ETag", "Content-Location"],
    "415": [*ALWAYS, "Accept-Encoding", "Accept-Post"],
    "429": [*ALWAYS, "Retry-After"],
}
NO_CONTENT = OpenApiResponse(description="The request has succeeded; the body is empty.")
# The first class that matches a block determines its schema; other blocks may have any value.
SCALARS: list[tuple[type[blocks.Block], dict[str, Any]]] = [
    (blocks.RichTextBlock, {"type": "string", "contentMediaType": "text/html"}),
    (blocks.BooleanBlock, {"type": ["boolean", "null"]}),
    (blocks.IntegerBlock, {"type": ["integer", "null"]}),
    (blocks.FloatBlock, {"type": ["number", "null"]}),
    (blocks.DateTimeBlock, {"type": ["string", "null"], "format": "date-time"}),
    (blocks.DateBlock, {"type": ["string", "null"], "format": "date"}),
    (blocks.TimeBlock, {"type": ["string", "null"], "format": "time"}),
    (blocks.URLBlock, {"type": ["string", "null"], "format": "uri"}),
    (blocks.CharBlock, STRING),
    (blocks.TextBlock, STRING),
    (blocks.EmailBlock, STRING),
    (blocks.RegexBlock, STRING),
    (blocks.ChoiceBlock, {"type": ["string", "null"]}),
    (blocks.MultipleChoiceBlock, {"type": "array", "items": STRING}),
    (blocks.PageChooserBlock, {"type": ["integer", "null"]}),
    (DocumentChooserBlock, {"type": ["integer", "null"]}),
    (blocks.RawHTMLBlock, STRING),
    (blocks.BlockQuoteBlock, STRING),
]


class DigestAutoSchema(AutoSchema):
    """Describe a view by its class attributes: parameters, serializer, renderers, ``is_list``.

    Of a view that takes other methods than GET, these are also ``body_class`` and ``responses``.
    """

    def get_operation_id(self) -> str:
        """Return the view's name in camel case, which client generators use for functions."""
        name = type(self.view).__name__.removesuffix("View")
        return f"{self.method.lower()}{name}"

    def get_summary(self) -> str:
        return self.get_description().partition("\n")[0]

    def get_description(self) -> str:
        """Return the docstring of the handler, or else of the view."""
        handler = getattr(self.view, self.method.lower())
        return inspect.getdoc(handler) or inspect.getdoc(type(self.view)) or ""

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.strip("/").split("/") if part.isalpha()]
        return ["issues" if "issues" in parts else (parts or ["root"])[0]]

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = [self.view.get_parameters_class(self.method)]
        if "{id}" in self.path:
            parameters.append(OpenApiParameter("id", PAGE_ID, OpenApiParameter.PATH))
        return parameters

    def _get_format_parameters(self) -> list[Any]:
        return []  # Accept selects the format

    def map_parsers(self) -> list[str]:
        return [JSON]

    def get_request_serializer(self) -> Any:
        body = self.view.body_class
        return body if body().fields else None

    def get_response_serializers(self) -> dict[Any, Any]:
        # 404 also for the host of no site
        problems = [400, 404, 405, 406, 429, 500]
        if self.method == "GET":
            responses = self._responses_to_get()
        else:
            status, serializer = self.view.responses[self.method]
            responses = {(status, JSON): serializer} if serializer else {status: NO_CONTENT}
            problems += [403, 413, 415] if self.method in ("POST", "PUT") else [403]
        return responses | {(status, CONTENT_TYPE): ProblemSerializer for status in problems}

    def _responses_to_get(self) -> dict[Any, Any]:
        serializer = self.view.serializer_class
        if self.view.is_list:
            serializer = _page_of(serializer)
        types = [renderer.media_type for renderer in self.view.renderer_classes]
        responses = {
            (200, media_type): serializer if media_type == JSON else OpenApiTypes.STR
            for media_type in types
        }
        if self.view.is_cacheable:
            description = "The response is not modified (If-None-Match)."
            responses[304] = OpenApiResponse(description=description)
        if self.view.is_renamable:
            description = "A slug has changed; the response has the URL with the new one."
            responses[301] = OpenApiResponse(description=description)
        return responses

    def _get_response_headers_for_code(self, status: str, direction: str) -> dict[str, Any]:
        names = HEADERS_OF_STATUS.get(status, ALWAYS)
        if not self.view.is_cacheable:
            names = HEADERS_OF_STATUS[status] if status in ("415", "429") else ALWAYS
            names = [*names, "Referrer-Policy", "X-Robots-Tag"]
        return {name: HEADERS[name] for name in names}


def component_schema(registry: ComponentRegistry) -> AutoSchema:
    """Return what maps serializers to components without a view."""
    schema = DigestAutoSchema()
    schema.registry, schema.view = registry, APIView()
    schema.view.request, schema.path, schema.method = None, "", "GET"
    return schema


def _page_of(serializer: type[serializers.Serializer]) -> serializers.Serializer:
    return inline_serializer(
        name=serializer.__name__.removesuffix("Serializer") + "List",
        fields={
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": serializer(many=True),
            "count": serializers.IntegerField(required=False),
        },
    )


class BodyExtension(OpenApiSerializerExtension):
    """Describe a body as an object without other fields than its own."""

    target_class = "digest.api.bodies.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return schema | {"additionalProperties": False}


class BodyFieldExtension(OpenApiSerializerFieldExtension):
    """Describe the body of an issue by the blocks of its page class."""

    target_class = "digest.api.serializers.BodyField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        body = get_issue_page_model()._meta.get_field("body").stream_block
        return stream_schema(body, *_components(auto_schema))


class StoryBlockFieldExtension(OpenApiSerializerFieldExtension):
    """Describe a field of a story by the definition of its block."""

    target_class = "digest.api.serializers.StoryBlockField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        name = self.target.name
        block = story_block().child_blocks[name]
        return block_schema(block, *_components(auto_schema), f"StorySectionBlock{name.title()}")


def _components(auto_schema: AutoSchema) -> tuple["Register", dict[str, Any]]:
    """Return a function that registers a component, and a reference to that of an image."""

    def register(name: str, schema: dict[str, Any]) -> dict[str, Any]:
        component = ResolvedComponent(
            name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema
        )
        auto_schema.registry.register_on_missing(component)
        return component.ref

    return register, auto_schema.resolve_serializer(ImageSerializer, "response").ref


Register = Callable[[str, dict[str, Any]], dict[str, Any]]


def stream_schema(
    stream: blocks.StreamBlock, register: Register, image: dict[str, Any], prefix: str = ""
) -> dict[str, Any]:
    """Return the schema of an array of the stream's blocks, with the discriminator ``type``."""
    refs = {}
    for name, block in stream.child_blocks.items():
        component = prefix + "".join(part.title() for part in name.split("_"))
        value = block_schema(block, register, image, f"{component}Block")
        if isinstance(stream, IssueBodyBlock) and name == "story_section":
            value = _with_anchor(value)
        if "properties" in value:
            value = register(f"{component}Value", value)
        refs[name] = register(f"{component}Block", _block_component(stream, name, value))
    mapping = {name: ref["$ref"] for name, ref in refs.items()}
    union = {
        "oneOf": list(refs.values()),
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
    return {"type": "array", "items": register(f"{prefix}Block", union)}


def _block_component(
    stream: blocks.StreamBlock, name: str, value: dict[str, Any]
) -> dict[str, Any]:
    return {
        "type": "object",
        "description": str(stream.child_blocks[name].get_description()),
        "properties": {
            "type": {"type": "string", "const": name},
            "id": {"type": "string", "format": "uuid"},
            "value": value,
        },
        "required": ["type", "id", "value"],
        "examples": block_example(stream, name),
    }


def _with_anchor(value: dict[str, Any]) -> dict[str, Any]:
    anchor = {"type": "string", "description": "The fragment of the story's URL."}
    return value | {
        "properties": {"anchor": anchor} | value["properties"],
        "required": ["anchor", *value["required"]],
    }


def block_schema(
    block: blocks.Block, register: Register, image: dict[str, Any], name: str = ""
) -> dict[str, Any]:
    """Return the JSON Schema of a block's value (``native_values.api_representation``)."""
    if isinstance(block, (ImageBlock, ImageChooserBlock)):
        return {"oneOf": [image, {"type": "null"}]}
    if isinstance(block, blocks.StreamBlock):
        return stream_schema(block, register, image, name)
    if isinstance(block, blocks.ListBlock):
        return {"type": "array", "items": _item_schema(block.child_block, register, image, name)}
    if isinstance(block, blocks.StructBlock):
        return _struct_schema(block, register, image, name)
    return next(
        (dict(schema) for kind, schema in SCALARS if _has_default_representation(block, kind)), {}
    )


def _has_default_representation(block: blocks.Block, kind: type[blocks.Block]) -> bool:
    representation = type(block).get_api_representation
    return isinstance(block, kind) and representation is kind.get_api_representation


def _item_schema(
    block: blocks.Block, register: Register, image: dict[str, Any], name: str
) -> dict[str, Any]:
    """Register a component for items with a class of their own, such as a source."""
    schema = block_schema(block, register, image, name)
    kind = type(block)
    if not isinstance(block, blocks.StructBlock) or kind is blocks.StructBlock:
        return schema
    return register(f"{kind.__name__.removesuffix('Block')}Value", schema)


def _struct_schema(
    block: blocks.StructBlock, register: Register, image: dict[str, Any], name: str
) -> dict[str, Any]:
    if type(block).get_api_representation is not blocks.StructBlock.get_api_representation:
        return {}  # only the block knows its own representation
    properties = {
        key: block_schema(child, register, image, name + key.title())
        for key, child in block.child_blocks.items()
    }
    return {"type": "object", "properties": properties, "required": list(properties)}
