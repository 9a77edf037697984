"""Compare the tools of the MCP server with the endpoints below them."""

from collections.abc import Iterator
from typing import Any

from benchmarks.client import Client
from benchmarks.measure import Figures, measure
from benchmarks.tables import at_most, line
from digest.models import IssuePage

# Milliseconds of CPU time that a call may take more than what it requests.
MAX_MORE = 2.0
WIDTHS = [28, 18, 14, 10]
MODES = {"rendered": {"DIGEST_CACHE_SECONDS": 0}, "cached": {}}


def compare(client: Client, rounds: int, timeout: int) -> Iterator[str]:
    """Yield a table of the CPU times of the fastest rounds, and whether the target is met."""
    yield line(["tools (tools)", "endpoint, CPU ms", "tool, CPU ms", "more"], WIDTHS)
    most = 0.0
    for mode, settings in MODES.items():
        for name, (arguments, urls) in _calls().items():
            tool = {"name": name, "arguments": arguments}
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": tool}
            variants = {
                "endpoint": client.variant(urls, settings=settings),
                "tool": client.post_variant("/mcp/", message, settings, status=200),
            }
            found = measure(variants, rounds, timeout)
            most = max(most, _more(found))
            yield line([f"  {name}, {mode}", *_cells(found)], WIDTHS)
    yield at_most("a tool beside its endpoint, ms more", most, MAX_MORE)


def _calls() -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Return the arguments of each tool, and the URLs that it requests."""
    newest = IssuePage.objects.order_by("-date", "-pk").values_list("pk", flat=True)[0]
    issue = f"/api/v1/issues/{newest}"
    return {
        "list_issues": ({"limit": 20}, ["/api/v1/issues/?limit=20"]),
        "search_stories": ({"query": "topic"}, ["/api/v1/search/?q=topic&limit=10"]),
        "get_issue": ({"id": newest}, [f"{issue}/?rich_text=markdown", f"{issue}.md"]),
    }


def _more(found: dict[str, Figures]) -> float:
    return found["tool"].least - found["endpoint"].least


def _cells(found: dict[str, Figures]) -> list[str]:
    times = [found["endpoint"].least, found["tool"].least, _more(found)]
    return [f"{time:.2f}" for time in times]
