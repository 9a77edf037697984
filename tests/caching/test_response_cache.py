"""What is kept, for which requests, and for how long."""

import gzip
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.test import RequestFactory
from django.utils import timezone

from digest.caching import response_cache


def test_second_answer_is_the_first(content):
    first, second = content.ask(), content.ask()
    assert content.made == 1
    assert (first.content, dict(first.items())) == (second.content, dict(second.items()))
    assert second["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"


def test_change_is_shown_to_the_next(content):
    content.ask()
    content.change("A tram is late.")
    assert content.ask().content == b"A tram is late."


def test_answer_comes_back_with_its_version(content):
    content.ask()
    before, text = content.version, content.text
    content.change("A tram is late.")
    content.ask()
    content.version = before  # a replica that lags
    assert content.ask().content == text.encode()
    assert content.made == 2


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/other/"},
        {"path": "/?limit=2"},
        {"path": "/?limit=1&limit=1"},
        {"path": "/"},
        {"kind": "text/markdown"},
        {"HTTP_HOST": "other.example"},
        {"wsgi.url_scheme": "https"},
    ],
)
def test_what_is_asked_makes_a_difference(content, other):
    content.ask("/?limit=1")
    content.ask(**{"path": "/?limit=1"} | other)
    assert content.made == 2


def test_order_of_the_query_makes_none(content):
    content.ask("/?tag=trams&limit=1")
    content.ask("/?limit=1&tag=trams")
    assert content.made == 1


def test_parameters_that_the_view_ignores_make_none(content):
    content.ask("/?locale=fr", query=["locale"])
    content.ask("/?utm_source=letter&locale=fr", query=["locale"])
    assert content.made == 1
    content.ask("/?locale=en", query=["locale"])
    assert content.made == 2


def test_cookies_and_other_headers_make_none(content):
    content.ask()
    content.ask(HTTP_COOKIE="sessionid=1", HTTP_USER_AGENT="x", HTTP_ACCEPT_LANGUAGE="fr")
    assert content.made == 1


def test_head_and_get_are_one(content):
    content.ask()
    assert content.answer(RequestFactory().head("/")).status_code == 200
    assert content.made == 1


def test_client_with_the_same_bytes_gets_304(content):
    etag = content.ask()["ETag"]
    answer = content.ask(HTTP_IF_NONE_MATCH=etag)
    assert (answer.status_code, answer.content, content.made) == (304, b"", 1)
    assert answer["Vary"] == "Accept-Encoding"
    assert answer["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"


def test_client_whose_condition_is_not_met_gets_what_no_cache_keeps(content, settings):
    settings.DIGEST_CDN_MAX_AGE = 3600
    answer = content.ask(HTTP_IF_MATCH='"other bytes"')
    assert (answer.status_code, answer["Cache-Control"]) == (412, "no-store")
    assert "CDN-Cache-Control" not in answer


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "gzip, deflate"])
def test_compressed_for_who_takes_it(content, accepted):
    plain = content.ask()
    packed = content.ask(HTTP_ACCEPT_ENCODING=accepted)
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == f"W/{plain['ETag']}"
    assert content.ask(HTTP_IF_NONE_MATCH=packed["ETag"]).status_code == 304
    assert content.made == 1


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity, gzip; q=0.0, br"])
def test_plain_for_who_does_not(content, accepted):
    assert "Content-Encoding" not in content.ask(HTTP_ACCEPT_ENCODING=accepted)


def test_little_is_not_compressed(content):
    content.text = "[]"
    answer = content.ask(HTTP_ACCEPT_ENCODING="gzip")
    assert (answer.content, "Content-Encoding" in answer) == (b"[]", False)


@pytest.mark.parametrize(("length", "times"), [(100_001, 1), (1_000_000, 1), (1_000_001, 2)])
def test_large_answer_is_kept_compressed_and_a_larger_one_is_not(content, length, times):
    content.text = "Trams and buses. " * (length // 17) + "!" * (length % 17)
    answers = [content.ask(), content.ask()]
    assert [answer.content.decode() for answer in answers] == [content.text] * 2
    assert content.made == times


def test_nothing_but_200_is_kept(content, monkeypatch):
    def missing():
        answer = type(content).show(content)
        answer.status_code = 404
        return answer

    monkeypatch.setattr(content, "show", missing)
    assert [content.ask().status_code for _ in range(2)] == [404, 404]
    assert content.made == 2


def test_cookie_of_a_view_is_given_to_nobody(content, monkeypatch):
    def with_cookie():
        answer = type(content).show(content)
        answer.set_cookie("number", str(content.made))
        return answer

    monkeypatch.setattr(content, "show", with_cookie)
    assert not content.ask().cookies
    assert not content.ask().cookies


@pytest.mark.parametrize("version", [None, "first"])
def test_nothing_is_kept_without_a_version_or_when_it_is_off(content, settings, version):
    content.version = version
    settings.DIGEST_CACHE_SECONDS = 0
    content.ask()
    content.ask()
    assert content.made == 2


def test_answer_is_made_again_where_content_has_changed_meanwhile(content):
    def change_once():
        content.while_making = lambda: None
        content.change("A tram is late.")

    content.while_making = change_once
    answer = content.ask()
    assert (content.made, answer["Cache-Control"].startswith("public")) == (2, True)
    content.ask()
    assert content.made == 2


def test_answer_of_two_versions_is_nobodys_to_keep(content):
    content.while_making = lambda: content.change("A tram is late.")
    assert content.ask()["Cache-Control"] == "no-store"
    assert content.made == response_cache.ATTEMPTS
    content.while_making = lambda: None
    assert content.ask()["Cache-Control"].startswith("public")
    assert content.made == response_cache.ATTEMPTS + 1


def test_not_found_of_two_versions_is_nobodys_to_keep(content, monkeypatch):
    def missing():
        answer = type(content).show(content)
        answer.status_code, answer["Cache-Control"] = 404, "public, max-age=60"
        return answer

    monkeypatch.setattr(content, "show", missing)
    assert content.ask()["Cache-Control"] == "public, max-age=60"
    content.while_making = lambda: content.change("A tram is late.")
    assert content.ask()["Cache-Control"] == "no-store"


def test_answer_is_not_kept_past_the_next_expiry_of_any_page(content, monkeypatch):
    now = timezone.now()
    content.expiry = now + timedelta(seconds=100)
    content.ask()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=99))
    content.ask()
    assert content.made == 1
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=100))
    content.expiry = None
    content.ask()
    assert content.made == 2


def test_answer_is_not_kept_where_a_page_expires_while_it_is_made(content, monkeypatch):
    now = timezone.now()
    content.expiry = now + timedelta(seconds=1)

    def let_it_expire():
        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=2))
        content.expiry = None

    content.while_making = let_it_expire
    content.ask()
    content.ask()
    assert content.made == 2


def test_answer_is_made_again_after_a_while_in_any_case(content, monkeypatch, settings):
    settings.DIGEST_CACHE_SECONDS = 30
    now = timezone.now()
    content.ask()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=31))
    content.ask()
    assert content.made == 2


def test_lifetime_of_a_kept_answer_goes_down_to_the_expiry_of_what_it_shows(content, monkeypatch):
    now = timezone.now()

    def show():
        answer = type(content).show(content)
        answer.shown_until = now + timedelta(seconds=50)
        return answer

    monkeypatch.setattr(content, "show", show)
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert content.ask()["Cache-Control"] == "public, max-age=50, stale-while-revalidate=0"
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=40))
    assert content.ask()["Cache-Control"] == "public, max-age=10, stale-while-revalidate=0"
    assert content.made == 1


def test_wrong_host_is_the_views_to_refuse(content, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["news.example"]

    def show():
        raise DisallowedHost

    monkeypatch.setattr(content, "show", show)
    with pytest.raises(DisallowedHost):
        content.ask(HTTP_HOST="evil.example")


def test_note_of_the_view_comes_with_the_kept_answer(content, monkeypatch):
    def show():
        answer = type(content).show(content)
        answer.note = ("tram", 3)
        return answer

    monkeypatch.setattr(content, "show", show)
    assert [content.ask().note for _ in range(2)] == [("tram", 3)] * 2


def test_cache_of_the_alias_digest_is_taken_where_there_is_one(content, settings):
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
        "digest": {"BACKEND": memory, "LOCATION": "test-of-the-alias"},
    }
    content.ask()
    content.ask()
    assert content.made == 1
    caches["digest"].clear()
    settings.CACHES = {"default": {"BACKEND": memory, "LOCATION": "test-of-the-default"}}
    content.ask()
    content.ask()
    assert content.made == 2
    caches["default"].clear()


def test_answers_of_another_release_are_not_given(content, monkeypatch):
    content.ask()
    monkeypatch.setattr(response_cache, "__version__", "another")
    content.ask()
    assert content.made == 2
