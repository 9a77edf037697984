"""Every door, each state: a hidden issue is nowhere, a public one wherever it belongs."""

import pytest
from wagtail.contrib.redirects.models import Redirect

from tests.visibility.states import HIDDEN, PUBLIC, live_with_a_newer_draft

pytestmark = pytest.mark.django_db

LISTS = [
    "/api/v1/issues/",
    "/api/v1/issues/?include=body",
    "/api/v1/issues/?tag=marker",
    "/api/v1/issues/?digest=daily",
    "/api/v1/digests/",
    "/api/v1/tags/",
    "/feeds/daily/rss.xml",
    "/feeds/daily/atom.xml",
    "/feeds/daily/feed.json",
    "/",
    "/daily/",
    "/tags/marker/",
    "/search/?q=happened",
]


@pytest.mark.parametrize("door", LISTS)
@pytest.mark.parametrize("state", HIDDEN, ids=lambda state: state.__name__)
def test_hidden_issue_is_in_no_list(state, door, home_page, digest, client):
    state(home_page, digest)
    response = client.get(door)
    assert "Marker" not in response.content.decode()
    assert '"slug":"marker"' not in response.content.decode()


@pytest.mark.parametrize("state", HIDDEN, ids=lambda state: state.__name__)
def test_hidden_issue_is_at_no_address(state, home_page, digest, client):
    issue = state(home_page, digest)
    nothing = client.get("/api/v1/issues/999999/").content
    parent = issue.get_parent()
    for path in (
        f"/api/v1/issues/{issue.pk}/",
        "/api/v1/issues/latest/",
        f"/api/v1/digests/{parent.slug}/issues/{issue.slug}/",
        "/api/v1/tags/marker/",
    ):
        response = client.get(path)
        assert (response.status_code, response.content) == (404, nothing)
    if issue.url:
        page = client.get(issue.url)
        assert page.status_code in (200, 302, 404)  # Wagtail may ask for a password or a login
        assert "Marker" not in page.content.decode()


@pytest.mark.parametrize("state", PUBLIC, ids=lambda state: state.__name__)
def test_public_issue_is_wherever_it_belongs(state, home_page, digest, client):
    issue = state(home_page, digest)
    for path in (
        "/api/v1/issues/?tag=marker&include=body",
        f"/api/v1/issues/{issue.pk}/",
        f"/api/v1/digests/{issue.get_parent().slug}/issues/{issue.slug}/",
        "/api/v1/tags/",
        "/",
        "/tags/marker/",
        "/search/?q=happened",
        issue.url,
    ):
        response = client.get(path)
        assert response.status_code == 200
        assert "Marker" in response.content.decode(), path


def test_words_of_a_newer_draft_are_nowhere(home_page, digest, client):
    issue = live_with_a_newer_draft(home_page, digest)
    for path in (*LISTS, issue.url, f"/api/v1/issues/{issue.pk}/"):
        response = client.get(path)
        assert response.status_code == 200
        assert "unsaid" not in response.content.decode().lower()
    for path in ("/tags/unsaid/", "/api/v1/tags/unsaid/", "/daily/unsaid/"):
        assert client.get(path).status_code == 404
    assert "Marker" not in client.get("/search/?q=unsaid").content.decode()


@pytest.mark.parametrize("state", HIDDEN, ids=lambda state: state.__name__)
def test_no_redirect_leads_to_a_hidden_issue(state, home_page, digest, client):
    Redirect.objects.create(old_path="/before", redirect_page=state(home_page, digest))
    assert client.get("/before/").status_code == 404


def test_redirect_leads_to_a_public_issue(home_page, digest, client):
    issue = PUBLIC[0](home_page, digest)
    Redirect.objects.create(old_path="/before", redirect_page=issue)
    assert client.get("/before/?from=mail")["Location"] == issue.url
