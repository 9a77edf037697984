"""Senders that are killed, stopped, or many; in processes and a database of their own."""

import pytest

from tests.kills import results_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return the output of ``senders``."""
    with django_db_blocker.unblock():
        return results_of("tests.contrib.webhooks.senders", tmp_path_factory.mktemp("senders"))


def test_nothing_is_missing_after_a_kill_at_any_write(results):
    kills = results["writes"]
    assert len(kills) >= 12  # a claim, a mark and a result for each of four deliveries
    assert {kill["status"] for kill in kills} == {-9}
    assert [kill for kill in kills if kill["missing"] or kill["states"] != {"sent": 4}] == []


def test_what_is_sent_again_after_a_kill_has_the_same_id(results):
    kills = results["writes"]
    assert [kill for kill in kills if kill["unknown"]] == []
    assert max(kill["most_sent"] for kill in kills) == 2
    assert {kill["sent"] for kill in kills} == {4, 5}


@pytest.mark.parametrize("senders", ["2", "5"])
def test_senders_share_deliveries_without_a_duplicate(results, senders):
    shared = results["shared"][senders]
    assert shared["statuses"] == [0] * int(senders)
    assert (shared["missing"], shared["sent"], shared["states"]) == (0, 48, {"sent": 48})


@pytest.mark.parametrize("senders", ["2", "5"])
def test_one_request_at_a_time_is_sent_to_an_endpoint(results, senders):
    assert results["shared"][senders]["at_once"] == 1


@pytest.mark.parametrize(("name", "held"), [("beside_one", 2), ("beside_failing", 8)])
def test_receivers_that_do_not_respond_delay_no_others(results, name, held):
    found = results[name]
    assert found["beside"]["states"]["sent"] >= 9  # the last result may be saved later
    assert found["beside"]["states"]["sending"] >= 1
    assert (found["status"], found["states"]) == (0, {"sent": 10 + held})
    assert found["at_once"] == 1


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_service_ends_after_the_current_attempt(results, name):
    found = results["stopped"][name]
    assert found["status"] == 0
    assert (found["states"], found["sent"]) == ({"sent": 1, "waiting": 1}, 1)
