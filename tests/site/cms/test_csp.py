"""The Content-Security-Policy of each kind of page."""

import pytest

from digest.models import DigestPage
from tests.admin.test_admin import form, headline, story_section
from tests.builders import GISCUS, make_digest, make_issue

pytestmark = pytest.mark.django_db


def policy_of(client, url):
    """Return the policy of a page as a dictionary of its directives."""
    header = client.get(url)["Content-Security-Policy"]
    directives = (directive.split(" ") for directive in header.split("; "))
    return {name: set(sources) for name, *sources in directives}


@pytest.mark.parametrize("url", ["/", "/daily/", "/daily/2026-04-14/", "/search/?q=a", "/none/"])
def test_readers_pages_run_scripts_of_the_site_alone(client, digest, url):
    make_issue(digest)
    policy = policy_of(client, url)
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}
    assert policy["script-src"] == policy["style-src"] == {"'self'"}
    assert "frame-src" not in policy


def test_discussion_adds_its_host(client, home_page):
    digest = make_digest(home_page, **GISCUS)
    policy = policy_of(client, make_issue(digest).url)
    assert policy["script-src"] == {"'self'", "https://giscus.app"}
    assert policy["frame-src"] == {"https://giscus.app"}
    assert policy_of(client, digest.url)["script-src"] == {"'self'"}


def test_editors_page_has_the_user_bar_and_no_script_in_the_html(admin_client, digest):
    policy = policy_of(admin_client, make_issue(digest).url)
    assert policy["script-src"] == {"'self'"}
    assert policy["style-src"] == {"'self'", "'unsafe-inline'"}


def test_admin_frames_the_frontends_of_its_previews(admin_client, digest, settings):
    settings.DIGEST_PREVIEW_URLS = {"http://localhost": "https://www.example.org/p/{token}/"}
    policy = policy_of(admin_client, "/admin/")
    assert policy["script-src"] == {"'self'", "'unsafe-inline'"}
    assert policy["frame-src"] == {"'self'", "https://www.example.org"}
    assert policy["frame-ancestors"] == policy["base-uri"] == {"'none'"}


@pytest.mark.parametrize(
    ("view", "ancestors"), [("view_draft/", "'none'"), ("edit/preview/?mode=", "'self'")]
)
def test_draft_in_the_admin_has_no_script_in_the_html(admin_client, digest, view, ancestors):
    issue = make_issue(digest, publish=False)
    url = f"/admin/pages/{issue.pk}/{view}"
    if "preview" in view:
        assert admin_client.post(url, form(headline(), story_section())).json()["is_valid"]
    policy = policy_of(admin_client, url)
    assert policy["script-src"] == {"'self'"}
    assert policy["frame-ancestors"] == {ancestors}


def test_page_of_an_error_has_its_style_in_the_html(client, digest, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr(DigestPage, "serve", lambda *args: 1 / 0)
    assert client.get(digest.url).status_code == 500
    policy = policy_of(client, digest.url)
    assert (policy["script-src"], policy["style-src"]) == (
        {"'self'"},
        {"'self'", "'unsafe-inline'"},
    )


def test_responses_that_are_no_pages_have_none(client, digest):
    for url in ("/api/v1/", "/feeds/daily/rss.xml", "/llms.txt"):
        assert "Content-Security-Policy" not in client.get(url)
