"""Errors are problem details, name each invalid parameter and reveal nothing."""

import time

import pytest

from digest.api import errors
from digest.api.site_views import ApiRootView
from tests.builders import expire, make_issue, restrict

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=-1", "limit"),
        ("limit=abc", "limit"),
        ("limit=1e3", "limit"),
        ("limit=", "limit"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=%00", "limit"),
        ("limit=5.0", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=1&limit=2", "limit"),
        ("offset=1", "offset"),
        ("cursor=abc", "cursor"),
        ("cursor=" + "a" * 10000, "cursor"),
        ("cursor=e30:1:1", "cursor"),
        ("order=title", "order"),
        ("order=owner__password", "order"),
        ("owner__password__startswith=p", "owner__password__startswith"),
        ("_connector=OR", "_connector"),
        ("filter[title]=x", "filter[title]"),
        ("digest=%00", "digest"),
        ("digest=a/b", "digest"),
        ("tag=a,,b", "tag"),
        ("tag=" + ",".join("abcdefghijklmnopqrstuvwxyz"), "tag"),
        ("date_from=2026-02-30", "date_from"),
        ("date_from=99999-01-01", "date_from"),
        ("date_to=0000-01-01", "date_to"),
        ("year=0", "year"),
        ("month=13", "month"),
        ("updated_since=abc", "updated_since"),
        ("updated_since=2026-04-14", "updated_since"),
        ("updated_since=2026-04-14T06:00:00", "updated_since"),
        ("updated_since=9999-12-31T23:59:59-14:00", "updated_since"),
        ("locale=%00", "locale"),
        ("locale=" + "x" * 5000, "locale"),
        ("include=everything", "include"),
        ("count=TRUE", "count"),
        ("format=xml", "format"),
        ("callback=alert", "callback"),
    ],
)
def test_invalid_parameter_is_named(get, query, parameter):
    problem = get(f"issues/?{query}", 400)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]
    assert all(len(error["detail"]) < 200 for error in problem["errors"])


def test_similar_parameter_is_suggested(get):
    [error] = get("issues/?limt=1", 400)["errors"]
    assert "“limit”" in error["detail"]


def test_all_invalid_parameters_are_named(get):
    problem = get("issues/?limit=x&order=y&z=1", 400)
    assert {error["parameter"] for error in problem["errors"]} == {"limit", "order", "z"}


def test_detail_rejects_parameters_of_lists(digest, get):
    issue = make_issue(digest)
    get(f"issues/{issue.pk}/?limit=1", 400)


def test_cursor_of_another_query_is_rejected(digest, get):
    make_issue(digest, 1)
    make_issue(digest, 2)
    cursor = get("issues/?limit=1")["next"].partition("cursor=")[2].partition("&")[0]
    get(f"issues/?limit=1&cursor={cursor}")
    get(f"issues/?limit=1&order=date&cursor={cursor}", 400)
    get(f"digests/?cursor={cursor}", 400)


@pytest.mark.parametrize(
    "path",
    ["nope/", "issues/abc/", "issues/-1/", "issues/" + "9" * 5000 + "/", "issues//", "tags/%00/"],
)
def test_unknown_path_is_a_problem(client, path):
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def headers(response):
    return {k: v for k, v in response.headers.items() if k != "X-Request-ID"}


def test_hidden_issue_is_like_one_that_does_not_exist(digest, client):
    hidden = [make_issue(digest, 1, publish=False), make_issue(digest, 2), make_issue(digest, 3)]
    restrict(hidden[1])
    expire(hidden[2])
    unknown = client.get("/api/v1/issues/999999/", headers={"if-none-match": "*"})
    for issue in hidden:
        response = client.get(f"/api/v1/issues/{issue.pk}/", headers={"if-none-match": "*"})
        assert (response.status_code, response.content) == (404, unknown.content)
        assert headers(response) == headers(unknown)


def test_response_is_the_same_for_an_editor(digest, client, admin_client):
    restrict(make_issue(digest, 1))
    make_issue(digest, 2)
    anonymous = client.get("/api/v1/issues/", headers={"authorization": "Bearer nonsense"})
    assert admin_client.get("/api/v1/issues/").content == anonymous.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_writing_is_not_allowed(client, method):
    response = getattr(client, method)("/api/v1/issues/")
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_other_formats_are_not_acceptable(client):
    response = client.get("/api/v1/issues/", headers={"accept": "application/xml"})
    assert response.status_code == 406
    assert response.json()["title"] == "Not acceptable"
    assert (response["Cache-Control"], "Accept" in response["Vary"]) == ("no-store", True)


def test_browser_gets_json(client):
    accept = "text/html,application/xhtml+xml,*/*;q=0.8"
    response = client.get("/api/v1/issues/", headers={"accept": accept})
    assert response["Content-Type"] == "application/json"


def test_exception_is_logged_but_not_in_the_response(client, monkeypatch, caplog):
    def fail(*args):
        raise RuntimeError("secret")

    monkeypatch.setattr(ApiRootView, "get", fail)
    client.raise_request_exception = False
    response = client.get("/api/v1/")
    assert response.status_code == 500
    assert response.json() == errors.problem(500)
    assert response["Cache-Control"] == "no-store"
    assert "secret" in caplog.text


def test_type_links_to_the_explanation(client, get):
    url, _, name = get("nope/", 404)["type"].partition("#")
    assert f'id="{name}"' in client.get(url).content.decode()


def test_head_and_options_have_no_body(digest, client):
    response = client.head("/api/v1/issues/")
    assert (response.status_code, response.content) == (200, b"")
    for path in ("issues/1/", f"issues/{make_issue(digest, publish=False).pk}/"):
        response = client.options(f"/api/v1/{path}")
        assert (response.status_code, response["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_unmodified_response_is_304(digest, client):
    make_issue(digest)
    first = client.get("/api/v1/issues/")
    again = client.get("/api/v1/issues/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])
    head = client.head("/api/v1/issues/", headers={"if-none-match": first["ETag"]})
    assert (head.status_code, head["ETag"]) == (304, first["ETag"])
    assert again["Cache-Control"] == first["Cache-Control"]
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"


def test_etag_with_a_cursor_does_not_change_with_time(digest, client, monkeypatch):
    make_issue(digest, 13)
    make_issue(digest, 14)
    first = client.get("/api/v1/issues/?limit=1")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 60)
    assert client.get("/api/v1/issues/?limit=1")["ETag"] == first["ETag"]


@pytest.mark.parametrize("host", ["localhost:99999", "localhost:99999999999"])
def test_impossible_port_is_rejected(client, db, host):
    response = client.get("/api/v1/", headers={"host": host})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_host_that_is_not_allowed_is_a_problem(client, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    response = client.get("/api/v1/issues/", headers={"host": "evil<script>"})
    assert (response.status_code, response.json()) == (400, errors.problem(400))
    assert client.get("/", headers={"host": "evil"}).status_code == 400


def test_exception_outside_a_view_is_a_problem(client, monkeypatch):
    def fail(*args):
        raise RuntimeError("secret")

    monkeypatch.setattr("django.middleware.common.CommonMiddleware.process_request", fail)
    client.raise_request_exception = False
    response = client.get("/api/v1/issues/")
    assert (response.status_code, response.json()) == (500, errors.problem(500))


def test_more_parameters_than_django_reads_are_a_problem(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    response = client.get("/api/v1/issues/?" + "a&" * 20)
    assert (response.status_code, response.json()) == (400, errors.problem(400))


def test_host_without_site_is_not_found(digest, client, site):
    make_issue(digest, tags=("AI",))
    site.is_default_site = False
    site.save()
    for path in ("/api/v1/issues/", "/tags/ai/"):
        assert client.get(path, headers={"host": "elsewhere.example"}).status_code == 404
