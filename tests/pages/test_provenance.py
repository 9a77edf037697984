"""The provenance of issues comes from the app that registers it."""

from dataclasses import replace
from datetime import UTC, datetime
from unittest import mock

import pytest

from digest.models import DigestPage
from digest.pages.provenance import (
    Provenance,
    disclosure_lines,
    plain_line,
    set_draft_provenance,
    with_provenance,
)
from digest.registry import registry
from tests.builders import make_issue

pytestmark = pytest.mark.django_db
BY_AI = Provenance(True, "Curated with AI.", "Edith Example", datetime(2026, 1, 2, tzinfo=UTC))
UNREVIEWED = Provenance(True, "Curated with AI.", "", None)
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


def lines(issue, provenance):
    issue.provenance = provenance
    return disclosure_lines(issue)


def test_disclosure_says_who_has_approved_the_issue_and_when(issues):
    name = Provenance(True, "By <AI>.", "Edith <Example>", datetime(2026, 1, 2, tzinfo=UTC))
    text, approval = lines(issues[0], name)
    assert text == "By &lt;AI&gt;."
    assert approval == (
        "Approved by <bdi>Edith &lt;Example&gt;</bdi> on "
        '<time datetime="2026-01-02">2 January 2026</time>'
    )
    assert plain_line(approval) == "Approved by Edith <Example> on 2 January 2026"


def test_day_is_that_of_the_time_zone_of_the_digest(issues):
    DigestPage.objects.update(time_zone="America/New_York")
    assert "1 January 2026" in lines(issues[0], BY_AI)[1]


def test_disclosure_says_that_nobody_has_approved_the_issue(issues):
    expected = ["Curated with AI.", "Published without review by a person"]
    assert lines(issues[0], UNREVIEWED) == expected
    assert lines(issues[0], replace(UNREVIEWED, is_draft=True)) == expected[:1]


@pytest.mark.parametrize("provenance", [None, BY_SCRIPT])
def test_nothing_is_disclosed_without_ai(issues, provenance):
    assert lines(issues[0], provenance) == []


def test_draft_has_not_been_approved(issues):
    set_draft_provenance(issues[0])
    assert issues[0].provenance == replace(BY_AI, approved_by="", approved_at=None, is_draft=True)


def test_readers_outputs_have_the_provenance_of_any_app(issues, client):
    data = client.get("/api/v1/issues/?order=date&fields=provenance").json()["results"]
    approved = {"approved_by": "Edith Example", "approved_at": "2026-01-02T00:00:00Z"}
    assert data[0]["provenance"] == {"ai": True, "text": "Curated with AI."} | approved
    assert CALLS == [3]
    approval = "Approved by <bdi>Edith Example</bdi>"
    assert approval in client.get(issues[0].url).content.decode()
    assert client.get("/feeds/daily/feed.json").content.count(b"Approved by ") == 1
