"""The tools that need a key: thin ones above the endpoints of submissions.

They ask for drafts only, whatever the level of the key.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from digest.contrib.mcp.api.endpoints import data_of, send

DRAFT = "draft"


def check_issue(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    response = _send(request, "POST", query={"dry_run": "true"}, body=_body(values))
    return _with_etag(response)


def submit_issue(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    headers = {"HTTP_IDEMPOTENCY_KEY": values["idempotency_key"]}
    return _with_etag(_send(request, "POST", body=_body(values), headers=headers))


def update_submission(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    headers = {"HTTP_IF_MATCH": f'"{values["etag"]}"'}
    args = [values["id"]]
    return _with_etag(_send(request, "PUT", args, body=_body(values), headers=headers))


def get_submission(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    return _with_etag(_send(request, "GET", [values["id"]]))


def pointer_of_tool(pointer: str) -> str:
    """Return where the arguments of a tool have what the body of the endpoint has there."""
    return pointer.removesuffix("/text") if pointer == "/document/text" else pointer


def _send(
    request: HttpRequest,
    method: str,
    args: Iterable[Any] = (),
    headers: Mapping[str, str] | None = None,
    **content: Any,
) -> HttpResponse:
    key = {"HTTP_AUTHORIZATION": request.headers["Authorization"]}
    name = "submission" if args else "submissions"
    return send(request, method, name, args, headers=key | dict(headers or {}), **content)


def _body(values: dict[str, Any]) -> dict[str, Any]:
    document = {"format": "markdown", "text": values["document"]}
    named = {name: values[name] for name in ("digest", "made_with") if name in values}
    return {**named, "document": document, "action": DRAFT}


def _with_etag(response: HttpResponse) -> dict[str, Any]:
    """Return the data of a response with its ETag, and findings that point into the arguments."""
    data = data_of(response)
    for finding in (data.get("response") or data).get("findings", ()):
        finding["pointer"] = pointer_of_tool(finding["pointer"])
    return data | {"etag": response.get("ETag", "").strip('"') or None}
