"""Front-end caches may only store pages as anonymous readers see them."""

import pytest

from tests.visibility import endpoints, people
from tests.visibility.oracle import Oracle
from tests.visibility.responses import fetch

pytestmark = pytest.mark.django_db

LISTS = [path for path in endpoints.LISTS if not endpoints.is_visitor_independent(path)]


def is_public(response):
    return "public" in response.get("Cache-Control", "")


def test_page_is_cacheable_in_public_states_only(scenario, client):
    oracle, cacheable = Oracle(), set()
    for case in scenario.cases.values():
        response = fetch(client, case.params["path"])
        if is_public(response):
            cacheable.add(case.name)
            assert oracle.sees(case.issue.pk), case.name
            assert response.status_code == 200
            assert scenario.secrets_in(response.content.decode()) == [], case.name
    # Wagtail forbids caching for every page with a restriction, even one of type "none".
    assert cacheable >= scenario.public - {"with_an_open_restriction"}


@pytest.mark.parametrize("visitor", people.VISITORS)
def test_page_for_a_visitor_is_not_public(scenario, visitor):
    client = visitor()
    for path in [*LISTS, *(case.params["path"] for case in scenario.cases.values())]:
        assert not is_public(fetch(client, path)), path
