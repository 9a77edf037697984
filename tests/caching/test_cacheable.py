"""Caching and headers of feeds, the sitemap and llms.txt."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.builders import make_issue, restrict

pytestmark = pytest.mark.django_db

PATHS = ["/feeds/daily/rss.xml", "/feeds/daily/feed.json", "/sitemap.xml", "/llms.txt"]


@pytest.fixture
def issue(digest):
    """An issue that expires in half a minute."""
    issue = make_issue(digest)
    at = timezone.now() + timedelta(seconds=30)
    type(issue).objects.filter(pk=issue.pk).update(expire_at=at)
    return issue


@pytest.mark.parametrize("path", PATHS)
def test_lifetime_ends_when_content_expires(issue, client, path):
    control = client.get(path)["Cache-Control"]
    assert control in {
        f"public, max-age={seconds}, stale-while-revalidate=0" for seconds in (27, 28, 29)
    }
    restrict(issue)
    assert "max-age=60" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken"])
def test_public_response_sets_no_cookie(issue, client, path, cookie):
    client.cookies[cookie] = "broken"
    response = client.get(path)
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("path", PATHS)
def test_methods_and_conditional_requests(issue, client, path):
    first = client.get(path)
    for method in (client.get, client.head):
        again = method(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")
    assert Client(enforce_csrf_checks=True).post(path).status_code == 405
    preflight = client.options(path, headers={"origin": "https://a.example"})
    assert (preflight.status_code, preflight["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert "If-None-Match" in preflight["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/stories/%00/",
        "/feeds/daily/rss.xml?locale=%00",
        "/tags/power/?locale=%00",
        "/sitemap-999999999999999999.xml",
        "/sitemap-2.xml",
    ],
)
def test_values_that_a_database_rejects_are_not_found(french_site, client, path):
    assert client.get(path).status_code == 404


@pytest.fixture
def french_site(settings, digest):
    """A site with translations, and an issue with a tag."""
    settings.WAGTAIL_I18N_ENABLED = True
    make_issue(digest, tags=("Power",))
