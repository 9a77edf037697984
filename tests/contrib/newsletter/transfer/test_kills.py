"""An import that is killed begins again, and ends as if nothing had happened."""

import pytest

from tests.kills import results_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        return results_of(
            "tests.contrib.newsletter.transfer.kills", tmp_path_factory.mktemp("kills")
        )


def test_import_is_completed_after_a_kill_at_any_write(results):
    assert len(results) >= 8
    assert {(result["status"], result["was_due"]) for result in results} == {(-9, True)}
    assert {result["state"] for result in results} == {"done"}
    for result in results:
        assert result["counts"] == {"added": 3, "recorded": 2, "barred": 1}
        assert result["readers"] == [
            ["r0@example.org", "active"],
            ["r1@example.org", "ended"],
            ["r3@example.org", "active"],
            ["r4@example.org", "active"],
            ["r5@example.org", "ended"],
        ]
