"""API URLs with the slugs of pages that were renamed: they redirect."""

import pytest

from digest.models import DigestPage
from tests.builders import make_issue

pytestmark = pytest.mark.django_db
API = "http://testserver/api/v1/digests"


@pytest.fixture
def renamed(digest, rename):
    issue = make_issue(digest, 14)
    rename(digest, "evening")
    rename(issue, "the-14th")


def test_digest_at_its_old_slug_redirects(client, renamed):
    response = client.get(f"{API}/daily/")
    assert (response.status_code, response["Location"]) == (301, f"{API}/evening/")
    assert client.get(response["Location"]).json()["slug"] == "evening"


@pytest.mark.parametrize("old", ["daily/issues/2026-04-14", "evening/issues/2026-04-14"])
@pytest.mark.parametrize("accept", ["application/json", "text/markdown"])
def test_issue_at_its_old_slugs_redirects_with_the_query(client, renamed, old, accept):
    query = "?site=localhost&rich_text=text"
    response = client.get(f"{API}/{old}/{query}", headers={"accept": accept})
    location = f"{API}/evening/issues/the-14th/{query}"
    assert (response.status_code, response["Location"]) == (301, location)
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert client.get(location, headers={"accept": accept}).status_code == 200


@pytest.mark.parametrize("path", ["dail/", "daily/issues/the-14th/", "issues/2026-04-14/"])
def test_slugs_that_were_never_together_are_not_found(client, renamed, path):
    assert client.get(f"{API}/{path}").status_code == 404


def test_invalid_query_of_an_old_url_is_rejected(client, renamed):
    assert client.get(f"{API}/daily/?nonsense=1").status_code == 400


@pytest.mark.parametrize("name", ["issues", "stories", "issues/latest"])
def test_filter_by_an_old_slug_is_that_of_the_digest(client, renamed, name):
    found = client.get(f"/api/v1/{name}/?digest=daily").json()
    assert found == client.get(f"/api/v1/{name}/?digest=evening").json()
    assert found.get("results", True)


def test_filter_by_an_old_slug_of_a_hidden_digest_finds_nothing(client, renamed):
    DigestPage.objects.get().unpublish()
    assert client.get("/api/v1/issues/?digest=daily").json()["results"] == []
