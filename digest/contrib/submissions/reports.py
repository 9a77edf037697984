"""What editors see of the stored response to a submission."""

import json
from dataclasses import dataclass
from typing import Any

from digest.contrib.submissions.models import Submission
from digest.importing.report import UNKNOWN

ROLES = {role.value for role in UNKNOWN}


@dataclass(frozen=True)
class StoredReport:
    """The report of the import, and the number of findings of the checklist."""

    summary: str
    not_understood: list[dict[str, Any]]
    findings: int

    @classmethod
    def of(cls, submission: Submission) -> "StoredReport | None":
        """Read the report, or return None after its retention period."""
        if not submission.response:
            return None
        data = json.loads(submission.response)
        report = data["report"]
        lines = [line for line in report["lines"] if line["role"] in ROLES]
        return cls(report["summary"], lines, len(data["findings"]))
