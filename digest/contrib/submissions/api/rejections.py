"""The errors of a submission that is not published."""

import json
from collections.abc import Iterator
from typing import Any

from digest.checklist.findings import Level
from digest.contrib.submissions.exceptions import NotPublishable
from digest.contrib.submissions.reports import ROLES


def errors_of(error: NotPublishable, pointer: str) -> list[dict[str, Any]]:
    """Return every reason, for ``errors``; ``pointer`` is that of the document."""
    found = [{"pointer": pointer, "code": code, "detail": text} for code, text in error.reasons]
    return [*found, *(_errors_in(json.loads(error.response), pointer) if error.response else ())]


def _errors_in(response: dict[str, Any], pointer: str) -> Iterator[dict[str, Any]]:
    """Yield what a response to a draft says of parts and of what has to be repaired."""
    for line in response["report"]["lines"]:
        if line["role"] in ROLES:
            detail = f"Not understood: {line['text']}"
            yield _where(line["place"], pointer) | {"code": "not_understood", "detail": detail}
    for finding in response["findings"]:
        if finding["level"] == Level.REQUIRED:
            where = _where(finding["place"], finding["pointer"])
            yield where | {"code": finding["rule"], "detail": finding["message"]}


def _where(place: str | None, pointer: str) -> dict[str, str]:
    """Return a place in the document at the pointer; in an issue, it is a pointer itself."""
    if place and place.startswith("/"):
        return {"pointer": place}
    return {"pointer": pointer} | ({"place": place} if place else {})
