"""Run a tool: validate the arguments, call it, and return the result as MCP has it."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.views.decorators.debug import sensitive_variables

from digest.api.errors import InvalidBody, problem_of
from digest.contrib.mcp.api import failures, results
from digest.contrib.mcp.api.definitions import TOOLS, Tool
from digest.contrib.mcp.api.drafts import pointer_of_tool
from digest.contrib.mcp.api.endpoints import EndpointError

BY_NAME = {tool.name: tool for tool in TOOLS}
# Where the arguments of a tool have other names than what the endpoint reads.
PARAMETERS = {"q": "query"}
OF_GET_ISSUE = {"date_from": "date", "date_to": "date"}
# What the problems of submissions say in terms of HTTP, in terms of tools.
DETAILS = {
    "changed-meanwhile": "The draft was changed after this etag: read the current one with "
    "get_submission, and keep what the editors have changed.",
    "idempotency-key-required": "Send a new idempotency_key with each new draft: a UUID.",
    "idempotency-key-reused": "This idempotency_key was sent with other arguments: send a new one.",
    "in-progress": "The first call with this idempotency_key is not done.",
    "too-many-requests": "Too many calls.",
}
EXISTING = (
    "You have submitted this issue: call update_submission with the id {id} and the etag {etag}."
)
SUBMISSION = re.compile(r"/submissions/([0-9a-f-]{36})/$")


@sensitive_variables()
def call(name: str, request: HttpRequest, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a call; one that fails is a result, too, so that a model reads why."""
    tool = BY_NAME[name]
    try:
        values = tool.arguments.read(arguments)
        return results.of(tool, request, values)
    except EndpointError as error:
        return results.failure(_of_tool(tool, error.problem, error.headers), error.headers)
    except (InvalidBody, Http404) as error:
        return results.failure(problem_of(error), {})
    except Exception as error:
        message = f"The MCP tool {name} has failed"
        return results.failure(*failures.problem_of_failure(error, request, message))


def _of_tool(tool: Tool, found: dict[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """Return a problem of the endpoint with the names that the arguments of the tool have."""
    code = found["type"].rpartition("#")[2]
    found = found | {"detail": DETAILS.get(code, found["detail"])} | _existing(headers)
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


def _existing(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what update_submission needs if the issue is that of an earlier submission."""
    found = SUBMISSION.search(headers.get("Location", ""))
    if found is None:
        return {}
    names = {"id": found[1], "etag": headers.get("ETag", "").strip('"')}
    return names | {"detail": EXISTING.format(**names)}
