"""Move parameters that several operations have alike to the components of the schema.

Generated clients give these types a name, and the document is a third smaller.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any


def share_parameters(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with references to its shared parameters.

    Of parameters with one name, the one that most operations have is shared.
    """
    uses = Counter(_key(parameter) for each in _operations(schema) for parameter in _of(each))
    shared: dict[str, str] = {}
    for key, count in uses.most_common():
        if count > 1:
            shared.setdefault(_component_name(json.loads(key)["name"]), key)
    names = {key: name for name, key in shared.items()}
    for operation in _operations(schema):
        if parameters := _of(operation):
            operation["parameters"] = [_reference(names, each) for each in parameters]
    components = {name: json.loads(shared[name]) for name in sorted(shared)}
    return schema | {"components": schema["components"] | {"parameters": components}}


def _operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in schema["paths"].values():
        yield from methods.values()


def _of(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return operation.get("parameters", [])


def _key(parameter: dict[str, Any]) -> str:
    return json.dumps(parameter)


def _component_name(name: str) -> str:
    """Return ``RichText`` for ``rich_text``."""
    return "".join(part[:1].upper() + part[1:] for part in name.replace("-", "_").split("_"))


def _reference(names: dict[str, str], parameter: dict[str, Any]) -> dict[str, Any]:
    name = names.get(_key(parameter))
    return {"$ref": f"#/components/parameters/{name}"} if name else parameter
