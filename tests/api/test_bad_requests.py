"""The catalogue of wrong paths, methods and headers on every endpoint."""

import pytest

from digest.api import errors
from tests.api.bad_input import (
    AUTHORIZATIONS,
    EXAMPLES,
    GARBAGE_ACCEPTS,
    IGNORED,
    MALFORMED_ETAGS,
    NO_PAGES,
    NOT_ACCEPTED,
    PAGES_FOR_PEOPLE,
    WRONG_PATHS,
    query,
)

pytestmark = pytest.mark.django_db

every_endpoint = pytest.mark.parametrize("endpoint", EXAMPLES, indirect=True)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
READING = "GET, HEAD, OPTIONS"


def told(response):
    """All that a client gets to know, but for the request's own number."""
    headers = {k: v for k, v in response.headers.items() if k != "X-Request-ID"}
    return response.status_code, headers, response.content


def assert_problem(response, status):
    """A problem of this status, in the words of the API."""
    assert response.status_code == status, response.content[:200]
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status


# Paths


@pytest.mark.parametrize("path", WRONG_PATHS, ids=lambda path: path[:40])
def test_address_of_nothing_is_a_problem(path, digest, client):
    response = client.get(f"/api/v1/{path}")
    assert_problem(response, 404)
    assert response.json() == errors.problem(404)


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v2/", "/api/v2/pages/", "/api/v1.json/", "/api/x/"]
)
def test_every_address_below_api_speaks_in_problems(path, client, db):
    assert_problem(client.get(path), 404)


def test_root_without_its_slash_leads_to_the_root(client, db):
    assert client.get("/api/v1")["Location"] == "/api/v1/"
    assert_problem(client.get("/api"), 404)


@pytest.mark.parametrize("path", NO_PAGES, ids=lambda path: path[:40])
def test_path_of_no_page_is_not_found(path, digest, client):
    response = client.get(f"/api/v1/pages/?{query('path', path)}")
    assert response.status_code in (400, 404)
    assert_problem(response, response.status_code)


@pytest.mark.parametrize("path", ["/daily", "//daily//", "/daily/"])
def test_path_in_another_form_leads_to_the_page_or_nowhere(path, digest, client):
    response = client.get(f"/api/v1/pages/?{query('path', path)}")
    assert response.status_code in (200, 404)
    if response.status_code == 200:
        data = response.json()
        assert data.get("id", digest.pk) == digest.pk
        assert data.get("location", "http://localhost/daily/").endswith("localhost/daily/")


# Methods


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("page", [*EXAMPLES.values(), *PAGES_FOR_PEOPLE])
def test_writing_is_refused_everywhere(page, method, client):
    path = page.format(issue=1, story="00000000-0000-0000-0000-000000000000", token="x")
    response = getattr(client, method)(f"/api/v1/{path}")
    assert_problem(response, 405)
    assert response["Allow"] == READING


@pytest.mark.parametrize("content_type", ["application/json; charset=bz2_codec", "a/b/c", ""])
def test_what_is_sent_is_not_read(content_type, client):
    response = client.generic("POST", "/api/v1/issues/", b"\xff" * 100_000, content_type)
    assert_problem(response, 405)


@every_endpoint
def test_head_says_what_get_does_without_a_body(endpoint, client):
    get, head = client.get(endpoint.address()), client.head(endpoint.address())
    assert (head.status_code, head.content) == (200, b"")
    assert told(head)[:2] == told(get)[:2]


@every_endpoint
def test_head_is_refused_as_get_is(endpoint, client):
    head = client.head(endpoint.address("foo=1"))
    assert (head.status_code, head["Content-Type"]) == (400, "application/problem+json")
    assert head.content == b""


@every_endpoint
def test_options_are_the_same_everywhere(endpoint, client):
    response = client.options(endpoint.path)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Allow"] == READING


# Headers


@every_endpoint
def test_other_media_types_are_not_acceptable(endpoint, client):
    for accept in NOT_ACCEPTED:
        response = client.get(endpoint.address(), headers={"accept": accept})
        if endpoint.path.endswith(".md"):  # its address says it all
            assert response["Content-Type"].startswith("text/markdown")
        else:
            assert_problem(response, 406)


@every_endpoint
def test_browser_gets_what_any_client_gets(endpoint, client):
    plain = client.get(endpoint.address())
    for accept in (BROWSER, "text/html", "*/*", "application/*", "application/json;q=0.1"):
        assert told(client.get(endpoint.address(), headers={"accept": accept})) == told(plain)


@every_endpoint
def test_garbage_for_a_media_type_is_answered(endpoint, client):
    for accept in GARBAGE_ACCEPTS:
        response = client.get(endpoint.address(), headers={"accept": accept})
        assert response.status_code in (200, 406), accept


@every_endpoint
def test_what_a_stranger_claims_changes_nothing(endpoint, client):
    plain = told(client.get(endpoint.address()))
    for headers in IGNORED:
        assert told(client.get(endpoint.address(), headers=headers)) == plain, headers


@pytest.mark.parametrize("page", PAGES_FOR_PEOPLE)
def test_pages_for_people_ignore_who_asks(page, client, db):
    for value in AUTHORIZATIONS:
        response = client.get(f"/api/v1/{page}", headers={"Authorization": value})
        assert response.status_code == 200


# Nobody keeps a preview, so it has no ETag.
@pytest.mark.parametrize("endpoint", sorted({*EXAMPLES} - {"/preview/{token}/"}), indirect=True)
def test_tags_are_compared_weakly_and_garbage_matches_nothing(endpoint, client):
    address = endpoint.address()
    etag = client.get(address)["ETag"]
    for value in (etag, f"W/{etag}", f'"a", W/"b", {etag}', "*"):
        response = client.get(address, headers={"if-none-match": value})
        assert (response.status_code, response.content) == (304, b""), value
    for value in MALFORMED_ETAGS:
        assert client.get(address, headers={"if-none-match": value}).status_code == 200, value


@every_endpoint
@pytest.mark.parametrize("origin", ["null", "https://evil.example", "https://localhost.evil"])
def test_no_origin_is_repeated(endpoint, origin, client):
    response = client.get(endpoint.address(), headers={"origin": origin})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert origin not in str(response.headers)


def test_odd_preflight_is_answered_without_its_words(client, db):
    asked = {"origin": "https://evil.example", "access-control-request-method": "DELETE"}
    asked["access-control-request-headers"] = "x-evil, authorization"
    response = client.options("/api/v1/issues/", headers=asked)
    assert response.status_code in (200, 204)
    assert "evil" not in str(response.headers)
    assert "DELETE" not in response["Access-Control-Allow-Methods"]
    assert "authorization" not in response["Access-Control-Allow-Headers"].lower()


# Hosts

BAD_HOSTS = ["evil<script>", "evil", "a:99999999999", "localhost:abc", "a b", "\xff", "[::1", "@"]


@pytest.mark.parametrize("host", [*BAD_HOSTS, "localhost, evil", "x" * 5000, ""])
@pytest.mark.parametrize("path", ["/api/v1/issues/", "/api/", "/api/v1/docs/", "/api/v1/nope/"])
def test_host_that_is_not_allowed_is_a_problem(host, path, client, settings):
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    response = client.get(path, headers={"host": host})
    if host:
        assert_problem(response, 400)
    assert b"evil" not in response.content


def test_host_is_never_taken_for_the_address_of_a_page(digest, client):
    response = client.get("/api/v1/digests/", headers={"host": "another.example"})
    [found] = response.json()["results"]
    assert found["url"] == "http://localhost/daily/"
