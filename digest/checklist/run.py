"""The rules, run over an issue: what its digest warns of, and what it requires."""

from collections.abc import Container, Iterable
from typing import Any

from digest.checklist.findings import Finding, Level
from digest.checklist.reading import Reading
from digest.checklist.rules import RULES
from digest.checklist.settings import ChecklistSettings
from digest.pages.forms import parent_of
from digest.pages.stories import tolerate_broken_body


def find(
    issue: Any,
    levels: Iterable[Level] = (Level.WARNING, Level.REQUIRED),
    exclude: Container[str] = (),
) -> list[Finding]:
    """What is found in an issue, saved or only in the form: first what is about all of it, then
    story by story. Rules of other levels than those given are not run, nor those in ``exclude``."""
    settings, wanted = settings_of(issue), set(levels)
    levels = settings.levels.items()
    codes = [code for code, level in levels if level in wanted and code not in exclude]
    found: list[Finding] = []
    if codes:
        with tolerate_broken_body(issue):
            reading = Reading(issue, settings.targets)
            for code in codes:
                found += _run(code, settings.levels[code], reading, wanted)
    return sorted(found, key=lambda finding: finding.slip.story or 0)


def _run(code: str, level: Level, reading: Reading, wanted: set[Level]) -> list[Finding]:
    found: list[Finding] = []
    with tolerate_broken_body(reading.issue):
        for slip in RULES[code].find(reading):
            seen = Level.WARNING if slip.only_advice else level
            if seen in wanted:
                found.append(Finding(code, seen, slip))
    return found


def settings_of(issue: Any) -> ChecklistSettings:
    """The checklist of the digest that an issue is in, or will be in."""
    parent = parent_of(issue)
    return ChecklistSettings.read(getattr(parent and parent.specific, "checklist", None))
