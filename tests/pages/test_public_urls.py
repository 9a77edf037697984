"""URLs of pages in a response are those of Wagtail, although most paths are not reversed."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page, Site

from digest import memo
from digest.pages import public_urls
from digest.pages.public_urls import page_url
from tests.builders import make_digest, make_issue

pytestmark = pytest.mark.django_db


def assert_same_urls(pages, request=None):
    """Compare URLs in a response with those of the pages themselves; return the former."""
    Site.clear_site_root_paths_cache()
    for page in pages:
        vars(page).pop("_wagtail_cached_site_root_paths", None)
    expected = [page_url(page) for page in pages]
    with memo.reading("one"):
        found = [page_url(page, request) for page in [*pages, *pages]]
    assert found == expected * 2
    return expected


@pytest.fixture
def pages(home_page, digest):
    page = home_page.add_child(instance=Page(title="About", slug="über-uns"))
    return [home_page, digest, make_issue(digest, date(2026, 3, 1)), page, Page(url_path="/no/")]


@pytest.fixture
def reversed_paths(monkeypatch):
    """Collect the paths that Wagtail reverses."""
    paths = []

    def counted(name, args):
        paths.extend(args)
        return reverse(name, args=args)

    monkeypatch.setattr("wagtail.models.pages.reverse", counted)
    return paths


def test_urls_are_those_of_the_pages(pages, rf):
    urls = assert_same_urls(pages, rf.get("/"))
    assert urls[1:] == [
        "http://localhost/daily/",
        "http://localhost/daily/2026-03-01/",
        "http://localhost/%C3%BCber-uns/",
        None,
    ]


def test_plain_paths_are_reversed_once(pages, reversed_paths):
    with memo.reading("one"):
        for page in [*pages[1:3], *pages[1:3]]:
            page_url(page)
    assert reversed_paths == ["any-path/"]


@pytest.mark.parametrize("path", ["daily//", "daily/a b/", "daily/100%/", "daily"])
def test_path_that_is_not_plain(pages, path):
    digest = pages[1]
    digest.url_path = f"/home/{path}"
    assert_same_urls([digest])


def test_urls_without_a_slash_at_the_end(pages, monkeypatch):
    monkeypatch.setattr("wagtail.models.pages.WAGTAIL_APPEND_SLASH", False)
    assert assert_same_urls(pages)[1] == "http://localhost/daily"


def test_urls_on_a_frontend(pages, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://news.example/"}
    assert assert_same_urls(pages)[1] == "https://news.example/daily/"


@pytest.mark.parametrize("prefix", ["/site/", "/any-path/"])
def test_script_prefix_shows(pages, monkeypatch, prefix):
    with memo.reading("one"):
        assert page_url(pages[1]) == "http://localhost/daily/"
        monkeypatch.setattr(public_urls, "get_script_prefix", lambda: prefix)
        monkeypatch.setattr("django.urls.base.get_script_prefix", lambda: prefix)
        assert page_url(pages[1]) == f"http://localhost{prefix}daily/"


def test_page_may_be_lazy(pages):
    assert_same_urls([SimpleLazyObject(lambda: pages[1])])


def test_page_on_two_sites_has_the_url_of_the_one_that_is_requested(pages, home_page, rf, settings):
    settings.ALLOWED_HOSTS = ["*"]
    other = Site.objects.create(hostname="other.example", root_page=home_page)
    Site.clear_site_root_paths_cache()
    with memo.reading("one"):
        for _time in range(2):
            for host, root in [("localhost", "http://localhost"), (other.hostname, other.root_url)]:
                request = rf.get("/", headers={"host": host})
                assert page_url(pages[1], request) == f"{root}/daily/"


def test_class_with_a_url_of_its_own(pages, monkeypatch):
    parts = (1, "https://elsewhere.example", "/here/")
    monkeypatch.setattr(type(pages[1]), "get_url_parts", lambda self, request=None: parts)
    assert assert_same_urls(pages)[1] == "https://elsewhere.example/here/"


def test_each_language_has_its_own_prefix(home_page, settings):
    settings.ROOT_URLCONF = "tests.pages.urls_in_languages"
    digest = make_digest(home_page, "daily")
    with memo.reading("one"):
        for code in ("en", "de", "en"):
            with translation.override(code):
                assert page_url(digest) == f"http://localhost{digest.get_url_parts()[2]}"
