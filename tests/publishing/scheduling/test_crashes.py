"""The command completes or reverts publishing that was killed at any write."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.mark.parametrize("name", ["command", "issue_published"])
def test_due_objects_are_published_after_a_crash_at_any_write(crash_results, name):
    kills = crash_results[name]["kills"]
    assert len(kills) >= 3
    assert {(kill["status"], kill["repair_status"]) for kill in kills} == {(-9, 0)}
    assert [kill["state"] for kill in kills] == [crash_results[name]["after"]] * len(kills)


@pytest.mark.parametrize("name", ["page_published", "snippet_published"])
def test_objects_published_by_wagtail_are_published_completely_or_not_at_all(crash_results, name):
    # A crash between two of Wagtail's steps can lose the schedule or the log entry.
    kills, after = crash_results[name]["kills"], without_log(crash_results[name]["after"])
    before = [[*page[:4], 0] for page in crash_results[name]["before"]]
    assert len(kills) >= 3
    states = [without_log(kill["state"]) for kill in kills]
    assert [state for state in states if state not in (before, after)] == []


def without_log(state):
    return [page[:5] for page in state]


@pytest.mark.parametrize("name", ["issue_unpublished", "page_unpublished", "snippet_unpublished"])
def test_objects_are_unpublished_completely_or_not_at_all(crash_results, name):
    kills = crash_results[name]["kills"]
    states = [crash_results[name]["before"], crash_results[name]["after"]]
    assert len(kills) >= 3
    assert [kill["state"] for kill in kills if kill["state"] not in states] == []


@pytest.mark.parametrize("name", ["issue_published", "issue_unpublished"])
def test_readers_never_see_a_partial_change(crash_results, name):
    assert all(
        kill["shown"] in crash_results[name]["shown"] for kill in crash_results[name]["kills"]
    )


def test_expired_pages_are_not_public_after_a_crash(crash_results):
    shown = [line for kill in crash_results["command"]["kills"] for line in kill["shown"]]
    assert shown
    assert not [line for line in shown if line.startswith(("2", "3"))]


def test_concurrent_commands_publish_each_revision_once(crash_results):
    assert crash_results["two_commands"] == [3, 0, 2, 2, 0, 1, 1, 1, 1, 1, 1]


def test_database_queue_keeps_the_task_of_a_published_issue(crash_results):
    assert all(kill["task_queued"] for kill in crash_results["command"]["kills"])
    assert crash_results["renditions"] == 6
