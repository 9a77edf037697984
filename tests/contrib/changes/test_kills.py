"""Whatever process is killed, and at any write: after the next pass, no change is missing."""

import pytest

from tests.kills import results_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return the output of ``kills``."""
    with django_db_blocker.unblock():
        return results_of("tests.contrib.changes.kills", tmp_path_factory.mktemp("kills"))


@pytest.mark.parametrize(("name", "least"), [("publish", 5), ("relay", 10)])
def test_processes_were_killed_at_every_write(results, name, least):
    *kills, last = results[name]
    assert len(kills) >= least
    assert {kill["status"] for kill in kills} == {-9}
    assert last["status"] == 0


@pytest.mark.parametrize("name", ["publish", "committed", "relay"])
def test_copy_equals_the_list_after_the_next_pass(results, name):
    for kill in results[name]:
        assert kill["is_equal"], kill
        assert not kill["marked"], kill


def test_publishing_that_was_committed_is_a_change(results):
    (kill,) = results["committed"]
    assert kill["status"] == -9
    assert "Another title" in kill["titles"]


def test_killed_relay_ends_as_one_that_is_not(results):
    *kills, last = results["relay"]
    for kill in kills:
        assert kill | {"status": 0} == last
    assert last["gone"] == 2
