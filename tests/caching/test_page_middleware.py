"""Which pages front-end caches may store, and for how long."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Site

from digest.caching import content_version
from tests.builders import expire, make_issue, restrict
from tests.optional_apps import served
from tests.visibility import people

pytestmark = pytest.mark.django_db

PUBLIC = "public, max-age=0, s-maxage=60"
PAGES = ["/", "/daily/", "/daily/2026-04-14/", "/tags/power/"]


@pytest.fixture
def issue(digest):
    return make_issue(digest, tags=("Power",), slug="2026-04-14")


@pytest.mark.parametrize("path", PAGES)
def test_page_is_public(issue, client, path):
    response = client.get(path)
    assert response["Cache-Control"] == PUBLIC
    assert "Accept-Encoding" in response["Vary"]
    assert "CDN-Cache-Control" not in response


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("cookie", ["sessionid", "messages", "django_language"])
def test_page_is_private_if_a_cookie_is_sent(issue, client, path, cookie):
    client.cookies[cookie] = "something"
    assert client.get(path)["Cache-Control"] == "private"


def test_page_shown_to_an_editor_is_private(issue):
    assert people.editor().get("/daily/")["Cache-Control"] == "private"


def test_page_is_private_if_credentials_are_sent(issue):
    client = Client(headers={"authorization": "Basic eDp5"})
    assert client.get("/daily/")["Cache-Control"] == "private"


def test_page_that_sets_a_cookie_is_private(issue, client, monkeypatch):
    def serve(page, request):
        response = original(page, request)
        response.set_cookie("chosen", "one")
        return response

    original = type(issue).serve
    monkeypatch.setattr(type(issue), "serve", serve)
    assert client.get("/daily/2026-04-14/")["Cache-Control"] == "private"


def test_cache_control_of_a_page_class_is_unchanged(issue, client, monkeypatch):
    def serve(page, request):
        response = original(page, request)
        response["Cache-Control"] = "no-cache"
        return response

    original = type(issue).serve
    monkeypatch.setattr(type(issue), "serve", serve)
    assert client.get("/daily/2026-04-14/")["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("visitor", [people.anonymous, people.editor, people.with_passwords])
def test_restricted_page_is_no_store(issue, visitor):
    people.restrict_by_password(issue)
    control = visitor().get("/daily/2026-04-14/")["Cache-Control"]
    assert {"private", "no-store"} <= set(control.split(", "))


@pytest.mark.parametrize("path", served("/nothing/", "/search/?q=power", "/admin/login/"))
def test_other_responses_are_not_public(issue, client, path):
    assert "public" not in client.get(path).get("Cache-Control", "")


def test_lifetime_ends_at_the_next_expiry(issue, client):
    at = timezone.now() + timedelta(seconds=30)
    type(issue).objects.filter(pk=issue.pk).update(expire_at=at)
    for path in PAGES:
        seconds = int(client.get(path)["Cache-Control"].rpartition("=")[2])
        assert seconds < 30
    expire(issue)
    assert client.get("/")["Cache-Control"] == PUBLIC


def test_lifetime_ends_when_the_page_expires_during_rendering(issue, client, monkeypatch):
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


def test_expiry_of_a_hidden_page_is_not_disclosed(issue, digest, client):
    at = timezone.now() + timedelta(seconds=30)
    type(issue).objects.filter(pk=make_issue(digest, 15).pk).update(expire_at=at)
    restrict(type(issue).objects.get(expire_at=at))
    assert client.get("/")["Cache-Control"] == PUBLIC


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_matching_etag_gets_304(issue, client, encoding):
    headers = {"accept-encoding": encoding}
    first = client.get("/daily/", headers=headers)
    again = client.get("/daily/", headers=headers | {"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again["Cache-Control"] == PUBLIC
    assert "Accept-Encoding" in again["Vary"]
    type(issue).objects.filter(pk=issue.pk).update(headline="Another")
    changed = client.get("/daily/", headers=headers | {"if-none-match": first["ETag"]})
    assert changed.status_code == 200


def test_caches_that_are_purged_get_a_longer_lifetime(issue, client, settings):
    settings.DIGEST_CDN_MAX_AGE = 3600
    response = client.get("/daily/")
    assert response["CDN-Cache-Control"] == "max-age=3600, stale-while-revalidate=60"
    assert response["Cache-Control"] == PUBLIC


def test_inconsistent_page_is_no_store(issue, client, monkeypatch):
    versions = iter("ab")
    monkeypatch.setattr("digest.caching.content_version.current", lambda: next(versions))
    assert "no-store" in client.get("/daily/")["Cache-Control"]


@pytest.mark.parametrize("path", ["/daily/2026-04-14/", "/api/v1/issues/", "/feeds/daily/rss.xml"])
def test_host_that_another_process_has_changed_is_used_at_once(issue, client, settings, path):
    settings.DIGEST_CACHE_SECONDS = 0
    client.get(path)
    Site.objects.update(hostname="moved.example", port=8443)  # Wagtail clears no cache
    assert "//moved.example:8443/" in client.get(path).content.decode()
