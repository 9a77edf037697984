"""A kill at any write leaves nothing half-done that the command does not finish."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.mark.parametrize("name", ["command", "issue_published"])
def test_what_is_due_is_published_in_the_end_wherever_the_kill_was(seen, name):
    kills = seen[name]["kills"]
    assert len(kills) >= 3
    assert {(kill["status"], kill["mended"]) for kill in kills} == {(-9, 0)}
    assert [kill["state"] for kill in kills] == [seen[name]["after"]] * len(kills)


@pytest.mark.parametrize("name", ["page_published", "snippet_published"])
def test_what_wagtail_publishes_itself_is_published_in_the_end_or_not_at_all(seen, name):
    """Between two of its steps the schedule or the log is lost; who pressed the button is told."""
    kills, after = seen[name]["kills"], how_they_are(seen[name]["after"])
    before = [[*page[:4], 0] for page in seen[name]["before"]]
    assert len(kills) >= 3
    states = [how_they_are(kill["state"]) for kill in kills]
    assert [state for state in states if state not in (before, after)] == []


def how_they_are(state):
    """What does not stand in the log."""
    return [page[:5] for page in state]


@pytest.mark.parametrize("name", ["issue_unpublished", "page_unpublished", "snippet_unpublished"])
def test_what_is_taken_back_is_so_whole_or_not_at_all(seen, name):
    kills, states = seen[name]["kills"], [seen[name]["before"], seen[name]["after"]]
    assert len(kills) >= 3
    assert [kill["state"] for kill in kills if kill["state"] not in states] == []


@pytest.mark.parametrize("name", ["issue_published", "issue_unpublished"])
def test_readers_never_see_half_of_it(seen, name):
    assert all(kill["shown"] in seen[name]["shown"] for kill in seen[name]["kills"])


def test_what_has_expired_is_never_seen_again(seen):
    shown = [line for kill in seen["command"]["kills"] for line in kill["shown"]]
    assert shown
    assert not [line for line in shown if line.startswith(("2", "3"))]


def test_two_commands_at_once_publish_each_revision_once(seen):
    assert seen["two_at_once"] == [3, 0, 2, 2, 0, 1, 1, 1, 1, 1, 1]


def test_with_a_queue_in_the_database_no_kill_loses_the_task_of_a_publish(seen):
    assert all(kill["told"] for kill in seen["command"]["kills"])
    assert seen["renditions"] == 6
