"""The protocol: django-mcpz, which nothing else imports.

It speaks revision 2026-07-28 and those of 2025. Two of its methods are replaced: results have both
a text and structured content here, also those of failed calls, and the allowed origins are those of
the sites, whatever the header Host says.
"""

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_mcpz.jsonrpc import INVALID_REQUEST, PARSE_ERROR, error_response
from django_mcpz.server import MCPServer

from digest.api import origins

# Arguments of a call are drafts and search queries, which are not for the log.
PRIVATE = ("arguments", "request", "server")

Admit = Callable[[HttpRequest], HttpResponse | None]


class Server(MCPServer):
    """Serve tools whose functions return the whole result of a call."""

    def _origin_allowed(self, request: HttpRequest) -> bool:
        origin = request.headers.get("Origin")
        return origin is None or origins.is_own(origin)

    def _run_tool(
        self, request: HttpRequest, request_id: Any, tool: Any, arguments: Any, elicitation: Any
    ) -> tuple[HttpResponse, str]:
        result = tool.func(request, arguments)
        outcome = "tool_error" if result["isError"] else "ok"
        return self._result(request, request_id, result), outcome


def make_server(
    info: dict[str, str], tools: Iterable[dict[str, Any]], admit: Admit, call: Callable[..., Any]
) -> Server:
    """Return a server of tools, each with the arguments of ``MCPServer.tool``.

    ``admit`` may respond to a request before its message is read. ``call`` takes the name of the
    tool, the request and the arguments, and returns the result.
    """
    server = Server(**info, auth=admit)
    for tool in tools:
        server.tool(**tool)(_calling(call, tool["name"]))
    return server


def _calling(call: Callable[..., Any], name: str) -> Callable[..., Any]:
    return lambda request, arguments: call(name, request, arguments)


def refusal(
    status: int, detail: str, data: dict[str, Any], is_no_json: bool = False
) -> HttpResponse:
    """Return a protocol error, with a problem of the API as its data."""
    code = PARSE_ERROR if is_no_json else INVALID_REQUEST
    return error_response(None, code, detail, data=data, status=HTTPStatus(status))


def _without_arguments(record: logging.LogRecord) -> bool:
    for name in PRIVATE:
        record.__dict__.pop(name, None)
    return True


logging.getLogger("django_mcpz.calls").addFilter(_without_arguments)
