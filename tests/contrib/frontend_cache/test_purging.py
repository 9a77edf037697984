"""What caches in front are told, and when."""

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

told: list[str] = []


class Cache(BaseBackend):
    """Notes what it is told to purge."""

    def purge_batch(self, urls):
        told.extend(urls)


@pytest.fixture
def cache(settings):
    settings.WAGTAILFRONTENDCACHE = {"default": {"BACKEND": f"{__name__}.Cache"}}
    return told


@pytest.fixture
def issue(digest):
    return make_issue(digest, slug="2026-04-14", tags=("Power",))


@pytest.fixture
def purged(db, cache, django_capture_on_commit_callbacks):
    """What is purged for a change that is committed."""

    def run(change):
        told.clear()
        with django_capture_on_commit_callbacks(execute=True):
            change()
        return list(told)

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
def test_a_change_that_readers_may_see_is_told_with_every_list_and_feed(issue, purged, change):
    found = purged(lambda: CHANGES[change](issue))
    paths = ["", "daily/", "sitemap.xml", "llms.txt", "api/v1/", "api/v1/issues/latest/"]
    paths += ["api/v1/tags/", "api/v1/digests/daily/", "feeds/daily/rss.xml"]
    assert {f"http://localhost/{path}" for path in paths} - {"http://localhost/daily/"} <= set(
        found
    )


@pytest.mark.parametrize("change", ["page", "unpublished", "deleted", "moved", "restriction"])
def test_a_page_is_told_with_all_its_addresses(issue, purged, change):
    pk = issue.pk
    found = purged(lambda: CHANGES[change](issue))
    paths = [f"api/v1/issues/{pk}/", f"api/v1/issues/{pk}.md", "daily/2026-04-14/"]
    paths.append("api/v1/digests/daily/issues/2026-04-14/")
    assert {f"http://localhost/{path}" for path in paths} <= set(found)


def test_a_page_that_moves_is_told_where_it_is_then(issue, purged):
    found = purged(lambda: CHANGES["moved"](issue))
    assert "http://localhost/weekly/2026-04-14/" in found
    assert "http://localhost/api/v1/digests/weekly/issues/2026-04-14/" in found


def test_a_page_with_another_slug_is_told_by_both(issue, purged):
    issue.slug = "special"
    found = purged(lambda: issue.save_revision().publish())
    assert {"http://localhost/daily/2026-04-14/", "http://localhost/daily/special/"} <= set(found)


def test_a_page_is_deleted_with_its_restriction(issue, purged):
    url = f"http://localhost/api/v1/issues/{issue.pk}/"
    assert url in purged(lambda: (restrict(issue), issue.delete()))


def test_every_host_is_told(issue, purged, settings):
    def change():
        Site.objects.create(hostname="b.example", port=8080, root_page=issue.get_parent())
        restrict(issue)

    settings.ALLOWED_HOSTS = ["localhost", "b.example", "inside.example", ".wild.example"]
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://www.example.com"}
    found = purged(change)
    for host in ("localhost", "b.example", "b.example:8080", "inside.example"):
        assert f"http://{host}/api/v1/issues/" in found
    assert "https://www.example.com/" in found
    assert not [url for url in found if "wild" in url or "www.example.com/api" in url]


def test_a_page_is_told_where_its_readers_are(issue, purged, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://www.example.com"}
    assert "https://www.example.com/daily/2026-04-14/" in purged(lambda: restrict(issue))


def test_a_transaction_is_told_once(issue, purged):
    def change():
        for _ in range(3):
            issue.save()
        restrict(issue)

    found = purged(change)
    assert len(found) == len(set(found))
    assert found


def test_nothing_is_told_of_what_is_rolled_back(issue, purged):
    def change():
        with transaction.atomic():
            issue.save()
            transaction.set_rollback(True)

    assert purged(change) == []


def test_nothing_is_told_without_a_cache(issue, purged, settings):
    settings.WAGTAILFRONTENDCACHE = {}
    assert purged(lambda: restrict(issue)) == []


def test_two_threads_that_commit_at_once_are_both_told(digest, cache, monkeypatch):
    issues = [make_issue(digest, day) for day in (1, 2)]
    monkeypatch.setattr(content_version, "current", lambda: "of the second one")
    told.clear()
    for issue in issues:
        purge = purging.Purge()
        purge.add(issue)
        purge()
    assert {f"http://localhost/api/v1/issues/{issue.pk}/" for issue in issues} <= set(told)


@pytest.mark.django_db(transaction=True)
def test_a_draft_is_told_to_nobody(cache):
    make_site()
    issue = make_issue(make_digest(Site.objects.get().root_page, "daily"))
    told.clear()
    issue.title = "Draft"
    issue.save_revision()
    assert told == []
    issue.save_revision().publish()
    assert told


class TestHostPurgeBackend:
    """One request per host, with a timeout."""

    def backend(self, port, **options):
        return backends.HostPurgeBackend({"LOCATION": f"http://127.0.0.1:{port}", **options})

    def test_a_host_is_purged_once(self, http_server, db, django_capture_on_commit_callbacks):
        urls = ["https://a.example/", "https://a.example/daily/", "https://b.example:8080/"]
        http_server.says("/", 200)
        with django_capture_on_commit_callbacks(execute=True):
            self.backend(http_server.server_port).purge_batch(urls)
            assert http_server.asked == []  # no row stays locked while a cache is waited for
        assert http_server.asked == [("PURGE", "a.example", "/"), ("PURGE", "b.example", "/")]

    def test_a_refusal_is_logged(self, http_server, caplog):
        self.backend(http_server.server_port).purge("http://a.example/")
        assert "a.example" in caplog.text
        assert "404" in caplog.text

    def test_a_cache_that_is_gone_or_silent_is_logged(self, caplog):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            self.backend(port, TIMEOUT=0.1).purge("http://slow.example/")
        self.backend(port).purge("http://gone.example/")
        assert "slow.example" in caplog.text
        assert "gone.example" in caplog.text

    def test_an_answer_that_is_none_is_logged(self, monkeypatch, caplog):
        def fail(*args, **kwargs):
            raise http.client.BadStatusLine("x")

        monkeypatch.setattr(backends, "urlopen", fail)
        self.backend(1).purge("http://a.example/")
        assert "a.example" in caplog.text


@pytest.fixture
def http_server(monkeypatch):
    """A server that knows PURGE."""
    monkeypatch.setattr(Handler, "do_PURGE", Handler.answer, raising=False)
    with running() as server:
        yield server


def test_all_is_purged_by_command(issue, cache):
    told.clear()
    out = StringIO()
    call_command("purge_frontend_cache", stdout=out)
    assert "http://localhost/feeds/daily/atom.xml" in told
    assert f"{len(told)} addresses" in out.getvalue()


def test_command_says_what_is_missing(db):
    with pytest.raises(CommandError, match="WAGTAILFRONTENDCACHE"):
        call_command("purge_frontend_cache")
