"""Invalid paths, methods and headers on every endpoint."""

import pytest

from digest.api import errors
from tests.api.bad_input import (
    AUTHORIZATIONS,
    EXAMPLES,
    GARBAGE_ACCEPTS,
    HTML_PAGES,
    IGNORED,
    INVALID_PATHS,
    MALFORMED_ETAGS,
    NOT_CACHEABLE,
    PATHS_WITHOUT_PAGE,
    UNACCEPTABLE,
    query,
)
from tests.contract.responses import allowed_methods, operations_at

pytestmark = pytest.mark.django_db

every_endpoint = pytest.mark.parametrize("endpoint", EXAMPLES, indirect=True)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def comparable(response):
    """Return the status, the headers without the request id, and the body."""
    headers = {k: v for k, v in response.headers.items() if k != "X-Request-ID"}
    return response.status_code, headers, response.content


def assert_problem(response, status):
    assert response.status_code == status, response.content[:200]
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status


# Paths


@pytest.mark.parametrize("path", INVALID_PATHS, ids=lambda path: path[:40])
def test_unknown_path_is_a_problem(path, digest, client):
    response = client.get(f"/api/v1/{path}")
    assert_problem(response, 404)
    assert response.json() == errors.problem(404)


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v2/", "/api/v2/pages/", "/api/v1.json/", "/api/x/"]
)
def test_other_version_of_the_api_is_a_problem(path, client, db):
    assert_problem(client.get(path), 404)


def test_root_without_slash_redirects_to_the_root(client, db):
    assert client.get("/api/v1")["Location"] == "/api/v1/"
    assert_problem(client.get("/api"), 404)


@pytest.mark.parametrize("path", PATHS_WITHOUT_PAGE, ids=lambda path: path[:40])
def test_path_without_page_is_an_error(path, digest, client):
    response = client.get(f"/api/v1/pages/?{query('path', path)}")
    assert response.status_code in (400, 404)
    assert_problem(response, response.status_code)


@pytest.mark.parametrize("path", ["/daily", "//daily//", "/daily/"])
def test_path_in_another_form_is_the_page_or_not_found(path, digest, client):
    response = client.get(f"/api/v1/pages/?{query('path', path)}")
    assert response.status_code in (200, 404)
    if response.status_code == 200:
        data = response.json()
        assert data.get("id", digest.pk) == digest.pk
        assert data.get("location", "http://localhost/daily/").endswith("localhost/daily/")


# Methods


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("page", [*EXAMPLES.values(), *HTML_PAGES])
def test_method_that_is_not_documented_is_not_allowed(page, method, client):
    path = page.format(issue=1, story="00000000-0000-0000-0000-000000000000", token="x")
    operations = operations_at(f"/{path}")
    if method not in operations:
        response = getattr(client, method)(f"/api/v1/{path}")
        assert_problem(response, 405)
        assert response["Allow"] == allowed_methods(operations)


@pytest.mark.parametrize("content_type", ["application/json; charset=bz2_codec", "a/b/c", ""])
def test_request_body_is_not_parsed(content_type, client):
    response = client.generic("POST", "/api/v1/issues/", b"\xff" * 100_000, content_type)
    assert_problem(response, 405)


@every_endpoint
def test_head_has_the_headers_of_get_without_body(endpoint, client):
    get, head = client.get(endpoint.url()), client.head(endpoint.url())
    assert (head.status_code, head.content) == (200, b"")
    assert comparable(head)[:2] == comparable(get)[:2]


@every_endpoint
def test_head_rejects_unknown_parameters(endpoint, client):
    head = client.head(endpoint.url("foo=1"))
    assert (head.status_code, head["Content-Type"]) == (400, "application/problem+json")
    assert head.content == b""


@every_endpoint
def test_options_are_the_same_everywhere(endpoint, client):
    response = client.options(endpoint.path)
    assert (response.status_code, response.content) == (204, b"")
    operations = operations_at(endpoint.path.removeprefix("/api/v1"))
    assert response["Allow"] == allowed_methods(operations)


# Headers


@every_endpoint
def test_other_media_types_are_not_acceptable(endpoint, client):
    for accept in UNACCEPTABLE:
        response = client.get(endpoint.url(), headers={"accept": accept})
        if endpoint.path.endswith(".md"):  # the URL alone determines the format
            assert response["Content-Type"].startswith("text/markdown")
        else:
            assert_problem(response, 406)


@every_endpoint
def test_browser_gets_what_any_client_gets(endpoint, client):
    plain = comparable(client.get(endpoint.url()))
    for accept in (BROWSER, "text/html", "*/*", "application/*", "application/json;q=0.1"):
        response = client.get(endpoint.url(), headers={"accept": accept})
        assert comparable(response) == plain, accept


@every_endpoint
def test_malformed_accept_is_200_or_406(endpoint, client):
    for accept in GARBAGE_ACCEPTS:
        response = client.get(endpoint.url(), headers={"accept": accept})
        assert response.status_code in (200, 406), accept


@every_endpoint
def test_ignored_headers_change_nothing(endpoint, client):
    plain = comparable(client.get(endpoint.url()))
    for headers in IGNORED:
        assert comparable(client.get(endpoint.url(), headers=headers)) == plain, headers


@pytest.mark.parametrize("page", HTML_PAGES)
def test_html_pages_ignore_authorization(page, client, db):
    for value in AUTHORIZATIONS:
        response = client.get(f"/api/v1/{page}", headers={"Authorization": value})
        assert response.status_code == 200


@pytest.mark.parametrize("endpoint", sorted({*EXAMPLES} - NOT_CACHEABLE), indirect=True)
def test_etags_are_compared_weakly_and_malformed_ones_never_match(endpoint, client):
    url = endpoint.url()
    etag = client.get(url)["ETag"]
    for value in (etag, f"W/{etag}", f'"a", W/"b", {etag}', "*"):
        response = client.get(url, headers={"if-none-match": value})
        assert (response.status_code, response.content) == (304, b""), value
    for value in MALFORMED_ETAGS:
        assert client.get(url, headers={"if-none-match": value}).status_code == 200, value


@every_endpoint
@pytest.mark.parametrize("origin", ["null", "https://evil.example", "https://localhost.evil"])
def test_origin_is_not_repeated(endpoint, origin, client):
    response = client.get(endpoint.url(), headers={"origin": origin})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert origin not in str(response.headers)


def test_preflight_does_not_repeat_the_request(client, db):
    headers = {"origin": "https://evil.example", "access-control-request-method": "DELETE"}
    headers["access-control-request-headers"] = "x-evil, authorization"
    response = client.options("/api/v1/issues/", headers=headers)
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


def test_host_is_not_used_for_page_urls(digest, client):
    response = client.get("/api/v1/digests/", headers={"host": "another.example"})
    [data] = response.json()["results"]
    assert data["url"] == "http://localhost/daily/"
