"""Examples for the schema."""

from typing import Any
from urllib.parse import urlsplit

from digest.api.examples import EXAMPLES, ISSUE

SEQUENCE = 1812


def example_of(event_type: str, names: list[str]) -> dict[str, Any]:
    """Return the body of an event; of ``names``, those that do not apply to it are null."""
    root, _api, _path = ISSUE["api_url"].partition("/api/")
    data = dict.fromkeys(names) | {"sequence": SEQUENCE, "site": urlsplit(root).hostname}
    data |= _of_page(event_type) | {"changes_url": f"{root}/api/v1/changes/?at={SEQUENCE}"}
    if event_type == "content.changed":
        data["site"] = None
    return {"type": event_type, "timestamp": "2026-04-14T09:30:02Z", "data": data}


def _of_page(event_type: str) -> dict[str, Any]:
    kind, _dot, verb = event_type.partition(".")
    if kind not in ("issue", "digest"):
        return {}
    digest = EXAMPLES["Digest"]
    page = ISSUE if kind == "issue" else digest
    found = {"kind": kind, "id": page["id"]}
    if verb in ("unpublished", "deleted"):
        return found | {"previous_url": page["url"]}
    shown = {"locale": "en", "digest": digest["slug"], "url": page["url"]}
    return found | shown | {"api_url": f"{page['api_url']}?at={SEQUENCE}"}
