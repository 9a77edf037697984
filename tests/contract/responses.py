"""Validate responses of the API against the OpenAPI document, more strictly than a client would.

The status, the media type and the headers must be documented, and the body must have all documented
properties and no others.
"""

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from digest.api import documentation

ROOT = "/api/v1"
PROBLEM = "application/problem+json"
ROOTS_WITHOUT_SLASH = ["/api", ROOT]  # Django's redirects
# HTML pages, and the document itself.
UNDOCUMENTED_PATHS = {"/docs/", "/problems/", "/schema/"}
# Headers that clients use, so each must be documented.
CLIENT_HEADERS = {
    "Content-Location",
    "ETag",
    "Last-Modified",
    "Link",
    "Location",
    "Retry-After",
    "Surrogate-Key",
}
FORMATS = FormatChecker(["date", "date-time", "email", "time", "uuid"])


@FORMATS.checks("uri")
def is_absolute_url(text: Any) -> bool:
    if not isinstance(text, str):
        return True  # a format applies only to strings
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and " " not in text


def check_response(response: HttpResponse) -> None:
    """Fail if a response of the API is not documented; ignore other responses."""
    request = response.request
    path = request["PATH_INFO"].encode("latin-1").decode(errors="replace")
    if not path.startswith("/api/") or path in ROOTS_WITHOUT_SLASH:
        return
    method, status = request["REQUEST_METHOD"], response.status_code
    operations = operations_at(path.removeprefix(ROOT))
    operation = operations.get("get" if method == "HEAD" else method.lower())
    if method == "OPTIONS":
        assert (status in (200, 204), response.content) == (True, b""), (status, path)
    elif method not in ("GET", "HEAD") and not operation:
        assert status in (405, 406), f"{method} {path}: {status}"
        assert response["Allow"] == allowed_methods(operations)
        check_body(response, problem_content())
    elif operation:
        check_operation(response, operation, f"{method} {path} ({status})")
    elif path.removeprefix(ROOT) not in UNDOCUMENTED_PATHS or status >= 400:
        assert status >= 400, f"{path} is not in the document"
        check_body(response, problem_content())


def operations_at(path: str) -> dict[str, Any]:
    """Return the operations of a path by method; a path without placeholders comes first."""
    paths = documentation.build_schema()["paths"]
    for template in sorted(paths, key=lambda template: template.count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return paths[template]
    return {}


def allowed_methods(operations: dict[str, Any]) -> str:
    """Return the `Allow` of a path: of one that is not in the document, that of reading."""
    names = operations or {"get"}
    documented = [name.upper() for name in ("post", "delete") if name in names]
    return ", ".join([*(["GET", "HEAD"] if "get" in names else []), *documented, "OPTIONS"])


def forget_schema() -> None:
    """Have the document generated again, after an endpoint was added."""
    documentation.build_schema.cache_clear()
    _closed_components.cache_clear()


def check_operation(response: HttpResponse, operation: dict[str, Any], where: str) -> None:
    """Fail unless status, headers, media type and body are documented in the operation."""
    status = str(response.status_code)
    assert status in operation["responses"], f"{where}: the status is not documented"
    documented = operation["responses"][status]
    headers = documented.get("headers", {})
    for name, header in headers.items():
        assert name in response or not header.get("required"), f"{where}: {name} is missing"
        if name in response:
            validator(header["schema"]).validate(_typed(response[name], header["schema"]))
    undocumented = {name for name in CLIENT_HEADERS if name in response} - set(headers)
    assert not undocumented, f"{where}: {undocumented} not documented"
    check_body(response, documented.get("content", {}), where)


def partial(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a resource, or of a list, without required fields, for `fields=`."""
    name = schema.get("$ref", "").rpartition("/")[2]
    whole = documentation.build_schema()["components"]["schemas"][name] if name else schema
    if "results" not in whole.get("properties", {}):
        return {key: value for key, value in whole.items() if key != "required"}
    results = whole["properties"]["results"]
    results = results | {"items": partial(results["items"])}
    return whole | {"properties": whole["properties"] | {"results": results}}


def check_body(response: HttpResponse, content: dict[str, Any], where: str = "") -> None:
    """Fail unless the media type is documented and the body valid; HEAD and 304 have none."""
    where = where or f"{response.request['PATH_INFO']} ({response.status_code})"
    if not content:
        assert not response.content, f"{where}: a body that is not documented"
        return
    media_type = response["Content-Type"].partition(";")[0]
    assert media_type in content, f"{where}: {media_type} is not documented"
    if response.request["REQUEST_METHOD"] == "HEAD":
        assert not response.content, f"{where}: a body to HEAD"
        return
    schema = content[media_type]["schema"]
    text = response.content.decode()
    data = json.loads(text) if "json" in media_type else text
    if response.status_code == 200 and "fields=" in response.request.get("QUERY_STRING", ""):
        schema = partial(schema)
    error = best_match(validator(schema).iter_errors(data))
    assert not error, f"{where}: {error.json_path}: {error.message[:500]}"


def problem_content() -> dict[str, Any]:
    """Return the content of a response that belongs to no operation."""
    return {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Return a validator of a schema of the document that resolves its references."""
    components = _closed_components(id(documentation.build_schema()))
    whole = close(schema) | {"components": components}
    return Draft202012Validator(whole, format_checker=FORMATS)


@lru_cache(maxsize=2)
def _closed_components(document: int) -> dict[str, Any]:
    return close(documentation.build_schema()["components"])


def close(schema: Any) -> Any:
    """Forbid additional properties in each object that names its own, unless it allows them."""
    if isinstance(schema, list):
        return [close(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: close(value) for key, value in schema.items()}
    named = schema.get("type") == "object" and "properties" in schema
    return {"additionalProperties": False} | closed if named else closed


def _typed(text: str, schema: dict[str, Any]) -> Any:
    return int(text) if schema.get("type") == "integer" and text.isdigit() else text
