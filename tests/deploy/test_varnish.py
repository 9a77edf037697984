"""docs/deploy/varnish.vcl, in Varnish; skipped if it is not installed."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from digest.caching import headers
from tests.builders import restrict
from tests.deploy.varnish import is_needed, start
from tests.visibility import people

pytestmark = [pytest.mark.slow, is_needed]

LIST, PAGE, FEED = "/api/v1/issues/", "/daily/2026-04-14/", "/feeds/daily/rss.xml"
CACHEABLE = [LIST, PAGE, FEED, "/", "/sitemap.xml", "/llms.txt"]


@pytest.fixture
def varnish(server, settings, tmp_path):
    """Run Varnish as the proxy of the site, which purges it."""
    varnish = start(server.thread.port, tmp_path)
    location = f"http://127.0.0.1:{varnish.port}"
    backend = {
        "BACKEND": "digest.contrib.frontend_cache.backends.HostPurgeBackend",
        "LOCATION": location,
    }
    settings.WAGTAILFRONTENDCACHE = {"default": backend}
    yield varnish
    varnish.stop()


def test_public_responses_are_cached_until_a_change(varnish, issue):
    for path in CACHEABLE:
        assert not varnish.request(path).is_hit, path
        again = varnish.request(path)
        assert again.is_hit, path
        assert "First title" in again.text or path in ("/sitemap.xml",)
        internal = {"surrogate-key", "x-cached-host", "set-cookie", "via", "cdn-cache-control"}
        assert not internal & set(again.headers)

    issue.title = "Second title"
    issue.save_revision()
    assert varnish.request(LIST).is_hit  # saving a draft purges nothing
    issue.save_revision().publish()
    for path in CACHEABLE[:3]:
        assert "Second title" in varnish.request(path).text, path
    restrict(issue, PageViewRestriction.PASSWORD)
    for path in CACHEABLE:
        assert "Second title" not in varnish.request(path).text, path
    assert "no-store" in varnish.request(PAGE).headers["cache-control"]
    assert not varnish.request(PAGE).is_hit
    PageViewRestriction.objects.all().delete()
    assert "Second title" in varnish.request(PAGE).text
    issue.delete()
    assert varnish.request(PAGE).status == 404


def test_caching_by_cookies_and_headers(varnish, issue):
    cookie = f"sessionid={people.editor().cookies['sessionid'].value}"
    varnish.request(PAGE)
    for _ in range(2):  # pages of editors are not cached
        own = varnish.request(PAGE, cookie=cookie)
        assert (own.is_hit, own.headers["cache-control"]) == (False, "private")
        assert "wagtail-userbar" in own.text
    shared = varnish.request(PAGE, cookie="_ga=1; statistics=2")
    assert shared.is_hit
    assert "wagtail-userbar" not in shared.text
    varnish.request(LIST)
    assert varnish.request(LIST, cookie=cookie, authorization="Bearer x").is_hit
    assert not varnish.request(PAGE, authorization="Bearer x").is_hit

    varnish.request("/api/v1/issues/?limit=5&order=date")  # parameters in any order
    assert varnish.request(
        "/api/v1/issues/?order=date&limit=5", accept="text/html, */*;q=0.1"
    ).is_hit
    one = f"/api/v1/issues/{issue.pk}/"
    assert varnish.request(one).headers["content-type"].startswith("application/json")
    markdown = varnish.request(one, accept="text/markdown").headers["content-type"]
    assert markdown.startswith("text/markdown")
    assert varnish.request(one, accept="image/png").status == 406

    compressed = varnish.request(one, accept_encoding="gzip")
    assert (compressed.is_hit, compressed.headers["content-encoding"]) == (True, "gzip")
    for path in (one, PAGE):
        for encoding in ("gzip", "identity"):
            first = varnish.request(path, accept_encoding=encoding)
            tag = first.headers["etag"]
            unchanged = varnish.request(path, accept_encoding=encoding, if_none_match=tag)
            assert (unchanged.status, unchanged.text) == (304, "")

    for path in (
        "/admin/login/",
        "/preview/none/",
        "/api/v1/preview/none/",
        "/newsletter/u/none/",
        "/api/v1/confirmations/none/",
        "/api/v1/unsubscriptions/none/",
        "/api/v1/preferences/none/",
        "/search/?q=title",
    ):
        varnish.request(path)
        assert not varnish.request(path).is_hit, path
    assert varnish.request(LIST, "POST").status == 405
    assert not varnish.request("/admin/login/", cookie="csrftoken=x").is_hit


def test_bans_by_surrogate_key_and_purges_by_host(varnish, issue):
    one, other = f"/api/v1/issues/{issue.pk}/", "/api/v1/tags/"
    for path in (one, other, one, other):
        response = varnish.request(path)
    assert response.is_hit
    key = f"issue-{issue.pk}"
    assert varnish.request("/", "BAN", surrogate_key=key).status == 200
    assert not varnish.request(one).is_hit
    assert varnish.request(other).is_hit
    assert varnish.request("/", "BAN", surrogate_key=".*").status == 400
    assert varnish.request("/", "PURGE", host="other.example").status == 200
    assert varnish.request(other).is_hit
    assert varnish.request("/", "PURGE", host='x" || 1').status == 400
    assert varnish.request("/any", "PURGE", host="LOCALHOST:80").status == 200
    assert not varnish.request(other).is_hit


def test_responses_expire_with_their_content(varnish, issue, settings):
    settings.DIGEST_CDN_MAX_AGE = 3600
    at = timezone.now() + timedelta(seconds=6)
    type(issue).objects.filter(pk=issue.pk).update(expire_at=at)
    for path in (LIST, PAGE):
        response = varnish.request(path)
        assert (response.status, response.headers["cache-control"]) == (200, "public, no-cache")
    time.sleep(max(0, (at - timezone.now()).total_seconds()))
    assert "First title" not in varnish.request(LIST).text
    assert varnish.request(PAGE).status == 404


def test_purged_caches_store_longer_than_browsers(varnish, issue, settings, monkeypatch):
    settings.DIGEST_CDN_MAX_AGE = 3600
    monkeypatch.setattr(headers, "MAX_AGE", 1)
    varnish.request(LIST)
    time.sleep(1.1)
    response = varnish.request(LIST)
    assert response.is_hit
    assert response.headers["cache-control"].startswith("public, max-age=1,")
    assert "age" not in response.headers


def test_stale_responses_are_served_while_the_site_is_down(other_site, tmp_path):
    control = {"Cache-Control": "public, max-age=1, stale-while-revalidate=60"}
    other_site.set_response(LIST, 200, "cached", **control)
    varnish = start(other_site.server_port, tmp_path)
    assert varnish.request(LIST).text == "cached"
    time.sleep(1.1)
    other_site.set_response(LIST, 500)
    assert varnish.request(LIST).text == "cached"
    other_site.shutdown()
    other_site.server_close()
    for _ in range(3):
        assert varnish.request(LIST).text == "cached"
    down = varnish.request("/api/v1/tags/")
    assert (down.status, down.headers["cache-control"]) == (503, "no-store")
    varnish.stop()


def test_responses_with_cookies_or_without_freshness_are_not_cached(other_site, tmp_path):
    varnish = start(other_site.server_port, tmp_path)
    for sent in ({"Set-Cookie": "a=1"}, {"Vary": "*"}, {"Expires": "Thu, 01 Jan 2099"}):
        control = {} if "Expires" in sent else {"Cache-Control": "public, max-age=60"}
        other_site.set_response("/page/", 200, "x", **control, **sent)
        varnish.request("/page/")
        assert not varnish.request("/page/").is_hit, sent
    varnish.stop()
