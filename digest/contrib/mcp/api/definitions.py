"""The tools: their names and arguments are a contract, as the paths of the API are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from digest.api.bodies import Body
from digest.contrib.mcp.api import arguments, drafts, endpoints, reading, schemas

Run = Callable[[HttpRequest, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Tool:
    """A tool; ``component`` is that of its result in the OpenAPI document.

    ``levels`` is how many levels of the component its output schema has, since all of them together
    would be longer than a client should have to read.
    """

    name: str
    description: str
    arguments: type[Body]
    component: str
    levels: int
    run: Run
    needs_key: bool = False
    writes: bool = False
    replaces: bool = False

    def may_call(self, request: HttpRequest) -> bool:
        return bool(request.mcp_key) or not self.needs_key

    def definition(self) -> dict[str, Any]:
        """Return the arguments of ``MCPServer.tool``."""
        return {
            "name": self.name,
            "description": self.description,
            "input_schema": schemas.input_schema(self.arguments),
            "output_schema": schemas.output_schema(self.component, self.levels),
            "permission": self.may_call,
            **self._annotations(),
        }

    def _annotations(self) -> dict[str, bool]:
        if self.replaces:
            return {"read_only": False, "idempotent": True}  # and destructive, by default
        if self.writes:
            return {"read_only": False, "destructive": False, "idempotent": True}
        if self.needs_key:
            return {"read_only": True, "idempotent": True}
        return {"read_only": True, "open_world": False}


TOOLS = [
    Tool(
        "search_stories",
        "Search stories and issues by words. Results by relevance.",
        arguments.SearchStories,
        "SearchResultList",
        2,
        reading.search_stories,
    ),
    Tool(
        "list_issues",
        "List issues, newest first.",
        arguments.ListIssues,
        "IssueList",
        2,
        reading.list_issues,
    ),
    Tool(
        "get_issue",
        "Read a whole issue: by id, by digest and date, or by digest and the date `latest`.",
        arguments.GetIssue,
        "IssueDetail",
        1,
        reading.get_issue,
    ),
    Tool(
        "find_repeats",
        "Did we run this? Issues with nearly these headings, or that cite these URLs.",
        arguments.FindRepeats,
        "Repeats",
        4,
        reading.find_repeats,
    ),
    Tool(
        "check_issue",
        "Check a document without saving it: what was recognised, and the findings.",
        arguments.CheckIssue,
        "DraftResult",
        2,
        drafts.check_issue,
        needs_key=True,
    ),
    Tool(
        "submit_issue",
        "Save a document as a new draft for the editors. Nothing is published.",
        arguments.SubmitIssue,
        "DraftResult",
        1,
        drafts.submit_issue,
        needs_key=True,
        writes=True,
    ),
    Tool(
        "update_submission",
        "Replace the document of a submission, if its draft still has this etag.",
        arguments.UpdateSubmission,
        "DraftResult",
        1,
        drafts.update_submission,
        needs_key=True,
        replaces=True,
    ),
    Tool(
        "get_submission",
        "Read a submission and what became of it.",
        arguments.GetSubmission,
        "DraftState",
        1,
        drafts.get_submission,
        needs_key=True,
    ),
]


def installed_tools() -> list[Tool]:
    """Return the tools whose endpoints exist: there may be no search."""
    return [tool for tool in TOOLS if tool.name != "search_stories" or endpoints.exists("search")]


def definitions() -> list[dict[str, Any]]:
    return [tool.definition() for tool in installed_tools()]
