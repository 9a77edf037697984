"""The OpenAPI 3.1 description, made from the views, the parameters and the blocks themselves.

Block types are a discriminated union on ``type``, one component each, found by looking at the
stream: a block that a site adds is in the schema without a line written for it.
"""

import inspect
from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
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
    "Cache-Control": _header("For how long anybody may keep the answer."),
    "Content-Location": _header("The address of what is answered, where it has another one."),
    "ETag": _header("Tells these bytes from others; send it back as If-None-Match."),
    "Link": _header("The addresses of the next and the previous page (RFC 8288)."),
    "Referrer-Policy": _header("Of a preview: its address is told to nobody."),
    "RateLimit": _header("What is left of the limit, where there is one."),
    "RateLimit-Policy": _header("The limit, where there is one."),
    "Retry-After": _header("In how many seconds to come back."),
    "Surrogate-Key": _header("What is shown, for caches that are purged by it."),
    "Vary": _header("What the answer depends on beside its address."),
    "X-Robots-Tag": _header("Of a preview: search engines are to leave it alone."),
}
ALWAYS = ["Cache-Control", "Vary", "RateLimit", "RateLimit-Policy"]
HEADERS_OF_STATUS = {
    "200": [*ALWAYS, "ETag", "Content-Location", "Link", "Surrogate-Key"],
    "304": [*ALWAYS, "ETag", "Content-Location"],
    "429": [*ALWAYS, "Retry-After"],
}
# The first class that a block is an instance of says its schema; what is not here is "anything".
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
    """Reads a view's own attributes: its name, its parameters, its serializer, its list."""

    def get_operation_id(self) -> str:
        """The view's name in lower camel case, as client generators like it."""
        name = type(self.view).__name__.removesuffix("View")
        return f"get{name}"

    def get_summary(self) -> str:
        """The first line of what the view's class says of itself."""
        return self.get_description().partition("\n")[0]

    def get_description(self) -> str:
        """What the view's class says of itself."""
        return inspect.getdoc(type(self.view)) or ""

    def get_tags(self) -> list[str]:
        """Group operations by what they answer with."""
        parts = [part for part in self.path.strip("/").split("/") if part.isalpha()]
        return ["issues" if "issues" in parts else (parts or ["map"])[0]]

    def get_override_parameters(self) -> list[Any]:
        """The parameters that the view reads."""
        found: list[Any] = [self.view.parameters_class]
        if "{id}" in self.path:
            found.append(OpenApiParameter("id", PAGE_ID, OpenApiParameter.PATH))
        return found

    def _get_format_parameters(self) -> list[Any]:
        return []  # there is no ``format=``: Accept says it

    def get_response_serializers(self) -> dict[Any, Any]:
        """The answer in each of its formats, and each problem that can come instead."""
        answer = self.view.serializer_class
        if self.view.is_list:
            answer = _page_of(answer)
        types = [renderer.media_type for renderer in self.view.renderer_classes]
        answers = {
            (200, media_type): answer if media_type == JSON else OpenApiTypes.STR
            for media_type in types
        }
        problems = [400, 404, 405, 406, 429, 500]  # 404 also for a host that is no site's
        not_modified = OpenApiResponse(description="You have this very answer (If-None-Match).")
        kept = {304: not_modified} if self.view.is_cacheable else {}
        return answers | kept | {(s, CONTENT_TYPE): ProblemSerializer for s in problems}

    def _get_response_headers_for_code(self, status: str, direction: str) -> dict[str, Any]:
        names = HEADERS_OF_STATUS.get(status, ALWAYS)
        if not self.view.is_cacheable:
            names = [*ALWAYS, "Referrer-Policy", "X-Robots-Tag"]
            names += ["Retry-After"] if status == "429" else []
        return {name: HEADERS[name] for name in names}


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


class BodyFieldExtension(OpenApiSerializerFieldExtension):
    """Describes the body of an issue by the blocks that its page class allows."""

    target_class = "digest.api.serializers.BodyField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """An array of the union of the stream's blocks."""
        body = get_issue_page_model()._meta.get_field("body").stream_block
        return stream_schema(body, *_components(auto_schema))


class StoryMemberFieldExtension(OpenApiSerializerFieldExtension):
    """Describes what a story has of its block by the block's own definition."""

    target_class = "digest.api.serializers.StoryMemberField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """The schema of the member, as in the body of an issue."""
        member = self.target.name
        block = story_block().child_blocks[member]
        return block_schema(block, *_components(auto_schema), f"StorySectionBlock{member.title()}")


def _components(auto_schema: AutoSchema) -> tuple["Register", dict[str, Any]]:
    """How a component is registered, and what refers to that of an image."""

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
    """An array whose items are one of the stream's blocks, told apart by ``type``."""
    refs = {}
    for name, block in stream.child_blocks.items():
        component = prefix + "".join(part.title() for part in name.split("_")) + "Block"
        value = block_schema(block, register, image, component)
        if isinstance(stream, IssueBodyBlock) and name == "story_section":
            value = _with_anchor(value)
        refs[name] = register(component, _block_component(stream, name, value))
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
    anchor = {"type": "string", "description": "The fragment of the story's address."}
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
    return next((dict(schema) for kind, schema in SCALARS if _shows_as(block, kind)), {})


def _shows_as(block: blocks.Block, kind: type[blocks.Block]) -> bool:
    """Whether a block is of a kind and has no shape of its own, which only it would know."""
    own = type(block).get_api_representation
    return isinstance(block, kind) and (own is kind.get_api_representation)


def _item_schema(
    block: blocks.Block, register: Register, image: dict[str, Any], name: str
) -> dict[str, Any]:
    """A component of its own for items of a class that has a name, such as a source."""
    schema = block_schema(block, register, image, name)
    kind = type(block)
    if not isinstance(block, blocks.StructBlock) or kind is blocks.StructBlock:
        return schema
    return register(f"{kind.__name__.removesuffix('Block')}Value", schema)


def _struct_schema(
    block: blocks.StructBlock, register: Register, image: dict[str, Any], name: str
) -> dict[str, Any]:
    if type(block).get_api_representation is not blocks.StructBlock.get_api_representation:
        return {}  # the block says its own shape, and only it knows it
    properties = {
        key: block_schema(child, register, image, name + key.title())
        for key, child in block.child_blocks.items()
    }
    return {"type": "object", "properties": properties, "required": list(properties)}
