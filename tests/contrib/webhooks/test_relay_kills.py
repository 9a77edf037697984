"""No event is lost or stored twice, whenever the relay is killed; in processes of their own."""

import pytest

from tests.kills import results_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EVENTS = ["issue.updated", "issue.deleted", "issue.published", "content.changed"]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return the output of ``relay_kills``."""
    with django_db_blocker.unblock():
        return results_of("tests.contrib.webhooks.relay_kills", tmp_path_factory.mktemp("kills"))


def test_changes_of_a_process_that_is_killed_before_the_relay_have_events(results):
    assert results["committed"] == -9
    found = results["undisturbed"]
    assert found["events"] == EVENTS
    assert found["deliveries"]["standard"] == sorted(EVENTS)
    assert found["deliveries"]["patient"] == ["content.changed"]


def test_relay_that_is_killed_at_any_write_stores_all_or_nothing(results):
    kills = results["kills"]
    assert len(kills) >= 8
    assert {(kill["status"], kill["repaired"]) for kill in kills} == {(-9, 0)}
    assert [kill for kill in kills if kill["after"] != results["undisturbed"]] == []
    assert all(kill["before"]["events"] == [] for kill in kills)
