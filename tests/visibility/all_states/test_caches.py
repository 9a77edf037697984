"""What caches in front may keep of the readers' pages: what anybody sees, as a stranger sees it."""

import pytest

from tests.visibility import doors, people
from tests.visibility.answers import ask
from tests.visibility.oracle import Oracle

pytestmark = pytest.mark.django_db

LISTS = [path for path in doors.LISTS if not path.startswith(doors.SAME_FOR_ALL)]


def is_public(response):
    return "public" in response.get("Cache-Control", "")


def test_a_page_may_be_kept_in_no_state_but_a_public_one(world, client):
    oracle, kept = Oracle(), set()
    for case in world.cases.values():
        response = ask(client, case.address["path"])
        if is_public(response):
            kept.add(case.name)
            assert oracle.sees(case.issue.pk), case.name
            assert response.status_code == 200
            assert world.secrets_in(response.content.decode()) == [], case.name
    # Wagtail lets nobody keep a page with a restriction, be it one that restricts nobody.
    assert kept >= world.public - {"with_an_open_restriction"}


@pytest.mark.parametrize("visitor", people.VISITORS)
def test_what_a_visitor_is_shown_is_nobody_elses(world, visitor):
    client = visitor()
    for path in [*LISTS, *(case.address["path"] for case in world.cases.values())]:
        assert not is_public(ask(client, path)), path
