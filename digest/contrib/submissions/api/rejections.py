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
    """Yield what a response to a draft says of parts and of required rules."""
    for line in response["report"]["lines"]:
        if line["role"] in ROLES:
            detail = f"Not understood: {line['text']}"
            yield {"pointer": pointer, "code": "not_understood", "detail": detail} | _place(line)
    for finding in response["findings"]:
        if finding["level"] == Level.REQUIRED:
            error = {"pointer": finding["pointer"], "code": finding["rule"]}
            yield error | {"detail": finding["message"]} | _place(finding)


def _place(item: dict[str, Any]) -> dict[str, str]:
    return {"place": item["place"]} if item["place"] else {}
