"""Run the checklist of a digest over an issue."""

from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any

from digest.checklist.findings import Finding, Level
from digest.checklist.issue_text import IssueText
from digest.checklist.rules import all_rules
from digest.checklist.settings import ChecklistSettings
from digest.pages.bodies import tolerate_broken_body
from digest.pages.page_models import parent_of


def check_issue(
    issue: Any,
    levels: Iterable[Level] = (Level.WARNING, Level.REQUIRED),
    exclude: Container[str] = (),
) -> list[Finding]:
    """Run the rules of the given levels, except those in ``exclude``, over an issue.

    The issue may be unsaved. Findings about the whole issue come first, then story by story.
    """
    settings, wanted = settings_of(issue), set(levels)
    levels = settings.levels.items()
    codes = [code for code, level in levels if level in wanted and code not in exclude]
    found: list[Finding] = []
    if codes:
        with tolerate_broken_body(issue):
            issue_text = IssueText(issue, settings.targets)
            for code in codes:
                found += _run(code, settings.levels[code], issue_text, wanted)
    return sorted(found, key=lambda finding: finding.story or 0)


def _run(code: str, level: Level, issue_text: IssueText, wanted: set[Level]) -> list[Finding]:
    found: list[Finding] = []
    with tolerate_broken_body(issue_text.issue):
        for finding in all_rules()[code].check(issue_text):
            effective = Level.WARNING if finding.is_advisory else level
            if effective in wanted:
                found.append(replace(finding, rule=code, level=effective))
    return found


def settings_of(issue: Any) -> ChecklistSettings:
    """Return the checklist of the digest that an issue is in or will be in."""
    parent = parent_of(issue)
    return ChecklistSettings.from_stored(getattr(parent and parent.specific, "checklist", None))
