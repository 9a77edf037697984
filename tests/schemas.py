"""Read the OpenAPI document, in which operations refer to shared parameters."""

from digest.api.documentation import build_schema


def parameters_of(operation, schema=None):
    """Return the parameters of an operation, without references."""
    schema = schema or build_schema()
    shared = schema["components"]["parameters"]
    return [
        shared[parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter
        for parameter in operation.get("parameters", [])
    ]


def queries_of(operation, schema=None):
    """Return the parameters of an operation in the query."""
    return [each for each in parameters_of(operation, schema) if each["in"] == "query"]
