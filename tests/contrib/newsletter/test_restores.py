"""After the restore of a backup, nobody who has left gets mail, and no mailing is repeated."""

import pytest

from tests.contrib.newsletter.restores import READERS
from tests.kills import results_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return the output of ``restores``, which runs in a process and a database of its own."""
    folder, mails = tmp_path_factory.mktemp("restores"), tmp_path_factory.mktemp("mails")
    with django_db_blocker.unblock():
        return results_of("tests.contrib.newsletter.restores", folder, str(mails))


def test_all_readers_get_both_issues_before_the_restore(results):
    assert results["before"] == [sorted(READERS)] * 2


def test_issue_that_is_published_again_is_not_sent_again(results):
    assert results["after"][0] == []


def test_readers_who_left_get_nothing_even_if_an_editor_continues(results):
    assert results["after"][1] == ["stays"]
    assert "erased@example.org" not in results["addresses"]
