"""The sitemap: all public pages of the site, of any class, and no others."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree
from wagtail.models import Page, Site

from digest.feeds import sitemaps
from digest.models import DigestPage, IssuePage
from home.models import HomePage
from tests.builders import expire, make_digest, make_issue, restrict

pytestmark = pytest.mark.django_db
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(client, url="/sitemap.xml"):
    response = client.get(url)
    assert (response.status_code, response["Content-Type"]) == (
        200,
        "application/xml; charset=utf-8",
    )
    return etree.fromstring(response.content).xpath("//s:loc/text()", namespaces=NAMES)


def test_pages_of_every_class_are_in_it(client, home_page, digest):
    make_issue(digest)
    home_page.add_child(instance=Page(title="About", slug="about"))
    assert locations(client) == [
        "http://localhost/",
        "http://localhost/daily/",
        "http://localhost/daily/2026-04-14/",
        "http://localhost/about/",
    ]


def test_hidden_pages_are_not_in_it(client, home_page, digest):
    make_issue(digest, 14, publish=False)
    expire(make_issue(digest, 15))
    restrict(make_issue(digest, 16))
    restrict(make_digest(home_page, "private"))
    make_digest(DigestPage.objects.get(slug="private").get_parent(), "draft", live=False)
    assert locations(client) == ["http://localhost/", "http://localhost/daily/"]


def test_pages_of_another_site_are_not_in_it(client, home_page, digest):
    root = home_page.get_parent().add_child(instance=Page(title="Other", slug="other"))
    Site.objects.create(hostname="other.example", root_page=root)
    make_digest(root, "elsewhere")
    assert "http://localhost/daily/" in locations(client)
    assert not [url for url in locations(client) if "other" in url]
    other = client.get("/sitemap.xml", headers={"host": "other.example"}).content.decode()
    assert "<loc>http://other.example/elsewhere/</loc>" in other
    assert "localhost" not in other


def test_lastmod_is_the_publication_and_not_that_of_a_draft(client, digest):
    issue = make_issue(digest)
    published_at = datetime(2026, 4, 14, 6, tzinfo=UTC)
    IssuePage.objects.filter(pk=issue.pk).update(last_published_at=published_at)
    DigestPage.objects.update(last_published_at=None)
    digest.save_revision()
    tree = etree.fromstring(client.get("/sitemap.xml").content)
    assert tree.xpath("//s:lastmod/text()", namespaces=NAMES) == ["2026-04-14T06:00:00Z"]


def test_urls_are_of_the_frontend(client, digest, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://read.example"}
    assert locations(client) == ["https://read.example/", "https://read.example/daily/"]


def test_many_pages_are_split_into_files(client, digest, monkeypatch):
    monkeypatch.setattr(sitemaps, "URLS_PER_FILE", 2)
    make_issue(digest)
    files = locations(client)
    assert files == ["http://localhost/sitemap-1.xml", "http://localhost/sitemap-2.xml"]
    assert b"<sitemapindex" in client.get("/sitemap.xml").content
    assert locations(client, "/sitemap-1.xml") == ["http://localhost/", "http://localhost/daily/"]
    assert locations(client, "/sitemap-2.xml") == ["http://localhost/daily/2026-04-14/"]
    assert client.get("/sitemap-3.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_page_classes_can_override_their_sitemap_urls(client, digest, settings, monkeypatch):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://read.example"}
    urls = [{"location": "http://localhost/a/?b&c", "lastmod": datetime(2026, 1, 1, tzinfo=UTC)}]
    monkeypatch.setattr(HomePage, "get_sitemap_urls", lambda page, request: [], raising=False)
    monkeypatch.setattr(DigestPage, "get_sitemap_urls", lambda page, request: urls, raising=False)
    assert locations(client) == ["https://read.example/a/?b&c"]
    assert b"<lastmod>2026-01-01T00:00:00Z</lastmod>" in client.get("/sitemap.xml").content


def test_it_is_cacheable_and_has_an_etag(client, digest):
    first = client.get("/sitemap.xml")
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"
    again = client.get("/sitemap.xml", headers={"if-none-match": first["ETag"]})
    head = client.head("/sitemap.xml")
    assert (again.status_code, head.status_code, head.content) == (304, 200, b"")
    assert head["ETag"] == first["ETag"]
    assert client.post("/sitemap.xml").status_code == 405


def test_unknown_host_is_404(client, digest):
    Site.objects.update(is_default_site=False, hostname="only.example")
    assert client.get("/sitemap.xml").status_code == 404
    assert client.get("/sitemap-1.xml").status_code == 404


def test_queries_do_not_grow_with_the_pages(client, digest):
    def count_queries(days):
        for day in days:
            make_issue(digest, day)
        client.get("/sitemap.xml")
        with CaptureQueriesContext(connection) as queries:
            client.get("/sitemap.xml")
        return len(queries)

    assert count_queries(range(1, 3)) == count_queries(range(3, 9)) <= 8
