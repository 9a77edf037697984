"""Read and validate the checklist settings of a digest."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from digest.checklist.findings import Level
from digest.checklist.rules import all_rules
from digest.checklist.targets import MAX_TARGET, PAIRS, TARGETS


@dataclass(frozen=True)
class ChecklistSettings:
    """A level for each rule and a number for each target; None means no limit."""

    levels: dict[str, Level]
    targets: dict[str, int | None]

    @classmethod
    def from_stored(cls, stored: Any) -> "ChecklistSettings":
        """Build settings from stored values, with defaults for missing or invalid ones."""
        levels, targets = _section(stored, "rules"), _section(stored, "targets")
        return cls(
            levels={
                code: Level(levels[code]) if _is_level(levels.get(code)) else rule.default
                for code, rule in all_rules().items()
            },
            targets={
                name: targets[name] if _is_target(targets.get(name, "")) else target.default
                for name, target in TARGETS.items()
            },
        )


def _section(stored: Any, name: str) -> dict[str, Any]:
    part = stored.get(name) if isinstance(stored, dict) else None
    return part if isinstance(part, dict) else {}


def _is_level(level: Any) -> bool:
    return isinstance(level, str) and level in Level.values


def _is_target(number: Any) -> bool:
    if number is None:
        return True
    return type(number) is int and 1 <= number <= MAX_TARGET


def validate_checklist(stored: Any) -> None:
    """Reject invalid stored values, with a message for each."""
    if errors := list(_errors(stored)):
        raise ValidationError(errors)


def _errors(stored: Any) -> Iterator[str]:
    if not isinstance(stored, dict) or not all(isinstance(p, dict) for p in stored.values()):
        yield _("The checklist is an object with “rules” and “targets”, which are objects.")
        return
    for name in set(stored) - {"rules", "targets"}:
        yield _("The checklist has no “%(name)s”.") % {"name": name}
    yield from _errors_of_rules(stored.get("rules", {}))
    yield from _errors_of_targets(stored.get("targets", {}))


def _errors_of_rules(levels: dict[str, Any]) -> Iterator[str]:
    rules = all_rules()
    for code, level in levels.items():
        if code not in rules:
            if "." in code:  # of an app that is not installed any more
                continue
            yield _("There is no rule “%(name)s”.") % {"name": code}
        elif not _is_level(level):
            message = _("%(rule)s: choose one of %(levels)s.")
            yield message % {"rule": rules[code].label, "levels": ", ".join(Level.values)}


def _errors_of_targets(targets: dict[str, Any]) -> Iterator[str]:
    for name, number in targets.items():
        if name not in TARGETS:
            yield _("There is no target “%(name)s”.") % {"name": name}
        elif not _is_target(number):
            message = _("%(target)s: write a whole number from 1 to %(highest)d, or nothing.")
            yield message % {"target": TARGETS[name].label, "highest": MAX_TARGET}
    for low, high in PAIRS:
        least, most = (_number(targets, name) for name in (low, high))
        if least and most and least > most:
            message = _("%(target)s: this is more than the upper limit, %(limit)d.")
            yield message % {"target": TARGETS[low].label, "limit": most}


def _number(targets: dict[str, Any], name: str) -> int | None:
    number = targets.get(name, TARGETS[name].default)
    return number if _is_target(number) else None
