"""How issues were made, and who has approved them, as far as an app knows.

The app registers the dotted name of a function in ``registry.provenance``. It takes issues whose
``digest`` is set, and returns the provenance of each by primary key, with a constant number of
queries. An issue without one was written by editors.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string

from digest.registry import registry


@dataclass(frozen=True)
class Provenance:
    """What is known of a public issue that a machine has submitted.

    ``text`` is the disclosure to readers, in the language of the issue, and ``approved_by`` the
    name that they see. No person has approved an issue without ``approved_at``.
    """

    ai: bool
    text: str
    approved_by: str
    approved_at: datetime | None

    @property
    def is_reviewed(self) -> bool:
        return self.approved_at is not None


def with_provenance(issues: Iterable[Any]) -> list[Any]:
    """Set ``provenance`` on each issue, with a constant number of queries."""
    issues = list(issues)
    found = import_string(registry.provenance)(issues) if registry.provenance else {}
    for issue in issues:
        issue.provenance = found.get(issue.pk)
    return issues
