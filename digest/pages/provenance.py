"""How issues were made, who has approved them, and the disclosure of it to readers.

The app registers the dotted name of a function in ``registry.provenance``. It takes issues whose
``digest`` is set, and returns the provenance of each by primary key, with a constant number of
queries. An issue without one was written by editors.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from digest.pages.time_zones import time_zone_of
from digest.registry import registry


@dataclass(frozen=True)
class Provenance:
    """What is known of an issue that a machine has submitted.

    ``text`` is the disclosure to readers, in the language of the issue, and ``approved_by`` the
    name that they see. No person has approved an issue without ``approved_at``; nobody knows yet
    who will approve a draft.
    """

    ai: bool
    text: str
    approved_by: str
    approved_at: datetime | None
    is_draft: bool = False

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


def set_draft_provenance(draft: Any) -> None:
    """Set ``provenance`` on a draft: who has approved the live revision has not approved this."""
    [draft] = with_provenance([draft])
    if found := draft.provenance:
        draft.provenance = replace(found, approved_by="", approved_at=None, is_draft=True)


def disclosure_lines(issue: Any) -> list[SafeString]:
    """Return the disclosure of an issue as HTML, in its language: the text, and who approved it.

    The list is empty if there is no AI to disclose.
    """
    found = issue.disclosure
    if found is None:
        return []
    with translation.override(issue.locale.language_code):
        lines = [conditional_escape(found.text)]
        if found.approved_at:
            # Translators: "name" may also be "the editors of …".
            lines.append(format_html(_("Approved by {name} on {date}"), **_approval(issue, found)))
        elif not found.is_draft:
            lines.append(conditional_escape(_("Published without review by a person")))
    return lines


def plain_line(line: SafeString) -> str:
    """Return a line of the disclosure as plain text."""
    return unescape(strip_tags(line))


def _approval(issue: Any, found: Provenance) -> dict[str, SafeString]:
    """Return the name, and the date in the time zone of the digest, as HTML."""
    day = timezone.localdate(found.approved_at, time_zone_of(issue.digest))
    # Translators: a format of the date template filter.
    shown = date_format(day, _("j F Y"))
    return {
        "name": format_html("<bdi>{}</bdi>", found.approved_by),
        "date": format_html('<time datetime="{}">{}</time>', day.isoformat(), shown),
    }
