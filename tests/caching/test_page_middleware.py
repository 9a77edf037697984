"""Which pages caches in front may keep, and for how long."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from digest.caching import content_version
from tests.builders import expire, make_issue, restrict
from tests.visibility import people

pytestmark = pytest.mark.django_db

FOR_ALL = "public, max-age=0, s-maxage=60"
PAGES = ["/", "/daily/", "/daily/2026-04-14/", "/tags/power/"]


@pytest.fixture
def issue(digest):
    return make_issue(digest, tags=("Power",), slug="2026-04-14")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_for_anybody_may_be_kept_by_caches_in_front(issue, client, path):
    response = client.get(path)
    assert response["Cache-Control"] == FOR_ALL
    assert "Accept-Encoding" in response["Vary"]
    assert "CDN-Cache-Control" not in response


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("cookie", ["sessionid", "messages", "django_language"])
def test_a_page_for_somebody_is_theirs(issue, client, path, cookie):
    client.cookies[cookie] = "something"
    assert client.get(path)["Cache-Control"] == "private"


def test_a_page_shown_to_an_editor_is_theirs(issue):
    assert people.editor().get("/daily/")["Cache-Control"] == "private"


def test_a_page_for_who_sends_credentials_is_theirs(issue):
    client = Client(headers={"authorization": "Basic eDp5"})
    assert client.get("/daily/")["Cache-Control"] == "private"


def test_a_page_that_gives_a_cookie_is_nobody_elses(issue, client, monkeypatch):
    def serve(page, request):
        response = original(page, request)
        response.set_cookie("chosen", "one")
        return response

    original = type(issue).serve
    monkeypatch.setattr(type(issue), "serve", serve)
    assert client.get("/daily/2026-04-14/")["Cache-Control"] == "private"


def test_what_a_page_says_itself_stands(issue, client, monkeypatch):
    def serve(page, request):
        response = original(page, request)
        response["Cache-Control"] = "no-cache"
        return response

    original = type(issue).serve
    monkeypatch.setattr(type(issue), "serve", serve)
    assert client.get("/daily/2026-04-14/")["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("visitor", [people.anonymous, people.editor, people.with_passwords])
def test_a_private_page_is_for_no_cache(issue, visitor):
    people.restrict_by_password(issue)
    control = visitor().get("/daily/2026-04-14/")["Cache-Control"]
    assert {"private", "no-store"} <= set(control.split(", "))


@pytest.mark.parametrize("path", ["/nothing/", "/search/?q=power", "/admin/login/"])
def test_other_answers_are_not_made_public(issue, client, path):
    assert "public" not in client.get(path).get("Cache-Control", "")


def test_a_page_is_not_kept_beyond_the_next_expiry(issue, client):
    at = timezone.now() + timedelta(seconds=30)
    type(issue).objects.filter(pk=issue.pk).update(expire_at=at)
    for path in PAGES:
        seconds = int(client.get(path)["Cache-Control"].rpartition("=")[2])
        assert seconds < 30
    expire(issue)
    assert client.get("/")["Cache-Control"] == FOR_ALL


def test_a_page_that_expires_while_it_is_made_is_not_kept(issue, client, monkeypatch):
    def serve(page, request):
        expire(issue)
        return original(page, request)

    original = type(issue).serve
    at = timezone.now() + timedelta(seconds=30)
    type(issue).objects.filter(pk=issue.pk).update(expire_at=at)
    monkeypatch.setattr(type(issue), "serve", serve)
    monkeypatch.setattr(content_version, "current", lambda: "of now")
    control = client.get("/daily/2026-04-14/")["Cache-Control"]
    assert int(control.rpartition("=")[2]) < 30


def test_the_expiry_of_a_hidden_page_is_not_told(issue, digest, client):
    at = timezone.now() + timedelta(seconds=30)
    type(issue).objects.filter(pk=make_issue(digest, 15).pk).update(expire_at=at)
    restrict(type(issue).objects.get(expire_at=at))
    assert client.get("/")["Cache-Control"] == FOR_ALL


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_an_unchanged_page_is_not_sent_again(issue, client, encoding):
    asked = {"accept-encoding": encoding}
    first = client.get("/daily/", headers=asked)
    again = client.get("/daily/", headers=asked | {"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again["Cache-Control"] == FOR_ALL
    assert "Accept-Encoding" in again["Vary"]
    type(issue).objects.filter(pk=issue.pk).update(title="Another")
    changed = client.get("/daily/", headers=asked | {"if-none-match": first["ETag"]})
    assert changed.status_code == 200


def test_caches_that_are_purged_may_keep_it_longer(issue, client, settings):
    settings.DIGEST_CDN_MAX_AGE = 3600
    response = client.get("/daily/")
    assert response["CDN-Cache-Control"] == "max-age=3600, stale-while-revalidate=60"
    assert response["Cache-Control"] == FOR_ALL


def test_a_page_of_two_versions_is_not_kept(issue, client, monkeypatch):
    versions = iter("ab")
    monkeypatch.setattr("digest.caching.content_version.current", lambda: next(versions))
    assert "no-store" in client.get("/daily/")["Cache-Control"]
