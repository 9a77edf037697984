"""The schemas of arguments and results, from the serializers and the OpenAPI document."""

from typing import Any

from digest.api.bodies import Body
from digest.api.documentation import body_schema, build_schema

UNIONS = ("oneOf", "anyOf", "allOf")


def input_schema(arguments: type[Body]) -> dict[str, Any]:
    """Return the JSON Schema of arguments, without the docstring of the class."""
    schema = body_schema(arguments)
    schema.pop("description", None)
    return schema


def output_schema(component: str, levels: int) -> dict[str, Any]:
    """Return the schema of a component to a depth, without descriptions and references.

    What is deeper may be any object or array: the OpenAPI document describes all of it.
    """
    return _shortened({"$ref": component}, levels)


def _shortened(schema: dict[str, Any], levels: int) -> dict[str, Any]:
    schema = _resolved(schema)
    if union := next((schema[key] for key in UNIONS if key in schema), None):
        return _union([_shortened(part, levels) for part in union])
    short = {key: schema[key] for key in ("type", "enum", "const") if key in schema}
    if levels and "properties" in schema:
        parts = schema["properties"].items()
        short["properties"] = {name: _shortened(part, levels - 1) for name, part in parts}
        short["required"] = schema.get("required", [])
    if levels and "items" in schema:
        short["items"] = _shortened(schema["items"], levels - 1)
    return short


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return build_schema()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _union(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a nullable schema as it is, with the type null; of others, the types alone."""
    types = {kind for part in parts for kind in _types(part)}
    whole = [part for part in parts if part != {"type": "null"}]
    short = whole[0] if len(whole) == 1 and "enum" not in whole[0] else {}
    if any("type" not in part for part in parts):
        return {}
    return short | {"type": sorted(types) if len(types) > 1 else types.pop()}


def _types(schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    return kinds if isinstance(kinds, list) else [kinds]
