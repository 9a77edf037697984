"""API, feeds, sitemap and llms.txt know nobody: the same bytes and headers for every visitor."""

import pytest
from django.core.cache import cache

from tests.visibility import doors, people
from tests.visibility.answers import ask, same_answer, told
from tests.visibility.world import NOBODY

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

STATES = ["live", "draft", "private", "private_by_password", "private_to_a_group"]
TEMPLATES = [*doors.DETAILS, *doors.FILTERED, *doors.DIGESTS, *doors.OF_A_DIGEST]


def paths(world):
    """All of the doors that answer everybody alike."""
    fixed = [*doors.LISTS, *doors.TAG_LISTS, *doors.DIGEST_LISTS, *doors.FIXED]
    asked = [world.cases[state].address for state in STATES] + [NOBODY]
    found = {*fixed, *(door.format(**address) for door in TEMPLATES for address in asked)}
    return sorted(path for path in found if path.startswith(doors.SAME_FOR_ALL))


@pytest.fixture(scope="module")
def answers_to_anybody(world, django_db_blocker):
    with django_db_blocker.unblock():
        cache.clear()  # made before the first test's own: the roots of other sites may be there
        client = people.anonymous()
        return {path: ask(client, path) for path in paths(world)}


@pytest.mark.parametrize("visitor", people.VISITORS)
def test_no_visitor_is_told_more_or_less(world, answers_to_anybody, visitor):
    client = visitor()
    for path, answer in answers_to_anybody.items():
        response = ask(client, path)
        if answer["Content-Type"].startswith("text/html") and answer.status_code == 404:
            assert response.status_code == 404  # the site's page, on which editors have their bar
            continue
        assert (response.status_code, told(response)) == (answer.status_code, told(answer)), path
        assert "Set-Cookie" not in response.headers
        assert not response.cookies, path
        assert "cookie" not in response.get("Vary", "").lower(), path


def test_visitors_are_who_they_are_said_to_be(world):
    by_password = world.cases["private_by_password"].address["path"]
    by_login = world.cases["private"].address["path"]
    assert "Paper" in ask(people.editor(), by_login).content.decode()
    assert "textqprivatebypasswordq" in ask(people.with_passwords(), by_password).content.decode()
    assert "textqprivatebypasswordq" not in ask(people.anonymous(), by_password).content.decode()


@pytest.mark.parametrize("visitor", people.VISITORS)
@pytest.mark.parametrize("path", ["/", "/tags/every/", "/search/?q=happened"])
def test_lists_of_readers_pages_show_every_visitor_the_public_set(world, visitor, path):
    text = ask(visitor(), path).content.decode()
    assert world.shown(text) == world.public


CONDITIONS = [
    {"if_none_match": "*"},
    {"if_none_match": 'W/"x", "y"'},
    {"if_modified_since": "Mon, 01 Jan 2035 00:00:00 GMT"},
    {"if_match": "*"},
    {"range": "bytes=0-9"},
    {"origin": "https://elsewhere.example"},
    {"accept": "application/xml"},
    {"accept": "text/markdown, */*;q=0.1"},
]


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "delete"])
@pytest.mark.parametrize("headers", [{}, *CONDITIONS], ids=str)
def test_hidden_issue_is_none_however_it_is_asked_for(world, client, method, headers):
    for door in [*doors.DETAILS, doors.DIGESTS[0], doors.FILTERED[0]]:
        nothing = ask(client, door.format(**NOBODY), method, **headers)
        assert nothing.status_code not in (200, 304, 401, 403, 410, 412, 206)
        for name in ("draft", "private", "expired", "in_a_private_digest", "of_another_site"):
            if door == doors.DIGESTS[0] and name in ("draft", "private", "expired"):
                continue  # whose digest is public
            response = ask(client, door.format(**world.cases[name].address), method, **headers)
            assert same_answer(response, nothing), (door, name)


def test_options_and_refusals_are_the_same_for_the_public_and_for_none(world, client):
    for door in doors.DETAILS:
        for method in ("options", "post", "put", "patch", "delete"):
            nothing = ask(client, door.format(**NOBODY), method)
            response = ask(client, door.format(**world.cases["live"].address), method)
            assert same_answer(response, nothing), (door, method)
