"""Which URLs are purged from front-end caches, and when."""

import http.client
import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from taggit.models import Tag
from wagtail.contrib.frontend_cache.backends import BaseBackend
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from digest.caching import content_version
from digest.contrib.frontend_cache import backends, purging
from tests.builders import make_digest, make_image, make_issue, restrict
from tests.deploy.conftest import make_site
from tests.http.servers import Handler, running

purged_urls: list[str] = []


class Cache(BaseBackend):
    """Record the URLs to purge."""

    def purge_batch(self, urls):
        purged_urls.extend(urls)


@pytest.fixture
def cache(settings):
    settings.WAGTAILFRONTENDCACHE = {"default": {"BACKEND": f"{__name__}.Cache"}}
    return purged_urls


@pytest.fixture
def issue(digest):
    return make_issue(digest, slug="2026-04-14", tags=("Power",))


@pytest.fixture
def purged(db, cache, django_capture_on_commit_callbacks):
    """Return the URLs that are purged for a committed change."""

    def run(change):
        purged_urls.clear()
        with django_capture_on_commit_callbacks(execute=True):
            change()
        return list(purged_urls)

    return run


def tag():
    return Tag.objects.get(name="Power")


def weekly(issue):
    return make_digest(issue.get_site().root_page, "weekly")


CHANGES = {
    "page": lambda issue: issue.save(),
    "unpublished": lambda issue: issue.unpublish(),
    "deleted": lambda issue: issue.delete(),
    "moved": lambda issue: issue.move(weekly(issue), "last-child"),
    "restriction": restrict,
    "image": lambda issue: make_image(),
    "tag": lambda issue: tag().save(),
    "tag of an issue": lambda issue: issue.tagged_items.all().delete(),
    "redirect": lambda issue: Redirect.objects.create(old_path="/old", redirect_page=issue),
    "site": lambda issue: Site.objects.create(hostname="b.example", root_page=issue.get_parent()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_public_change_purges_every_list_and_feed(issue, purged, change):
    urls = purged(lambda: CHANGES[change](issue))
    paths = ["", "daily/", "sitemap.xml", "llms.txt", "api/v1/", "api/v1/issues/latest/"]
    paths += ["api/v1/tags/", "api/v1/digests/daily/", "feeds/daily/rss.xml"]
    assert {f"http://localhost/{path}" for path in paths} - {"http://localhost/daily/"} <= set(urls)


@pytest.mark.parametrize("change", ["page", "unpublished", "deleted", "moved", "restriction"])
def test_changed_page_is_purged_at_all_its_urls(issue, purged, change):
    pk = issue.pk
    urls = purged(lambda: CHANGES[change](issue))
    paths = [f"api/v1/issues/{pk}/", f"api/v1/issues/{pk}.md", "daily/2026-04-14/"]
    paths.append("api/v1/digests/daily/issues/2026-04-14/")
    assert {f"http://localhost/{path}" for path in paths} <= set(urls)


def test_moved_page_is_purged_at_its_new_urls(issue, purged):
    urls = purged(lambda: CHANGES["moved"](issue))
    assert "http://localhost/weekly/2026-04-14/" in urls
    assert "http://localhost/api/v1/digests/weekly/issues/2026-04-14/" in urls


def test_page_with_a_new_slug_is_purged_at_both_urls(issue, purged):
    issue.slug = "special"
    urls = purged(lambda: issue.save_revision().publish())
    assert {"http://localhost/daily/2026-04-14/", "http://localhost/daily/special/"} <= set(urls)


def test_restricted_page_is_purged_when_deleted(issue, purged):
    url = f"http://localhost/api/v1/issues/{issue.pk}/"
    assert url in purged(lambda: (restrict(issue), issue.delete()))


def test_every_host_is_purged(issue, purged, settings):
    def change():
        Site.objects.create(hostname="b.example", port=8080, root_page=issue.get_parent())
        restrict(issue)

    settings.ALLOWED_HOSTS = ["localhost", "b.example", "inside.example", ".wild.example"]
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://www.example.com"}
    urls = purged(change)
    for host in ("localhost", "b.example", "b.example:8080", "inside.example"):
        assert f"http://{host}/api/v1/issues/" in urls
    assert "https://www.example.com/" in urls
    assert not [url for url in urls if "wild" in url or "www.example.com/api" in url]


def test_page_is_purged_on_its_frontend(issue, purged, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://www.example.com"}
    assert "https://www.example.com/daily/2026-04-14/" in purged(lambda: restrict(issue))


def test_transaction_purges_once(issue, purged):
    def change():
        for _ in range(3):
            issue.save()
        restrict(issue)

    urls = purged(change)
    assert len(urls) == len(set(urls))
    assert urls


def test_rollback_purges_nothing(issue, purged):
    def change():
        with transaction.atomic():
            issue.save()
            transaction.set_rollback(True)

    assert purged(change) == []


def test_nothing_is_purged_without_a_configured_cache(issue, purged, settings):
    settings.WAGTAILFRONTENDCACHE = {}
    assert purged(lambda: restrict(issue)) == []


def test_concurrent_commits_both_purge(digest, cache, monkeypatch):
    issues = [make_issue(digest, day) for day in (1, 2)]
    monkeypatch.setattr(content_version, "current", lambda: "of the second thread")
    purged_urls.clear()
    for issue in issues:
        purge = purging.Purge()
        purge.add(issue)
        purge()
    assert {f"http://localhost/api/v1/issues/{issue.pk}/" for issue in issues} <= set(purged_urls)


@pytest.mark.django_db(transaction=True)
def test_saved_draft_purges_nothing(cache):
    make_site()
    issue = make_issue(make_digest(Site.objects.get().root_page, "daily"))
    purged_urls.clear()
    issue.title = "Draft"
    issue.save_revision()
    assert purged_urls == []
    issue.save_revision().publish()
    assert purged_urls


class TestHostPurgeBackend:
    def backend(self, port, **options):
        return backends.HostPurgeBackend({"LOCATION": f"http://127.0.0.1:{port}", **options})

    def test_each_host_is_purged_once_on_commit(
        self, http_server, db, django_capture_on_commit_callbacks
    ):
        urls = ["https://a.example/", "https://a.example/daily/", "https://b.example:8080/"]
        http_server.set_response("/", 200)
        with django_capture_on_commit_callbacks(execute=True):
            self.backend(http_server.server_port).purge_batch(urls)
            assert http_server.requests == []
        assert http_server.requests == [("PURGE", "a.example", "/"), ("PURGE", "b.example", "/")]

    def test_error_response_is_logged(self, http_server, caplog):
        self.backend(http_server.server_port).purge("http://a.example/")
        assert "a.example" in caplog.text
        assert "404" in caplog.text

    def test_unreachable_and_slow_caches_are_logged(self, caplog):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            self.backend(port, TIMEOUT=0.1).purge("http://slow.example/")
        self.backend(port).purge("http://gone.example/")
        assert "slow.example" in caplog.text
        assert "gone.example" in caplog.text

    def test_malformed_response_is_logged(self, monkeypatch, caplog):
        def fail(*args, **kwargs):
            raise http.client.BadStatusLine("x")

        monkeypatch.setattr(backends, "urlopen", fail)
        self.backend(1).purge("http://a.example/")
        assert "a.example" in caplog.text


@pytest.fixture
def http_server(monkeypatch):
    """Run a server that supports PURGE."""
    monkeypatch.setattr(Handler, "do_PURGE", Handler.respond, raising=False)
    with running() as server:
        yield server


def test_command_purges_all_fixed_urls(issue, cache):
    purged_urls.clear()
    out = StringIO()
    call_command("purge_frontend_cache", stdout=out)
    assert "http://localhost/feeds/daily/atom.xml" in purged_urls
    assert f"{len(purged_urls)} URLs" in out.getvalue()


def test_command_fails_without_a_configured_cache(db):
    with pytest.raises(CommandError, match="WAGTAILFRONTENDCACHE"):
        call_command("purge_frontend_cache")
