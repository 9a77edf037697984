"""Test canonical URLs of pages and aliases."""

from datetime import UTC, datetime

import pytest

from digest.rendering.seo import issue_seo
from tests.builders import make_digest, make_image, make_issue, restrict
from tests.html import read

pytestmark = pytest.mark.django_db


def test_urls_are_those_of_the_frontend(site, digest, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://read.example"}
    seo = issue_seo(make_issue(digest, image=make_image()), site)
    url = "https://read.example/daily/2026-04-14/"
    assert seo["canonical_url"] == seo["json_ld"]["url"] == url
    assert seo["json_ld"]["isPartOf"]["url"] == "https://read.example/daily/"
    assert seo["image_url"].startswith("http://localhost/media/")


@pytest.mark.parametrize("path", ["/", "/daily/", "/daily/2026-04-14/"])
def test_canonical_url_of_pages_is_that_of_the_frontend(client, digest, settings, path):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://read.example"}
    make_issue(digest)
    head = read(client, path)
    assert head.select_one("link[rel=canonical]")["href"] == f"https://read.example{path}"
    assert head.select_one("[property='og:url']")["content"] == f"https://read.example{path}"


def test_canonical_url_of_an_alias_is_that_of_its_source(site, home_page, digest):
    first = make_issue(digest).create_alias(parent=make_digest(home_page, "first"))
    second = first.create_alias(parent=make_digest(home_page, "second"))
    for alias in (first, second):
        assert issue_seo(alias, site)["canonical_url"] == "http://localhost/daily/2026-04-14/"


def test_canonical_url_of_an_alias_of_a_private_issue_is_its_own(site, home_page, digest):
    alias = make_issue(digest).create_alias(parent=make_digest(home_page, "other"))
    restrict(digest)
    assert issue_seo(alias, site)["canonical_url"] == "http://localhost/other/2026-04-14/"


def organization(name, url):
    return {"@type": "Organization", "name": name, "url": url}


DAILY = organization("Daily", "http://localhost/daily/")


@pytest.mark.parametrize("name", ["", "The Reading Room"])
def test_author_is_the_digest_and_publisher_the_site_if_it_has_a_name(site, digest, name):
    site.site_name = name
    data = issue_seo(make_issue(digest), site)["json_ld"]
    assert data["author"] == DAILY
    assert data["publisher"] == (organization(name, "http://localhost") if name else DAILY)


def test_author_of_an_issue_with_a_byline_is_a_person(site, digest):
    data = issue_seo(make_issue(digest, byline="Ada Okafor"), site)["json_ld"]
    assert data["author"] == {"@type": "Person", "name": "Ada Okafor"}
    assert data["publisher"] == DAILY


def test_correction_note_is_in_the_json_ld(site, digest):
    issue = make_issue(digest, correction="It is Porto.")
    issue.corrected_at = datetime(2026, 4, 15, 9, tzinfo=UTC)
    assert issue_seo(issue, site)["json_ld"]["correction"] == {
        "@type": "CorrectionComment",
        "text": "It is Porto.",
        "datePublished": "2026-04-15T09:00:00Z",
    }


def test_a_digest_that_is_not_public_is_no_author(site, digest):
    issue = make_issue(digest)
    digest.unpublish()
    data = issue_seo(type(issue).objects.get(pk=issue.pk), site)["json_ld"]
    assert data["author"] == data["publisher"]
    assert "Daily" not in str(data)
