"""docs/deploy/varnish.vcl, in a Varnish in front of the site; skipped where there is none."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from digest.caching import headers
from tests.builders import restrict
from tests.deploy.conftest import DEPLOY, Front, free_port, program
from tests.visibility import people

BINARY = program("varnishd")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BINARY is None, reason="varnishd is not installed"),
]

LIST, PAGE, FEED = "/api/v1/issues/", "/daily/2026-04-14/", "/feeds/daily/rss.xml"
KEPT = [LIST, PAGE, FEED, "/", "/sitemap.xml", "/llms.txt"]


def start(site_port, folder):
    """Varnish as documented, but for the port of the site."""
    port = free_port()
    written = (DEPLOY / "varnish.vcl").read_text(encoding="utf-8")
    vcl = folder / "site.vcl"
    vcl.write_text(written.replace('.port = "8000"', f'.port = "{site_port}"'), encoding="utf-8")
    command = [BINARY, "-F", "-j", "none", "-n", str(folder / "v"), "-f", str(vcl)]
    return Front(
        [*command, "-a", f"127.0.0.1:{port}", "-s", "malloc,32m", "-T", "none"], port, folder
    )


@pytest.fixture
def varnish(server, settings, tmp_path):
    """Varnish in front of the site, which tells it what changes."""
    varnish = start(server.thread.port, tmp_path)
    location = f"http://127.0.0.1:{varnish.port}"
    backend = {
        "BACKEND": "digest.contrib.frontend_cache.backends.HostPurgeBackend",
        "LOCATION": location,
    }
    settings.WAGTAILFRONTENDCACHE = {"default": backend}
    yield varnish
    varnish.stop()


def test_what_is_for_everybody_is_kept_until_something_changes(varnish, issue):
    for path in KEPT:
        assert not varnish.ask(path).is_hit, path
        again = varnish.ask(path)
        assert again.is_hit, path
        assert "First title" in again.text or path in ("/sitemap.xml",)
        internal = {"surrogate-key", "x-cached-host", "set-cookie", "via", "cdn-cache-control"}
        assert not internal & set(again.headers)

    issue.title = "Second title"
    issue.save_revision()
    assert varnish.ask(LIST).is_hit  # a draft is no change
    issue.save_revision().publish()
    for path in KEPT[:3]:
        assert "Second title" in varnish.ask(path).text, path
    restrict(issue, PageViewRestriction.PASSWORD)
    for path in KEPT:
        assert "Second title" not in varnish.ask(path).text, path
    assert "no-store" in varnish.ask(PAGE).headers["cache-control"]
    assert not varnish.ask(PAGE).is_hit
    PageViewRestriction.objects.all().delete()
    assert "Second title" in varnish.ask(PAGE).text
    issue.delete()
    assert varnish.ask(PAGE).status == 404


def test_who_asks_how(varnish, issue):
    cookie = f"sessionid={people.editor().cookies['sessionid'].value}"
    varnish.ask(PAGE)
    for _ in range(2):  # an editor gets a page of their own, which nobody else gets
        own = varnish.ask(PAGE, cookie=cookie)
        assert (own.is_hit, own.headers["cache-control"]) == (False, "private")
        assert "wagtail-userbar" in own.text
    shared = varnish.ask(PAGE, cookie="_ga=1; statistics=2")
    assert shared.is_hit
    assert "wagtail-userbar" not in shared.text
    varnish.ask(LIST)
    assert varnish.ask(LIST, cookie=cookie, authorization="Bearer x").is_hit
    assert not varnish.ask(PAGE, authorization="Bearer x").is_hit

    varnish.ask(
        "/api/v1/issues/?limit=5&order=date"
    )  # parameters in any order, clients of any kind
    assert varnish.ask("/api/v1/issues/?order=date&limit=5", accept="text/html, */*;q=0.1").is_hit
    one = f"/api/v1/issues/{issue.pk}/"
    assert varnish.ask(one).headers["content-type"].startswith("application/json")
    markdown = varnish.ask(one, accept="text/markdown").headers["content-type"]
    assert markdown.startswith("text/markdown")
    assert varnish.ask(one, accept="image/png").status == 406

    packed = varnish.ask(one, accept_encoding="gzip")
    assert (packed.is_hit, packed.headers["content-encoding"]) == (True, "gzip")
    for path in (one, PAGE):
        for encoding in ("gzip", "identity"):
            first = varnish.ask(path, accept_encoding=encoding)
            tag = first.headers["etag"]
            unchanged = varnish.ask(path, accept_encoding=encoding, if_none_match=tag)
            assert (unchanged.status, unchanged.text) == (304, "")

    for path in ("/admin/login/", "/preview/none/", "/api/v1/preview/none/", "/search/?q=title"):
        varnish.ask(path)
        assert not varnish.ask(path).is_hit, path
    assert varnish.ask(LIST, "POST").status == 405
    assert not varnish.ask("/admin/login/", cookie="csrftoken=x").is_hit


def test_who_may_forget_what(varnish, issue):
    one, other = f"/api/v1/issues/{issue.pk}/", "/api/v1/tags/"
    for path in (one, other, one, other):
        answer = varnish.ask(path)
    assert answer.is_hit
    key = f"issue-{issue.pk}"
    assert varnish.ask("/", "BAN", surrogate_key=key).status == 200
    assert not varnish.ask(one).is_hit
    assert varnish.ask(other).is_hit
    assert varnish.ask("/", "BAN", surrogate_key=".*").status == 400
    assert varnish.ask("/", "PURGE", host="other.example").status == 200
    assert varnish.ask(other).is_hit
    assert varnish.ask("/", "PURGE", host='x" || 1').status == 400
    assert varnish.ask("/any", "PURGE", host="LOCALHOST:80").status == 200
    assert not varnish.ask(other).is_hit


def test_nothing_is_shown_beyond_its_expiry(varnish, issue, settings):
    settings.DIGEST_CDN_MAX_AGE = 3600
    at = timezone.now() + timedelta(seconds=6)
    type(issue).objects.filter(pk=issue.pk).update(expire_at=at)
    for path in (LIST, PAGE):
        answer = varnish.ask(path)
        assert (answer.status, answer.headers["cache-control"]) == (200, "public, no-cache")
    time.sleep(max(0, (at - timezone.now()).total_seconds()))
    assert "First title" not in varnish.ask(LIST).text
    assert varnish.ask(PAGE).status == 404


def test_purged_caches_keep_longer_than_browsers(varnish, issue, settings, monkeypatch):
    settings.DIGEST_CDN_MAX_AGE = 3600
    monkeypatch.setattr(headers, "MAX_AGE", 1)
    varnish.ask(LIST)
    time.sleep(1.1)
    answer = varnish.ask(LIST)
    assert answer.is_hit
    assert answer.headers["cache-control"].startswith("public, max-age=1,")
    assert "age" not in answer.headers


def test_the_last_answer_is_given_while_the_site_is_away(other_site, tmp_path):
    control = {"Cache-Control": "public, max-age=1, stale-while-revalidate=60"}
    other_site.set_response(LIST, 200, "kept", **control)
    varnish = start(other_site.server_port, tmp_path)
    assert varnish.ask(LIST).text == "kept"
    time.sleep(1.1)
    other_site.set_response(LIST, 500)
    assert varnish.ask(LIST).text == "kept"
    other_site.shutdown()
    other_site.server_close()
    for _ in range(3):
        assert varnish.ask(LIST).text == "kept"
    away = varnish.ask("/api/v1/tags/")
    assert (away.status, away.headers["cache-control"]) == (503, "no-store")
    varnish.stop()


def test_what_gives_a_cookie_is_not_kept(other_site, tmp_path):
    varnish = start(other_site.server_port, tmp_path)
    for sent in ({"Set-Cookie": "a=1"}, {"Vary": "*"}, {"Expires": "Thu, 01 Jan 2099"}):
        control = {} if "Expires" in sent else {"Cache-Control": "public, max-age=60"}
        other_site.set_response("/page/", 200, "x", **control, **sent)
        varnish.ask("/page/")
        assert not varnish.ask("/page/").is_hit, headers
    varnish.stop()
