"""Which responses are cached, under which key, and for how long."""

import gzip
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.test import RequestFactory
from django.utils import timezone

from digest import memo
from digest.caching import response_cache


def test_second_response_is_the_first(content):
    first, second = content.get(), content.get()
    assert content.times_rendered == 1
    assert (first.content, dict(first.items())) == (second.content, dict(second.items()))
    assert second["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"


def test_a_change_shows_in_the_next_response(content):
    content.get()
    content.change("A tram is late.")
    assert content.get().content == b"A tram is late."


def test_a_response_is_found_again_under_its_version(content):
    content.get()
    before, text = content.version, content.text
    content.change("A tram is late.")
    content.get()
    content.version = before  # a replica that lags
    assert content.get().content == text.encode()
    assert content.times_rendered == 2


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/other/"},
        {"path": "/?limit=2"},
        {"path": "/?limit=1&limit=1"},
        {"path": "/"},
        {"variant": "text/markdown"},
        {"HTTP_HOST": "other.example"},
        {"wsgi.url_scheme": "https"},
    ],
)
def test_key_has_everything_that_a_response_depends_on(content, other):
    content.get("/?limit=1")
    content.get(**{"path": "/?limit=1"} | other)
    assert content.times_rendered == 2


def test_key_ignores_the_order_of_the_query(content):
    content.get("/?tag=trams&limit=1")
    content.get("/?limit=1&tag=trams")
    assert content.times_rendered == 1


def test_key_ignores_parameters_that_the_policy_does_not_name(content):
    content.get("/?locale=fr", parameters=["locale"])
    content.get("/?utm_source=letter&locale=fr", parameters=["locale"])
    assert content.times_rendered == 1
    content.get("/?locale=en", parameters=["locale"])
    assert content.times_rendered == 2


def test_key_ignores_cookies_and_other_headers(content):
    content.get()
    content.get(HTTP_COOKIE="sessionid=1", HTTP_USER_AGENT="x", HTTP_ACCEPT_LANGUAGE="fr")
    assert content.times_rendered == 1


def test_head_and_get_share_a_response(content):
    content.get()
    assert content.respond(RequestFactory().head("/")).status_code == 200
    assert content.times_rendered == 1


def test_matching_etag_gets_304(content):
    etag = content.get()["ETag"]
    response = content.get(HTTP_IF_NONE_MATCH=etag)
    assert (response.status_code, response.content, content.times_rendered) == (304, b"", 1)
    assert response["Vary"] == "Accept-Encoding"
    assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"


def test_412_is_not_stored_by_any_cache(content, settings):
    settings.DIGEST_CDN_MAX_AGE = 3600
    response = content.get(HTTP_IF_MATCH='"other bytes"')
    assert (response.status_code, response["Cache-Control"]) == (412, "no-store")
    assert "CDN-Cache-Control" not in response


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "gzip, deflate"])
def test_response_is_compressed_if_the_client_accepts_gzip(content, accepted):
    plain = content.get()
    compressed = content.get(HTTP_ACCEPT_ENCODING=accepted)
    assert compressed["Content-Encoding"] == "gzip"
    assert gzip.decompress(compressed.content) == plain.content
    assert compressed["ETag"] == f"W/{plain['ETag']}"
    assert content.get(HTTP_IF_NONE_MATCH=compressed["ETag"]).status_code == 304
    assert content.times_rendered == 1


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity, gzip; q=0.0, br"])
def test_response_is_plain_if_the_client_does_not(content, accepted):
    assert "Content-Encoding" not in content.get(HTTP_ACCEPT_ENCODING=accepted)


def test_short_response_is_not_compressed(content):
    content.text = "[]"
    response = content.get(HTTP_ACCEPT_ENCODING="gzip")
    assert (response.content, "Content-Encoding" in response) == (b"[]", False)


@pytest.mark.parametrize(("length", "times"), [(100_001, 1), (1_000_000, 1), (1_000_001, 2)])
def test_large_response_is_stored_compressed_and_a_larger_one_is_not(content, length, times):
    content.text = "Trams and buses. " * (length // 17) + "!" * (length % 17)
    responses = [content.get(), content.get()]
    assert [response.content.decode() for response in responses] == [content.text] * 2
    assert content.times_rendered == times


def test_only_200_is_stored(content, monkeypatch):
    def missing(request):
        response = type(content).view(content, request)
        response.status_code = 404
        return response

    monkeypatch.setattr(content, "view", missing)
    assert [content.get().status_code for _ in range(2)] == [404, 404]
    assert content.times_rendered == 2


def test_cookie_that_a_view_sets_is_dropped(content, monkeypatch):
    def with_cookie(request):
        response = type(content).view(content, request)
        response.set_cookie("number", str(content.times_rendered))
        return response

    monkeypatch.setattr(content, "view", with_cookie)
    assert not content.get().cookies
    assert not content.get().cookies


@pytest.mark.parametrize("version", [None, "first"])
def test_nothing_is_stored_without_a_version_or_if_caching_is_off(content, settings, version):
    content.version = version
    settings.DIGEST_CACHE_SECONDS = 0
    content.get()
    content.get()
    assert content.times_rendered == 2


def test_response_is_rendered_again_if_content_has_changed_meanwhile(content):
    def change_once():
        content.while_rendering = lambda: None
        content.change("A tram is late.")

    content.while_rendering = change_once
    response = content.get()
    assert (content.times_rendered, response["Cache-Control"].startswith("public")) == (2, True)
    content.get()
    assert content.times_rendered == 2


def test_inconsistent_response_is_no_store(content):
    content.while_rendering = lambda: content.change("A tram is late.")
    assert content.get()["Cache-Control"] == "no-store"
    assert content.times_rendered == response_cache.ATTEMPTS
    content.while_rendering = lambda: None
    assert content.get()["Cache-Control"].startswith("public")
    assert content.times_rendered == response_cache.ATTEMPTS + 1


def test_inconsistent_404_is_no_store(content, monkeypatch):
    def missing(request):
        response = type(content).view(content, request)
        response.status_code = 404
        return response

    monkeypatch.setattr(content, "view", missing)
    assert content.get()["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"
    content.while_rendering = lambda: content.change("A tram is late.")
    assert content.get()["Cache-Control"] == "no-store"


def test_response_is_not_fresh_past_the_next_expiry_of_any_page(content, monkeypatch):
    now = timezone.now()
    content.next_expiry = now + timedelta(seconds=100)
    content.get()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=99))
    content.get()
    assert content.times_rendered == 1
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=100))
    content.next_expiry = None
    content.get()
    assert content.times_rendered == 2


def test_response_is_not_fresh_if_a_page_expires_during_rendering(content, monkeypatch):
    now = timezone.now()
    content.next_expiry = now + timedelta(seconds=1)

    def let_it_expire():
        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=2))
        content.next_expiry = None

    content.while_rendering = let_it_expire
    content.get()
    content.get()
    assert content.times_rendered == 2


def test_response_is_rendered_again_after_cache_seconds(content, monkeypatch, settings):
    settings.DIGEST_CACHE_SECONDS = 30
    now = timezone.now()
    content.get()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=31))
    content.get()
    assert content.times_rendered == 2


def test_lifetime_of_a_cached_response_ends_when_its_content_expires(content, monkeypatch):
    now = timezone.now()
    content.expires_at = now + timedelta(seconds=50)
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert content.get()["Cache-Control"] == "public, max-age=50, stale-while-revalidate=0"
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=40))
    assert content.get()["Cache-Control"] == "public, max-age=10, stale-while-revalidate=0"
    assert content.times_rendered == 1


def test_disallowed_host_reaches_the_view(content, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["news.example"]

    def view(request):
        raise DisallowedHost

    monkeypatch.setattr(content, "view", view)
    with pytest.raises(DisallowedHost):
        content.get(HTTP_HOST="evil.example")


def test_served_data_is_stored_with_the_response(content, monkeypatch):
    def view(request):
        response = type(content).view(content, request)
        response.served_data = ("tram", 3)
        return response

    monkeypatch.setattr(content, "view", view)
    assert [content.get().served_data for _ in range(2)] == [("tram", 3)] * 2


def test_cache_alias_digest_is_preferred(content, settings):
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
        "digest": {"BACKEND": memory, "LOCATION": "test-of-the-alias"},
    }
    content.get()
    content.get()
    assert content.times_rendered == 1
    caches["digest"].clear()
    settings.CACHES = {"default": {"BACKEND": memory, "LOCATION": "test-of-the-default"}}
    content.get()
    content.get()
    assert content.times_rendered == 2
    caches["default"].clear()


def test_responses_of_another_release_are_not_sent(content, monkeypatch):
    content.get()
    monkeypatch.setattr(response_cache, "__version__", "another")
    content.get()
    assert content.times_rendered == 2


def test_each_attempt_has_a_request_of_its_own(content):
    def change_twice():
        request = content.requests[-1]
        assert not hasattr(request, "left_by_an_attempt")
        assert not hasattr(request, "_wagtail_site")
        request.left_by_an_attempt = request._wagtail_site = "old"
        if content.times_rendered < 3:
            content.change("A tram is late.")

    content.while_rendering = change_twice
    request = RequestFactory().get("/?limit=1", HTTP_COOKIE="sessionid=1")
    request.resolver_match = request._wagtail_site = "of an earlier middleware"
    content.respond(request)
    assert len({id(request) for request in [*content.requests, request]}) == 4
    assert not hasattr(request, "left_by_an_attempt")
    for attempt in content.requests:
        assert attempt.GET["limit"] == "1"
        assert attempt.resolver_match == request.resolver_match


def test_key_is_made_of_values_of_the_request_alone():
    values = {
        "version": "1",
        "scheme": "https",
        "host": "news.example",
        "path": "/a/",
        "query": [("limit", ["1"]), ("tag", ["a", "b"])],
        "variant": "text/markdown",
    }
    key = response_cache.cache_key(**values)
    assert response_cache.cache_key(**values | {"query": values["query"][::-1]}) == key
    for name in values:
        other = [] if name == "query" else "other"
        assert response_cache.cache_key(**values | {name: other}) != key


def test_what_a_response_has_read_is_cached_for_the_next_one(content):
    read = []
    content.while_rendering = lambda: read.append(memo.once("key", lambda: content.version))
    content.get("/")
    content.get("/other/")
    assert read == ["first", "first"]
    content.change("A tram is late.")
    content.get("/")
    assert read[-1] == "after-first"


def test_last_attempt_reads_everything_from_its_snapshot(content):
    def change():
        active.append(memo.is_active())
        content.change(f"Tram {len(active)} is late.")

    active = []
    content.while_rendering = change
    assert content.get()["Cache-Control"] == "no-store"
    assert active == [True, True, False]


def test_what_was_read_while_content_changed_is_not_stored(content):
    def change():
        changed.append(memo.once("key", lambda: f"{len(changed)} of {content.version}"))
        if len(changed) == 1:
            content.change("A tram is late.")

    changed = []
    content.while_rendering = change
    content.get("/")
    assert changed == ["0 of first", "1 of after-first"]
    content.version = "first"  # a replica that lags
    content.get("/other/")
    assert changed[-1] == "2 of first"
