"""The reference documents each rule, level and target of the checklist."""

from digest.checklist.findings import Level
from digest.checklist.rules import all_rules
from digest.checklist.targets import TARGETS
from tests.docs.markdown import headings, read, section


def test_every_rule_has_a_heading():
    assert {f"`{code}`" for code in all_rules()} <= set(headings(read("checklist")))


def test_every_level_has_a_row():
    assert all(f"| {level.label} | `{level}` |" in read("checklist") for level in Level)


def test_every_target_has_a_row_with_its_default():
    text = section(read("checklist"), "Targets")
    assert all(f"| `{name}` | {target.default} |" in text for name, target in TARGETS.items())
