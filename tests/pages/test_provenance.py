"""The provenance of issues comes from the app that registers it."""

from datetime import UTC, datetime
from unittest import mock

import pytest

from digest.pages.provenance import Provenance, with_provenance
from digest.registry import registry
from tests.builders import make_issue

pytestmark = pytest.mark.django_db
BY_AI = Provenance(True, "Curated with AI.", "Edith Example", datetime(2026, 1, 2, tzinfo=UTC))
BY_SCRIPT = Provenance(False, "", "", None)
CALLS = []


def provide(issues):
    CALLS.append(len(issues))
    known = {1: BY_AI, 2: BY_SCRIPT}
    return {issue.pk: known[number] for number, issue in enumerate(issues, 1) if number in known}


@pytest.fixture(autouse=True)
def provider():
    CALLS.clear()
    with mock.patch.object(registry, "provenance", f"{__name__}.provide"):
        yield


@pytest.fixture
def issues(digest):
    return [make_issue(digest, day) for day in (1, 2, 3)]


def test_issues_of_a_list_get_theirs_in_one_call(issues):
    with_provenance(issues)
    assert [each.provenance for each in issues] == [BY_AI, BY_SCRIPT, None]
    assert CALLS == [3]


def test_one_issue_is_asked_for_once(issues):
    issue = issues[0]
    assert (issue.provenance, issue.provenance) == (BY_AI, BY_AI)
    assert CALLS == [1]


def test_readers_are_told_of_ai_only(issues):
    by_ai, by_script, by_editors = with_provenance(issues)
    assert by_ai.disclosure == BY_AI
    assert by_script.disclosure is None
    assert by_editors.disclosure is None


def test_only_a_person_reviews():
    assert BY_AI.is_reviewed
    assert not BY_SCRIPT.is_reviewed


def test_without_an_app_there_is_none(issues):
    with mock.patch.object(registry, "provenance", ""):
        assert issues[0].provenance is None
