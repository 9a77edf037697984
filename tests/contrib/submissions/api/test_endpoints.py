"""Who may use the endpoints, and what they reject."""

import json
import sys
from datetime import timedelta

import pytest
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.middleware.http import ConditionalGetMiddleware
from django.test import RequestFactory
from django.urls import resolve
from django.utils import timezone
from django.views.debug import ExceptionReporter
from wagtail.models import GroupPagePermission

from digest.contrib.submissions.documents import WORD
from digest.contrib.submissions.models import ApiKey, ApiKeyQuerySet, Submission
from digest.models import IssuePage
from tests.api.bad_input import CONTENT_ENCODINGS, INVALID_BODIES
from tests.builders import make_digest
from tests.contrib.submissions.api.test_submitting import problem
from tests.contrib.submissions.conftest import DOCUMENT, URL
from tests.visibility.responses import headers_of

pytestmark = pytest.mark.django_db
POST = f"{URL}?digest=daily"


@pytest.fixture
def send(client, api_key):
    """Return a function that sends a request with any ``Authorization``."""

    def send(authorization=f"Bearer {api_key[1]}", method="post", url=POST):
        headers = {"Idempotency-Key": "one", "If-Match": "*"}
        headers |= {"Authorization": authorization} if authorization is not None else {}
        body = {} if method == "get" else {"data": DOCUMENT, "content_type": "text/markdown"}
        return getattr(client, method)(url, headers=headers, **body)

    return send


@pytest.fixture
def urls(submit):
    """Return each method with a URL."""
    url = submit()["Location"]
    return [("post", POST), ("get", URL), ("get", url), ("put", url)]


def test_request_without_a_valid_key_is_unauthorized(send, urls, api_key):
    key = api_key[1]
    wrong = [None, "", "Bearer", "Bearer ", f"Basic {key}", f"Bearer {key}x", f"Bearer {key[:-1]}"]
    wrong += [f"Bearer {key} {key}", "Bearer wagtail_x", "Bearer \x00", "Bearer é", f"Token {key}"]
    bodies = set()
    for method, url in urls:
        for authorization in wrong:
            response = send(authorization, method, url)
            assert problem(response) == (401, "unauthorized"), authorization
            assert response["WWW-Authenticate"] == "Bearer"
            bodies.add(response.content)
    assert len(bodies) == 1
    assert IssuePage.objects.count() == 1


@pytest.mark.parametrize("change", ["revoked_at", "expires_at", "user"])
def test_key_that_has_ended_is_unauthorized(send, urls, api_key, change):
    if change == "user":
        type(api_key[0].user).objects.update(is_active=False)
    else:
        ApiKey.objects.update(**{change: timezone.now() - timedelta(seconds=1)})
    for method, url in urls:
        assert problem(send(method=method, url=url)) == (401, "unauthorized")


def test_refused_key_costs_a_query_at_most(send, django_assert_num_queries):
    with django_assert_num_queries(0):
        send("Bearer digest_mistyped")
    unknown = "Bearer " + ApiKey.make("x", ApiKey.objects.get().user, [])[1]
    ApiKey.objects.filter(name="x").delete()
    with django_assert_num_queries(1):
        send(unknown)


def test_scheme_is_case_insensitive(send, api_key):
    assert send(f"bearer {api_key[1]}", "get", URL).status_code == 200


def test_use_of_a_key_is_recorded_now_and_then(send, api_key):
    send(method="get", url=URL)
    first = ApiKey.objects.get().last_used_at
    send(method="get", url=URL)
    assert first is not None
    assert ApiKey.objects.get().last_used_at == first


def test_digest_of_another_key_does_not_exist(submit, home_page):
    make_digest(home_page, "secret", live=False)
    for slug in ("nowhere", "secret"):
        response = submit(url=f"{URL}?digest={slug}")
        assert problem(response) == (404, "not-found")
        assert response.json()["detail"] == f'The key has no digest "{slug}".'


def test_long_slug_of_a_digest_is_shortened(submit):
    detail = submit(url=f"{URL}?digest={'x' * 255}").json()["detail"]
    assert detail == f'The key has no digest "{"x" * 100}".'


def test_submission_of_another_key_does_not_exist(send, urls, digest, curator):
    other = ApiKey.make("Other", curator, [digest])[1]
    for method, url in urls[2:]:
        assert problem(send(f"Bearer {other}", method, url)) == (404, "not-found")


def test_submission_does_not_exist_after_its_digest_was_taken_from_the_key(send, urls, api_key):
    api_key[0].digests.clear()
    for method, url in urls[2:]:
        assert problem(send(method=method, url=url)) == (404, "not-found")
    assert send(method="get", url=URL).json()["results"] == []


def test_draft_digest_takes_submissions(submit, digest):
    digest.unpublish()
    assert submit().status_code == 201


def test_user_needs_permission_to_add_issues(submit):
    GroupPagePermission.objects.all().delete()
    response = submit()
    assert problem(response) == (403, "forbidden")
    assert "may not add issues" in response.json()["detail"]


def test_limit_is_per_key(submit, send, settings, digest, curator):
    settings.DIGEST_SUBMISSION_RATE = "2/hour"
    responses = [submit("No issue") for _ in range(3)]
    assert [response.status_code for response in responses] == [422, 422, 429]
    wait = responses[2]["Retry-After"]
    assert 3500 < int(wait) <= 3600
    assert responses[2].json()["detail"] == (
        f"The key may send 2 per hour, dry runs included: wait {wait} seconds."
    )
    assert send(f"Bearer {ApiKey.make('Other', curator, [digest])[1]}").status_code == 201


def test_limit_by_address_is_of_guessed_keys_too(send, settings):
    settings.DIGEST_API_THROTTLE_RATE = "2/hour"
    statuses = [send("Bearer digest_guessed").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]


def test_reading_needs_the_permissions_of_the_user(submit, read):
    url = submit(url=f"{POST}&preview=true")["Location"]
    GroupPagePermission.objects.all().delete()
    assert problem(read(url)) == (403, "forbidden")


class Locked(Exception):
    sqlite_errorname, sqlstate = "SQLITE_BUSY_SNAPSHOT", None


class Deadlock(Exception):
    sqlstate = "40P01"


@pytest.mark.parametrize("cause", [Locked, Deadlock])
@pytest.mark.parametrize(
    "place", ["submitting.create", "models.Submission.objects.filter", "models.keys.is_well_formed"]
)
def test_busy_database_asks_for_another_attempt(submit, monkeypatch, cause, place):
    def fail(*args, **kwargs):
        raise OperationalError from cause

    monkeypatch.setattr(f"digest.contrib.submissions.{place}", fail)
    response = submit()
    assert problem(response) == (503, "try-again")
    assert response["Retry-After"] == "5"


def test_broken_database_is_an_error(submit, monkeypatch):
    def fail(*args):
        raise OperationalError("disk I/O error")

    monkeypatch.setattr("digest.contrib.submissions.submitting.create", fail)
    with pytest.raises(OperationalError):
        submit()


def test_use_that_cannot_be_recorded_is_no_error(read, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(ApiKeyQuerySet, "update", fail)
    assert read(URL).status_code == 200


def test_response_is_always_sent_anew(submit, client, api_key):
    """Its ETag is that of the draft, and the outcome changes without it."""
    first = submit()
    headers = {"Authorization": f"Bearer {api_key[1]}", "If-None-Match": first["ETag"]}
    request = RequestFactory().get(first["Location"], headers=headers)
    response = resolve(request.path).func(request, submission_id=first.json()["id"])
    assert ConditionalGetMiddleware(lambda _: response)(request).status_code == 200


def test_other_media_types_are_rejected(submit):
    for content_type in ["application/pdf", "text/markdown; charset=utf-16", "multipart/form-data"]:
        response = submit(b"x", content_type=content_type)
        assert problem(response) == (415, "unsupported-media-type")
        assert response["Accept-Post"].startswith("text/markdown, ")
        detail = response.json()["detail"]
        assert detail.startswith("Send text/markdown, text/html, text/plain, application/")
        assert detail.endswith(" or application/json in UTF-8, without Content-Encoding.")


def test_content_encodings_are_rejected(submit):
    for name in CONTENT_ENCODINGS:
        response = submit(headers={"Content-Encoding": name})
        assert (response.status_code, response["Accept-Encoding"]) == (415, "identity")


@pytest.mark.parametrize(
    ("content_type", "limit"),
    [
        *(("text/markdown", 1_000_000), ("text/plain", 1_000_000), ("text/html", 3_000_000)),
        *((WORD, 10_000_000), ("application/json", 1_000_000)),
    ],
)
def test_large_body_is_not_read(submit, content_type, limit):
    response = submit(b"x" * (limit + 1), content_type=content_type)
    assert problem(response) == (413, "content-too-large")


def test_invalid_json_is_rejected(submit):
    for body, code in INVALID_BODIES:
        response = submit(body, URL, content_type="application/json")
        if not body:
            continue
        assert response.status_code == 400, body[:100]
        assert response.json()["errors"][0]["code"] == code


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"live": True}, 422, "/live"),
        ({"issue_id": 1}, 422, "/issue_id"),
        ({"digest": None}, 422, "/digest"),
        ({"document": {"format": "rtf", "text": "x"}}, 422, "/document/format"),
        ({"document": {"format": "text"}}, 422, "/document/text"),
        ({"action": "unpublish"}, 422, "/action"),
        ({"made_with": "x" * 201}, 422, "/made_with"),
        ({"note": "a\x00b"}, 422, "/note"),
        ({"document": "x"}, 400, "/document"),
        ({"digest": 5}, 400, "/digest"),
    ],
)
def test_invalid_field_is_named(submit, change, status, pointer):
    body = {"digest": "daily", "document": {"format": "markdown", "text": DOCUMENT}} | change
    response = submit(json.dumps(body), URL, content_type="application/json")
    assert response.status_code == status
    assert pointer in [error["pointer"] for error in response.json()["errors"]]
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        *("", "digest=", "digest=a/b", "digest=daily&digest=daily", "digest=daily&dry_run=yes"),
        *("digest=daily&action=unpublish", "digest=daily&live=true", "digest=daily&preview=1"),
        *("digest=daily&made_with=a%1bb", "digest=daily&name=a%0Ab", "digest=daily&name=%C2%85a"),
        *("digest=daily&made_with=" + "x" * 201, "digest=daily&name=a%00b", "digest=daily&limit=1"),
    ],
)
def test_invalid_parameters_are_rejected(submit, query):
    response = submit(url=f"{URL}?{query}")
    assert problem(response) == (400, "invalid-request")
    assert response.json()["errors"][0]["parameter"]


def test_parameters_of_documents_are_rejected_beside_json(submit):
    body = {"digest": "daily", "document": {"format": "markdown", "text": DOCUMENT}}
    response = submit(json.dumps(body), POST, content_type="application/json")
    assert [error["parameter"] for error in response.json()["errors"]] == ["digest"]


@pytest.mark.parametrize("key", [None, "two words", "one"])
@pytest.mark.parametrize("name", ["dry_run", "preview"])
def test_parameters_of_the_query_are_rejected_in_json(submit, key, name):
    body = {"digest": "daily", "document": {"format": "markdown", "text": DOCUMENT}, name: True}
    headers = {"Idempotency-Key": key}
    response = submit(json.dumps(body), URL, content_type="application/json", headers=headers)
    assert problem(response) == (422, "invalid-submission")
    assert response.json()["errors"] == [
        {"pointer": f"/{name}", "code": "unknown", "detail": "Send it in the query."}
    ]


def test_no_response_is_stored_or_open_to_scripts_of_pages(send, urls):
    for method, url in urls:
        response = send(method=method, url=url)
        assert response["Cache-Control"] == "private, no-store"
        assert "Authorization" in response["Vary"]
        assert not [name for name, _ in headers_of(response) if name.startswith("access-control")]


def test_options_name_the_methods(client, digest):
    response = client.options(URL)
    assert (response.status_code, response["Allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert "Access-Control-Allow-Origin" not in response


def test_reading_is_the_same_with_a_key(client, submit, api_key):
    submit()
    for url in ["/api/v1/issues/", "/api/v1/digests/daily/", "/daily/"]:
        key = client.get(url, headers={"Authorization": f"Bearer {api_key[1]}"})
        assert key.content == client.get(url).content


def test_key_stays_out_of_error_reports(send, api_key, monkeypatch):
    reports = []

    def report(request, **kwargs):
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_text())

    monkeypatch.setattr("digest.contrib.submissions.submitting.create", lambda *_: 1 / 0)
    got_request_exception.connect(report, dispatch_uid="report")
    with pytest.raises(ZeroDivisionError):
        send()
    got_request_exception.disconnect(dispatch_uid="report")
    assert "ZeroDivisionError" in reports[0]
    assert api_key[1] not in reports[0]
