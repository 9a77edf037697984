"""Test reading and validation of checklist settings."""

import pytest
from django.core.exceptions import ValidationError

from digest.checklist.findings import Level
from digest.checklist.rules import all_rules
from digest.checklist.settings import ChecklistSettings
from digest.checklist.targets import TARGETS
from digest.models import DigestPage
from tests.checklist.checking import codes, good_story, issue_of

pytestmark = pytest.mark.django_db

DEFAULTS = ChecklistSettings.from_stored({})


def test_all_rules_warn_by_default():
    assert set(DEFAULTS.levels) == set(all_rules())
    assert set(DEFAULTS.levels.values()) == {Level.WARNING}
    assert DEFAULTS.targets == {name: target.default for name, target in TARGETS.items()}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "off",
        7,
        {"rules": []},
        {"rules": {"alt_text": "never", "gone": "off", "bottom_line": 3}},
        {"targets": {"minutes_max": "8", "headline_max": -1, "summary_max": True, "gone": 1}},
        {"targets": {"minutes_max": 10**9}},
    ],
)
def test_invalid_stored_values_are_ignored(stored):
    assert ChecklistSettings.from_stored(stored) == DEFAULTS


def test_corrupt_settings_fall_back_to_defaults(digest):
    DigestPage.objects.filter(pk=digest.pk).update(checklist=["broken"])
    digest.refresh_from_db()
    assert codes(issue_of(digest, good_story(why_it_matters=""))) == ["why_it_matters"]


def test_rule_that_is_off_has_no_findings(digest):
    digest.checklist = {"rules": {"why_it_matters": "off"}}
    digest.save()
    assert codes(issue_of(digest, good_story(why_it_matters=""))) == []


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        (["off"], "The checklist is an object with “rules” and “targets”, which are objects."),
        ({"rules": ["off"]}, "The checklist is an object with “rules” and “targets”"),
        ({"levels": {}}, "The checklist has no “levels”."),
        ({"rules": {"gone": "off"}}, "There is no rule “gone”."),
        ({"rules": {"alt_text": "on"}}, "Every image is described: choose one of off, warning, re"),
        ({"targets": {"gone": 1}}, "There is no target “gone”."),
        (
            {"targets": {"minutes_max": 0}},
            "Minutes to read an issue, at most: write a whole number",
        ),
        (
            {"targets": {"minutes_max": True}},
            "Minutes to read an issue, at most: write a whole num",
        ),
        (
            {"targets": {"story_words_min": 500}},
            "Words of a story, at least: this is more than the upper limit, 400.",
        ),
    ],
)
def test_invalid_settings_are_rejected(digest, stored, message):
    digest.checklist = stored
    with pytest.raises(ValidationError) as caught:
        digest.full_clean()
    [error] = caught.value.message_dict["checklist"]
    assert error.startswith(message)
