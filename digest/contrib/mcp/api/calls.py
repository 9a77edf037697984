"""Run a tool: validate the arguments, call it, and return the result as MCP has it."""

import logging
from typing import Any

from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest

from digest.api.errors import InvalidBody, problem, problem_of
from digest.contrib.mcp.api import results
from digest.contrib.mcp.api.definitions import TOOLS, Tool
from digest.contrib.mcp.api.drafts import pointer_of_tool
from digest.contrib.mcp.api.endpoints import EndpointError

logger = logging.getLogger("django.request")
BY_NAME = {tool.name: tool for tool in TOOLS}
# Where the arguments of a tool have other names than what the endpoint reads.
PARAMETERS = {"q": "query"}
OF_GET_ISSUE = {"date_from": "date", "date_to": "date"}


def call(name: str, request: HttpRequest, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a call; one that fails is a result, too, so that a model reads why."""
    tool = BY_NAME[name]
    try:
        values = tool.arguments.read(arguments)
        return results.of(tool, request, values)
    except EndpointError as error:
        return results.failure(_of_tool(tool, error.problem))
    except (InvalidBody, Http404) as error:
        return results.failure(problem_of(error))
    except Exception as error:
        got_request_exception.send(sender=call, request=request)
        logger.error("The MCP tool %s has failed", name, exc_info=error)
        return results.failure(problem(500))


def _of_tool(tool: Tool, found: dict[str, Any]) -> dict[str, Any]:
    """Return a problem of the endpoint with the names that the arguments of the tool have."""
    code = found["type"].rpartition("#")[2]
    errors = found.get("errors", ())
    renamed = PARAMETERS | (OF_GET_ISSUE if tool.name == "get_issue" else {})
    for error in errors:
        if "parameter" in error:
            error["parameter"] = renamed.get(error["parameter"], error["parameter"])
        else:
            error["pointer"] = pointer_of_tool(error["pointer"])
    unique = [error for i, error in enumerate(errors) if error not in errors[:i]]
    whole = {"pointer": "", "code": code, "detail": found["detail"]}
    return found | {"errors": unique or [whole]}
