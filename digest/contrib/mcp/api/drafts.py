"""The tools that need a key, which call the endpoints of submissions.

They ask for drafts only, whatever the level of the key. The document is the whole body, so that the
limit of the endpoint is that of the document, in any script.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from digest.contrib.mcp.api.endpoints import data_of, send

DRAFT = "draft"


def check_issue(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    return _with_etag(_submit(request, "POST", values, query={"dry_run": "true"}))


def submit_issue(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    headers = {"HTTP_IDEMPOTENCY_KEY": values["idempotency_key"]}
    return _with_etag(_submit(request, "POST", values, headers=headers))


def update_submission(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    headers = {"HTTP_IF_MATCH": f'"{values["etag"]}"'}
    return _with_etag(_submit(request, "PUT", values, [values["id"]], headers=headers))


def get_submission(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    return _with_etag(_send(request, "GET", [values["id"]]))


def pointer_of_tool(pointer: str) -> str:
    """Return where the arguments of a tool have what the body of the endpoint has there."""
    return "/document" if pointer in ("", "/document/text") else pointer


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


def _submit(
    request: HttpRequest,
    method: str,
    values: dict[str, Any],
    args: Iterable[Any] = (),
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Send the document, and what the arguments say about it as parameters."""
    named = {name: values[name] for name in ("digest", "made_with") if name in values}
    query = {**named, "action": DRAFT, **(query or {})}
    body = values["document"].encode()
    return _send(request, method, args, headers, query=query, body=body)


def _with_etag(response: HttpResponse) -> dict[str, Any]:
    """Return the data of a response with its ETag, and findings that point into the arguments."""
    data = data_of(response)
    for finding in (data.get("response") or data).get("findings", ()):
        finding["pointer"] = pointer_of_tool(finding["pointer"])
    return data | {"etag": response.get("ETag", "").strip('"') or None}
