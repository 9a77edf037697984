"""The tools that anybody may call: all but ``find_repeats`` are requests to the read API."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import translation

from digest import visibility
from digest.api.scope import Scope
from digest.api.sites import find_site
from digest.caching import replica
from digest.caching.cacheable import site_language
from digest.contrib.mcp import repeats
from digest.contrib.mcp.api import endpoints
from digest.contrib.mcp.api.arguments import LATEST

# A request that revalidates is not logged as a search of a reader, and writes nothing.
UNLOGGED = {"HTTP_IF_NONE_MATCH": '"none"'}


def search_stories(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    query = {"q" if name == "query" else name: value for name, value in values.items()}
    return endpoints.read(request, "search", query=query, headers=UNLOGGED)


def list_issues(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    return endpoints.read(request, "issues", query=values)


def get_issue(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    text = {"rich_text": "markdown"}
    if "id" in values:
        return endpoints.read(request, "issue", [values["id"]], text)
    query = {"digest": values["digest"]} | text
    if values["date"] != LATEST:
        query |= {"date_from": values["date"], "date_to": values["date"]}
    return endpoints.read(request, "latest-issue", query=query)


def markdown_of(request: HttpRequest, issue: dict[str, Any]) -> str:
    """Return an issue as Markdown, or nothing if it was hidden meanwhile."""
    response = endpoints.send(request, "GET", "issue-markdown", [issue["id"]])
    return response.content.decode() if response.status_code == 200 else ""


def find_repeats(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    with replica.primary(), translation.override(site_language()), visibility.snapshot():
        site = find_site(request, None)
        if site is None:
            raise Http404
        scope = Scope(request, site, {})
        return repeats.find(scope, request.mcp_key, values["headings"], values["urls"])
