"""Comparing a derived table with its issues, repairing it, and rebuilding it by command."""

from datetime import date
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from digest.models import DigestPage, IssuePage
from digest.pages import derived
from digest.pages.page_models import get_issue_senders
from digest.pages.stories import Story, story_table
from tests.builders import body, make_issue, story

pytestmark = pytest.mark.django_db


def update(issue, **fields):
    """Update an issue without calling ``save``."""
    IssuePage.objects.filter(pk=issue.pk).update(**fields)


def check():
    """Return the lines that the command prints."""
    out = StringIO()
    with pytest.raises(CommandError, match="run rebuild_stories") as error:
        call_command("rebuild_stories", check=True, stdout=out)
    assert error.value.returncode == 1
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("update_fields", "raw", "is_saved"),
    [
        (None, False, True),
        (["title", "body"], False, True),
        (["title"], False, False),
        ([], False, False),
        (None, True, False),
    ],
)
def test_saves_that_may_change_rows(update_fields, raw, is_saved):
    assert story_table.is_source_saved(update_fields, raw) is is_saved


def test_senders_are_issues_and_plain_pages():
    assert {Page, IssuePage} <= set(get_issue_senders())
    assert not {DigestPage, Group} & set(get_issue_senders())


def test_new_draft_is_not_compared_with_rows_that_it_cannot_have(digest, monkeypatch):
    compared, compare = [], derived.DerivedTable.compare

    def record(table, pks):
        compared.append(pks)
        return compare(table, pks)

    monkeypatch.setattr(derived.DerivedTable, "compare", record)
    issue = make_issue(digest, publish=False)
    assert compared == []
    issue.save_revision().publish()
    assert [issue.pk] in compared
    assert Story.objects.filter(issue=issue).exists()


def test_issues_are_derived_in_batches_in_the_order_of_their_keys(digest, monkeypatch):
    monkeypatch.setattr(derived, "BATCH_SIZE", 2)
    pks = [make_issue(digest, day).pk for day in range(1, 6)]
    Story.objects.all().delete()
    batches, compare = [], story_table.compare
    monkeypatch.setattr(story_table, "compare", lambda pks: batches.append(pks) or compare(pks))
    assert story_table.derive(reversed(pks)) == 5
    assert batches == [pks[:2], pks[2:4], pks[4:]]


def test_only_given_issues_are_derived(digest):
    first, second = make_issue(digest, 1), make_issue(digest, 2)
    Story.objects.all().delete()
    assert story_table.derive([second.pk]) == 1
    assert Story.objects.get().issue_id == second.pk
    assert [drift.expected.issue_id for drift in story_table.drifts()] == [first.pk]


def test_deleted_issue_has_no_drift(digest):
    assert story_table.derive([2**31 - 1]) == 0


def test_number_of_queries_does_not_grow_with_issues(digest):
    counts = []
    for day in (1, 2, 3):
        make_issue(digest, day)
        with CaptureQueriesContext(connection) as queries:
            assert list(story_table.drifts()) == []
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


@pytest.mark.skipif(
    not connection.features.has_select_for_no_key_update, reason="SQLite has no row locks"
)
def test_issues_are_locked_before_they_are_read(digest):
    issue = make_issue(digest)
    with CaptureQueriesContext(connection) as queries:
        story_table.derive([issue.pk])
    selects = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert selects[0].endswith(f'FOR NO KEY UPDATE OF "{IssuePage._meta.db_table}"')


def test_check_names_differing_rows_and_changes_nothing(digest):
    by_hand, emptied, hidden, moved = (make_issue(digest, day) for day in (1, 2, 3, 4))
    Story.objects.filter(issue=by_hand).update(text="Changed by hand")
    Story.objects.filter(issue=emptied).delete()
    update(hidden, live=False)
    update(moved, date=date(2026, 5, 1))
    before = list(Story.objects.order_by("pk").values())
    assert check() == [
        f"differs: issue {by_hand.pk}, story 1",
        f"missing: issue {emptied.pk}, story 1",
        f"stale: issue {hidden.pk}, story 1",
        f"differs: issue {moved.pk}, story 1",
    ]
    assert list(Story.objects.order_by("pk").values()) == before


def test_check_of_a_correct_table(digest, capsys):
    make_issue(digest)
    call_command("rebuild_stories", check=True)
    assert capsys.readouterr().out == "The table of stories is correct.\n"


def test_rebuild_repairs_in_batches_and_once(digest, monkeypatch, capsys):
    monkeypatch.setattr(derived, "BATCH_SIZE", 2)
    issues = [make_issue(digest, day, body=body(story("A"), story("B"))) for day in range(1, 6)]
    Story.objects.all().delete()
    update(issues[0], live=False)
    Story.objects.create(issue=issues[0], position=7, date=issues[0].date, value={})
    call_command("rebuild_stories")
    assert capsys.readouterr().out == "9 stories repaired.\n"
    assert {row.issue_id for row in Story.objects.all()} == {issue.pk for issue in issues[1:]}
    assert list(story_table.drifts()) == []
    call_command("rebuild_stories")
    assert capsys.readouterr().out == "0 stories repaired.\n"


def test_failed_batch_does_not_undo_earlier_ones(digest, monkeypatch):
    monkeypatch.setattr(derived, "BATCH_SIZE", 1)
    first, second = make_issue(digest, 1), make_issue(digest, 2)
    Story.objects.all().delete()
    repair = story_table.repair

    def fail_at_the_second(drifts):
        repair(drifts)
        if any(drift.expected.issue_id == second.pk for drift in drifts):
            raise RuntimeError

    monkeypatch.setattr(story_table, "repair", fail_at_the_second)
    with pytest.raises(RuntimeError):
        story_table.rebuild()
    assert [row.issue_id for row in Story.objects.all()] == [first.pk]


def test_rows_are_not_derived_when_fixtures_are_loaded(digest, tmp_path):
    issue = make_issue(digest)
    fixture = tmp_path / "issue.json"
    update(issue, body=body(story("From a fixture")))
    call_command("dumpdata", "digest.issuepage", output=fixture)
    call_command("loaddata", fixture, verbosity=0)
    assert check() == [f"differs: issue {issue.pk}, story 1"]
