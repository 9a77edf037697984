"""All of a submission is saved or nothing, however the process is killed."""

import pytest

from tests.contrib.submissions.kills import NAMES
from tests.kills import results_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return the output of ``kills``."""
    folder = tmp_path_factory.mktemp("kills")
    with django_db_blocker.unblock():
        return results_of("tests.contrib.submissions.kills", folder)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_of_a_request_that_was_killed_at_any_write(results, name):
    kills = results[name]["kills"]
    assert len(kills) >= 5
    assert {kill["status"] for kill in kills} == {-9}
    assert [kill["changed"] for kill in kills if kill["changed"]] == []


@pytest.mark.parametrize("name", NAMES)
def test_same_request_succeeds_after_a_kill(results, name):
    found = results[name]
    status = 201 if name.startswith("post") else 200
    assert found["after"] != found["before"]
    sent_again = [kill for kill in found["kills"] if "again" in kill]
    assert sent_again
    for kill in sent_again:
        assert (kill["again"], kill["end"]) == ([status, False], found["after"])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_done_twice_if_the_response_was_lost(results, name):
    found = results[name]
    # A PUT has no idempotency key: its ETag is that of the draft before. In a review, it is a 409.
    of_put = [409 if name == "put_submit" else 412, False]
    assert found["lost"]["again"] == ([201, True] if name.startswith("post") else of_put)
    assert found["lost"]["end"] == found["after"]


@pytest.mark.parametrize("name", NAMES)
def test_issue_is_live_only_if_it_is_published(results, name):
    is_live = results[name]["after"]["issues"][0][0]
    assert is_live == name.endswith("publish")
