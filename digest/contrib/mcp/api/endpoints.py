"""Call endpoints of the API from within: their validation, permissions, caches and rate limits.

A tool is a request to an endpoint, with other arguments. So whoever calls it sees and may do what
the endpoint shows and allows, and nothing has to be decided twice.
"""

import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, get_script_prefix, resolve, reverse

from digest.api.throttling import IPAddressThrottle

# What belongs to the message of the client, and not to the request that is made for it.
NOT_PASSED_ON = (
    "CONTENT_",
    "HTTP_ACCEPT",  # and HTTP_ACCEPT_ENCODING: nothing is compressed within the process
    "HTTP_AUTHORIZATION",
    "HTTP_COOKIE",
    "HTTP_IDEMPOTENCY_KEY",
    "HTTP_IF_",
    "HTTP_ORIGIN",
    "HTTP_RANGE",
    "HTTP_TRANSFER_ENCODING",
    "wsgi.input",
)


class EndpointError(Exception):
    """The endpoint has returned a problem, with headers that say more."""

    def __init__(self, problem: dict[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(problem["detail"])
        self.problem, self.headers = problem, headers


def exists(name: str) -> bool:
    """Return whether the API has an endpoint, since that of an optional app may be missing."""
    try:
        reverse(f"digest:api:{name}")
    except NoReverseMatch:
        return False
    return True


def read(
    request: HttpRequest,
    name: str,
    args: Iterable[Any] = (),
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """GET an endpoint of the read API; return its JSON or raise EndpointError."""
    return data_of(send(request, "GET", name, args, query, headers=headers))


def data_of(response: HttpResponse) -> dict[str, Any]:
    data = json.loads(response.content)
    if response.status_code >= 400:
        raise EndpointError(data, response.headers)
    return data


def send(
    request: HttpRequest,
    method: str,
    name: str,
    args: Iterable[Any] = (),
    query: Mapping[str, Any] | None = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Send a request to an endpoint on behalf of another one; return the response as it is.

    A body is Markdown.
    """
    own = _location(name, args, query) | _content(body)
    inner = WSGIRequest(
        _passed_on(request) | own | dict(headers or {}) | {"REQUEST_METHOD": method}
    )
    IPAddressThrottle.share(request, inner)
    match = inner.resolver_match = resolve(inner.path_info)
    return match.func(inner, *match.args, **match.kwargs)


def _location(name: str, args: Iterable[Any], query: Mapping[str, Any] | None) -> dict[str, Any]:
    path = reverse(f"digest:api:{name}", args=list(args)).removeprefix(get_script_prefix())
    return {"PATH_INFO": f"/{path}", "QUERY_STRING": urlencode(query or {})}


def _content(body: bytes) -> dict[str, Any]:
    return {
        "CONTENT_TYPE": "text/markdown" if body else "",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }


def _passed_on(request: HttpRequest) -> dict[str, Any]:
    meta = request.META.items()
    passed = {name: value for name, value in meta if not name.startswith(NOT_PASSED_ON)}
    return passed | {"wsgi.url_scheme": request.scheme}
