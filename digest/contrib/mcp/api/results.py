"""Results: structured content with the fields of the API, and a short text of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest

from digest.contrib.mcp.api.definitions import Tool
from digest.contrib.mcp.api.reading import markdown_of

MAX_CHARACTERS = 60_000
NOTE_CHARACTERS = 500  # what is left for the notes on what was cut
TEXT_CHARACTERS = 20_000  # what is left for the text, whose beginning all clients read
# By component: the lists from whose ends items are left out, the first ones first.
LISTS = {
    "SearchResultList": ["facets.tags", "facets.digests", "results"],
    "IssueList": ["results"],
    "IssueDetail": ["body"],
    "Repeats": ["results"],
    "DraftResult": ["report.lines", "findings"],
    "DraftState": ["response.report.lines", "response.findings"],
}
Result = dict[str, Any]


def of(tool: Tool, request: HttpRequest, values: dict[str, Any]) -> Result:
    """Call a tool; return its result, with at most ``MAX_CHARACTERS``."""
    room, notes = MAX_CHARACTERS - NOTE_CHARACTERS, []
    data, text, length = _run(tool, request, values)
    # A shorter page, since what is cut off would not be on the next one either.
    while length + len(text) > room and values.get("limit", 1) > 1:
        values = values | {"limit": values["limit"] // 2}
        data, text, length = _run(tool, request, values)
        notes = [f"Only {values['limit']} results on this page, since more would be too long."]
    cut = text[: max(TEXT_CHARACTERS, room - length)]
    notes += _shorten(data, LISTS[tool.component], length + len(cut) - room)
    notes += ["This text is cut."] if len(cut) < len(text) else []
    return _result(data, "\n\n".join(filter(None, [cut, *notes])))


def _run(tool: Tool, request: HttpRequest, values: dict[str, Any]) -> tuple[Any, str, int]:
    """Return the data, its text, and its length."""
    data = tool.run(request, values)
    return data, TEXTS[tool.component](data, request), _length(data)


def failure(problem: dict[str, Any], headers: Mapping[str, str]) -> Result:
    """Return the result of a call that has failed: a problem of the API.

    Its headers may say when to call again.
    """
    lines = [problem["detail"]]
    if wait := headers.get("Retry-After"):
        problem = problem | {"retry_after": int(wait)}
        lines.append(f"Call again in {wait} seconds.")
    for error in problem.get("errors", ()):
        place = error.get("parameter") or error.get("pointer") or ""
        lines.append(": ".join(filter(None, [error.get("place") or place, error["detail"]])))
    text = "\n".join(dict.fromkeys(lines))[:TEXT_CHARACTERS]
    excess = _length(problem) + len(text) + NOTE_CHARACTERS - MAX_CHARACTERS
    notes = _shorten(problem, ["errors"], excess)
    return _result(problem, "\n".join([text, *notes])) | {"isError": True}


def _result(data: dict[str, Any], text: str) -> Result:
    content = [{"type": "text", "text": text}]
    return {"content": content, "structuredContent": data, "isError": False}


def _length(data: Any) -> int:
    return len(json.dumps(data, ensure_ascii=False))


def _shorten(data: dict[str, Any], lists: list[str], excess: int) -> list[str]:
    """Leave out the last items of lists until the data fits; return a note for each list."""
    notes = []
    for path in lists:
        *parents, name = path.split(".")
        items = (reduce(lambda found, key: found[key] or {}, parents, data) or {}).get(name, [])
        total = len(items)
        while items and excess > 0:
            excess -= _length(items.pop())
        if len(items) < total:
            notes.append(f"Too long: `{path}` has only the first {len(items)} of {total}.")
    return notes


def _search(data: dict[str, Any], request: HttpRequest) -> str:
    lines = [
        f"{found['date']} {found['title']['text']} ({found['type']}, issue {found['issue']['id']})"
        f"\n{found['excerpt']['text']}\n{found['url']}"
        for found in data["results"]
    ]
    return _lines(data, lines)


def _issues(data: dict[str, Any], request: HttpRequest) -> str:
    return _lines(data, map(_line_of_issue, data["results"]))


def _lines(data: dict[str, Any], lines: Any) -> str:
    cursor = parse_qs(urlsplit(data["next"] or "").query).get("cursor")
    more = f"More with cursor {cursor[0]}" if cursor else ""
    return "\n".join(filter(None, [*lines, more])) or "Nothing was found."


def _line_of_issue(issue: dict[str, Any]) -> str:
    return f"{issue['date']} {issue['title']} (id {issue['id']}) {issue['url']}"


def _issue(data: dict[str, Any], request: HttpRequest) -> str:
    return markdown_of(request, data)


def _repeats(data: dict[str, Any], request: HttpRequest) -> str:
    return "\n".join(_lines_of_repeats(data)) or "No headings and no URLs were given."


def _lines_of_repeats(data: dict[str, Any]) -> Iterator[str]:
    for asked in data["results"]:
        yield f"{asked['heading'] or asked['url']}: {'yes' if asked['issues'] else 'no'}"
        for issue in asked["issues"]:
            is_draft = issue["state"] == "draft"
            yield f"- {issue['date']}, a draft" if is_draft else f"- {_line_of_issue(issue)}"
        if asked["has_more"]:
            yield "- and others, which are older"


def _draft(data: dict[str, Any], request: HttpRequest) -> str:
    issue = data["issue"]
    lines = [*_references(data), f"{data['did']}: {issue['title']}, {issue['date']}"]
    lines += [data["report"]["summary"]]
    lines += [f"Editors find it at {issue['edit_url']}"] if issue["edit_url"] else []
    lines += [f"- {finding['level']}: {finding['message']}" for finding in data["findings"]]
    return "\n".join(lines)


def _references(data: dict[str, Any]) -> Iterator[str]:
    if data["id"]:
        yield f"id {data['id']}, etag {data['etag']}"


def _submission(data: dict[str, Any], request: HttpRequest) -> str:
    outcome = data["outcome"]
    lines = [*_references(data), f"State: {data['state']}"]
    lines += [f"Published at {outcome['url']}"] if outcome["url"] else []
    lines += ["Editors have changed it."] if outcome["changed_by_editors"] else []
    return "\n".join(lines)


TEXTS: dict[str, Callable[[dict[str, Any], HttpRequest], str]] = {
    "SearchResultList": _search,
    "IssueList": _issues,
    "IssueDetail": _issue,
    "Repeats": _repeats,
    "DraftResult": _draft,
    "DraftState": _submission,
}
