"""The page that lists tags."""

import pytest

from tests.builders import expire, make_digest, make_issue, restrict
from tests.html import read

pytestmark = pytest.mark.django_db


def tags(client):
    return [(link.text, link["href"]) for link in read(client, "/tags/").select("main a")]


def test_page_lists_the_tags_of_public_issues_by_name(client, home_page, digest):
    make_issue(digest, 14, tags=("Power", "Open data"))
    make_issue(make_digest(home_page, "weekly"), 15, tags=("Power",))
    assert tags(client) == [("Open data", "/tags/open-data/"), ("Power", "/tags/power/")]


def test_tags_of_hidden_issues_are_not_listed(client, digest):
    make_issue(digest, 14, tags=("Draft",), publish=False)
    restrict(make_issue(digest, 15, tags=("Private",)))
    expire(make_issue(digest, 16, tags=("Expired",)))
    assert tags(client) == []


@pytest.mark.parametrize("path", ["/feeds/", "/tags/"])
def test_canonical_url_of_a_list_is_here_since_no_frontend_has_it(client, digest, settings, path):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://example.com"}
    canonical = read(client, path).select_one("link[rel=canonical]")
    assert canonical["href"] == f"http://localhost{path}"


def test_page_without_tags_is_not_missing(client, digest):
    assert "There is no issue yet." in read(client, "/tags/").select_one("main").text
