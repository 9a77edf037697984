"""Endpoints that take POST and DELETE, with those of the fixture ``notes``."""

import json
from io import BytesIO

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from digest.api import errors
from tests.builders import restrict

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("notes")]

NOTES, NOTE = "/api/v1/digests/daily/notes/", "/api/v1/notes/known/"
CORS = "Access-Control-Allow-Origin"


@pytest.fixture
def send(client, digest):
    """Return a function that POSTs a note, as JSON, with headers."""

    def send(body=None, **headers):
        data = json.dumps(body or {"text": "Thanks."})
        return client.post(NOTES, data, content_type="application/json", headers=headers)

    return send


def test_valid_note_is_accepted_and_not_cached(send):
    response = send()
    assert (response.status_code, response.json()) == (202, {"text": "Thanks."})
    assert "no-store" in response["Cache-Control"]
    assert {"Accept", "Origin"} <= set(response["Vary"].split(", "))
    assert CORS not in response


def test_responses_stay_out_of_search_engines_and_referers(send, client):
    for response in (send(), client.get(NOTE), client.get("/api/v1/notes/x/"), client.put(NOTE)):
        assert response["X-Robots-Tag"] == "noindex"
        assert response["Referrer-Policy"] == "no-referrer"


def test_csrf_token_is_not_needed(digest):
    client = Client(enforce_csrf_checks=True)
    response = client.post(NOTES, '{"text": "a"}', content_type="application/json; charset=UTF-8")
    assert response.status_code == 202


def test_site_may_be_selected(send, client, other_site):
    url = "/api/v1/digests/weekly/notes/?site=other.example"
    assert client.post(url, {"text": "a"}, content_type="application/json").status_code == 202


def test_hidden_digest_is_like_one_that_does_not_exist(send, client, digest):
    restrict(digest)
    url = NOTES.replace("daily", "nothing")
    unknown = client.post(url, {"text": "a"}, content_type="application/json")
    assert (send().status_code, send().content) == (404, unknown.content)


def test_methods_are_those_of_the_view(client):
    for method in ("get", "put", "patch", "delete"):
        response = getattr(client, method)(NOTES)
        assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
        assert response.json()["detail"] == "Use POST or OPTIONS."
    response = client.put(NOTE)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST, DELETE, OPTIONS")


def test_reading_names_the_methods_of_reading(client):
    assert client.post("/api/v1/issues/").json()["detail"] == "Use GET, HEAD or OPTIONS."


def test_body_without_required_fields_may_be_missing(client):
    assert client.generic("POST", NOTE).json() == {"text": "known"}
    assert client.post(NOTE, b"{}", content_type="application/json").status_code == 200
    response = client.post(NOTE, {"sure": True}, content_type="application/json")
    assert response.json()["errors"][0]["pointer"] == "/sure"
    assert client.post(NOTE, {"sure": "yes"}).status_code == 415  # a form


def test_delete_has_no_body(client):
    response = client.delete(NOTE)
    assert (response.status_code, response.content) == (204, b"")
    assert client.delete("/api/v1/notes/other/").status_code == 404


def test_parameters_of_every_method_are_validated(client):
    for method in ("get", "post", "delete"):
        response = getattr(client, method)(f"{NOTE}?smile=1")
        assert response.json()["errors"][0]["parameter"] == "smile"


# Bodies without a length


def chunked(client, body, **environ):
    """POST a body without Content-Length, as a server that decodes chunks passes it on."""
    environ = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True} | environ
    headers = {"transfer-encoding": "chunked", "content-type": "application/json"}
    return client.generic("POST", NOTES, headers=headers, **environ)


def test_chunked_body_is_read_up_to_the_limit(client, digest):
    assert chunked(client, b'{"text": "a"}').status_code == 202
    body = BytesIO(b" " * 1_000_000)
    assert chunked(client, b"", **{"wsgi.input": body}).status_code == 413
    assert body.tell() <= 65_537


def test_chunked_body_that_the_server_does_not_end_is_empty(client, digest):
    assert chunked(client, b'{"text": "a"}', **{"wsgi.input_terminated": False}).status_code == 400


def test_body_too_big_for_django_is_too_large(send, monkeypatch):
    def fail(*args):
        raise RequestDataTooBig("Too much.")

    monkeypatch.setattr("digest.api.parsers.read_object", fail)
    assert send().status_code == 413
    response = errors.bad_request(RequestFactory().post(NOTES), RequestDataTooBig("Too much."))
    assert json.loads(response.content)["type"].endswith("#content-too-large")


# Origins


@pytest.fixture
def origins(settings, home_page):
    """Allowed origins, one for each reason."""
    Site.objects.create(hostname="books.example", port=443, root_page=home_page)
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://www.Frontend.example/news/"}
    settings.NOTES_ORIGINS = ["https://app.example:8443/"]
    return [
        "http://localhost",
        "https://books.example",
        "https://www.frontend.example",
        "https://app.example:8443",
    ]


def test_allowed_origins_are_repeated(send, origins):
    for origin in origins:
        response = send(origin=origin)
        assert (response.status_code, response[CORS]) == (202, origin)
        assert "Retry-After" in response["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in response


def test_other_origins_are_forbidden(send, origins):
    for origin in ("null", "http://books.example", "https://app.example", "http://127.0.0.1:8000"):
        response = send(origin=origin)
        assert (response.status_code, CORS in response) == (403, False)
        assert "NOTES_ORIGINS" in response.json()["detail"]
        assert response.json()["type"].endswith("#forbidden")


def test_origin_is_checked_before_the_body_and_for_delete(client, send):
    assert send({"nonsense": 1}, origin="null").status_code == 403
    assert client.delete(NOTE, headers={"origin": "null"}).status_code == 403


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:1"])
def test_this_machine_is_allowed_with_debug(send, settings, origin):
    assert send(origin=origin).status_code == 403
    settings.DEBUG = True
    assert send(origin=origin)[CORS] == origin
    assert send(origin="http://localhost.evil").status_code == 403
    assert send(origin=f"{origin}/").status_code == 403


def test_errors_can_be_read_by_allowed_origins(send, settings):
    assert send({"text": 5}, origin="http://localhost")[CORS] == "http://localhost"
    settings.DIGEST_API_THROTTLE_RATE = "1/min"
    responses = [send(origin="http://localhost") for _number in range(2)]
    assert [response.status_code for response in responses] == [202, 429]
    assert responses[1][CORS] == "http://localhost"
    assert responses[1]["Retry-After"]


def test_reading_is_open_to_every_origin(client):
    response = client.get(NOTE, headers={"origin": "https://evil.example"})
    assert (response.status_code, response[CORS]) == (200, "*")


def test_preflight_of_an_allowed_origin_has_the_methods_of_the_view(client, origins):
    for path, methods in ((NOTES, "POST, OPTIONS"), (NOTE, "GET, HEAD, POST, DELETE, OPTIONS")):
        response = client.options(path, headers={"origin": origins[1]})
        assert (response.status_code, response[CORS]) == (204, origins[1])
        assert response["Access-Control-Allow-Methods"] == response["Allow"] == methods
        assert "Content-Type" in response["Access-Control-Allow-Headers"]
        assert "Origin" in response["Vary"]


def test_preflight_of_another_origin_has_no_cors_headers(client):
    response = client.options(NOTES, headers={"origin": "https://evil.example"})
    assert (response.status_code, response["Allow"]) == (204, "POST, OPTIONS")
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert "Origin" in response["Vary"]


def test_origin_costs_one_query(send, django_assert_num_queries):
    with CaptureQueriesContext(connection) as without:
        send()
    with django_assert_num_queries(len(without) + 1):
        send(origin="http://localhost")
