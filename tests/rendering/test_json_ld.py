"""Structured data of the front page, of digests, and of the way to an issue."""

import json

import pytest
from wagtail.models import Site

from tests.builders import make_digest, make_image, make_issue
from tests.html import read

pytestmark = pytest.mark.django_db


def scripts(client, path):
    """Return the objects of JSON-LD on a page by their type."""
    found = read(client, path).select("script[type='application/ld+json']")
    data = [json.loads(script.string) for script in found]
    assert all(item["@context"] == "https://schema.org" for item in data)
    return {item["@type"]: item for item in data}


def steps(breadcrumbs):
    return [
        (step["position"], step["name"], step["item"]) for step in breadcrumbs["itemListElement"]
    ]


@pytest.mark.optional_apps
def test_front_page_is_a_website_with_a_search(client, home_page, site):
    Site.objects.filter(pk=site.pk).update(site_name="The Reading Room")
    website = scripts(client, "/")["WebSite"]
    assert (website["name"], website["url"]) == ("The Reading Room", "http://localhost/")
    action = website["potentialAction"]
    assert action["target"]["urlTemplate"] == "http://localhost/search/?q={search_term_string}"
    assert action["query-input"] == "required name=search_term_string"


def test_page_of_a_digest_is_a_collection(client, home_page):
    make_digest(home_page, tagline="All of it", image=make_image())
    page = scripts(client, "/daily/")["CollectionPage"]
    assert (page["name"], page["description"]) == ("Daily", "All of it")
    assert page["image"].startswith("http://localhost/media/")
    assert steps(page["breadcrumb"]) == [
        (1, "Wagtail Digest", "http://localhost/"),
        (2, "Daily", "http://localhost/daily/"),
    ]


def test_issue_has_the_way_to_it(client, digest, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://read.example"}
    make_issue(digest, title="Three grids")
    found = scripts(client, "/daily/2026-04-14/")
    assert steps(found["BreadcrumbList"])[1:] == [
        (2, "Daily", "https://read.example/daily/"),
        (3, "Three grids", "https://read.example/daily/2026-04-14/"),
    ]


def test_digest_that_is_not_public_is_no_step(client, digest):
    make_issue(digest)
    digest.unpublish()
    found = scripts(client, "/daily/2026-04-14/")
    assert [name for _, name, _ in steps(found["BreadcrumbList"])] == [
        "Wagtail Digest",
        "Issue of 2026-04-14",
    ]


def test_logo_of_a_digest_is_its_image(client, home_page):
    make_issue(make_digest(home_page, image=make_image()))
    article = scripts(client, "/daily/2026-04-14/")["NewsArticle"]
    assert article["author"]["logo"]["url"].startswith("http://localhost/media/")
