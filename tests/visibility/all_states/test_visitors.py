"""API, feeds, sitemap and llms.txt return the same bytes and headers to every visitor."""

import pytest
from django.core.cache import cache

from tests.optional_apps import served
from tests.visibility import endpoints, people
from tests.visibility.responses import fetch, is_same_response, text_of
from tests.visibility.scenario import NONEXISTENT

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

STATES = ["live", "draft", "private", "private_by_password", "private_to_a_group"]
TEMPLATES = [*endpoints.DETAILS, *endpoints.FILTERED, *endpoints.DIGESTS, *endpoints.OF_A_DIGEST]


def paths(scenario):
    """Return the paths whose responses do not depend on the visitor."""
    fixed = [*endpoints.LISTS, *endpoints.TAG_LISTS, *endpoints.DIGEST_LISTS, *endpoints.FIXED]
    fixed += endpoints.SITE_FEEDS
    values = [scenario.cases[state].params for state in STATES] + [NONEXISTENT]
    found = {*fixed, *(endpoint.format(**params) for endpoint in TEMPLATES for params in values)}
    return sorted(path for path in found if endpoints.is_visitor_independent(path))


@pytest.fixture(scope="module")
def anonymous_responses(scenario, django_db_blocker):
    with django_db_blocker.unblock():
        cache.clear()  # the site root paths in it may be those of an earlier test
        client = people.anonymous()
        return {path: fetch(client, path) for path in paths(scenario)}


@pytest.mark.parametrize("visitor", people.VISITORS)
def test_every_visitor_gets_the_same_response(scenario, anonymous_responses, visitor):
    client = visitor()
    for path, expected in anonymous_responses.items():
        response = fetch(client, path)
        if expected["Content-Type"].startswith("text/html") and expected.status_code == 404:
            assert (
                response.status_code == 404
            )  # the site's error page, on which editors have the userbar
            continue
        assert (response.status_code, text_of(response)) == (
            expected.status_code,
            text_of(expected),
        ), path
        assert "Set-Cookie" not in response.headers
        assert not response.cookies, path
        assert "cookie" not in response.get("Vary", "").lower(), path


def test_visitors_see_what_they_are_authorised_for(scenario):
    by_password = scenario.cases["private_by_password"].params["path"]
    by_login = scenario.cases["private"].params["path"]
    assert "Paper" in fetch(people.editor(), by_login).content.decode()
    assert "textqprivatebypasswordq" in fetch(people.with_passwords(), by_password).content.decode()
    assert "textqprivatebypasswordq" not in fetch(people.anonymous(), by_password).content.decode()


@pytest.mark.parametrize("visitor", people.VISITORS)
@pytest.mark.parametrize("path", served("/", "/tags/every/", "/search/?q=happened"))
def test_page_lists_show_every_visitor_the_public_issues(scenario, visitor, path):
    text = fetch(visitor(), path).content.decode()
    assert scenario.shown(text) == scenario.public


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
def test_hidden_issue_is_not_found_with_any_method_or_header(scenario, client, method, headers):
    for endpoint in [*endpoints.DETAILS, endpoints.DIGESTS[0], endpoints.FILTERED[0]]:
        nothing = fetch(client, endpoint.format(**NONEXISTENT), method, **headers)
        assert nothing.status_code not in (200, 304, 401, 403, 410, 412, 206)
        for name in ("draft", "private", "expired", "in_a_private_digest", "of_another_site"):
            if endpoint == endpoints.DIGESTS[0] and name in ("draft", "private", "expired"):
                continue  # whose digest is public
            response = fetch(
                client, endpoint.format(**scenario.cases[name].params), method, **headers
            )
            assert is_same_response(response, nothing), (endpoint, name)


def test_other_methods_are_the_same_for_a_public_and_a_missing_issue(scenario, client):
    for endpoint in endpoints.DETAILS:
        for method in ("options", "post", "put", "patch", "delete"):
            nothing = fetch(client, endpoint.format(**NONEXISTENT), method)
            response = fetch(client, endpoint.format(**scenario.cases["live"].params), method)
            assert is_same_response(response, nothing), (endpoint, method)
