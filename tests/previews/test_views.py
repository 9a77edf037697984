"""Built-in page of a shared draft, and the user bar for frontends."""

from datetime import timedelta

import pytest
from django.test import Client

from digest.previews.tokens import PreviewToken
from tests.builders import GISCUS, body, make_image, make_issue, restrict, story
from tests.previews.helpers import PREVIEWS, make_user, preview_url, token_of
from tests.visibility.responses import headers_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(digest):
    return make_issue(digest, publish=False, title="Draft", image=make_image())


def page(token, client=None, **headers):
    return (client or Client()).get(f"/preview/{token}/", headers=headers)


def test_page_shows_the_draft_to_anonymous_users(draft):
    response = page(token_of(draft))
    assert response.status_code == 200
    html = response.content.decode()
    assert "Draft</h1>" in html
    assert "This is a draft." in html
    assert "<picture" in html
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"


def test_page_is_the_same_for_editors_and_has_no_user_bar(draft):
    user = make_user()
    editor = Client()
    editor.force_login(user)
    token = token_of(draft, user)
    mine, theirs = page(token, editor), page(token)
    assert mine.content == theirs.content
    assert "userbar" not in mine.content.decode()
    assert "Set-Cookie" not in mine.headers


def test_page_has_its_draft_digest_but_no_discussion_script(digest, draft):
    for name, value in GISCUS.items():
        setattr(digest, name, value)
    digest.save()
    digest.unpublish()
    html = page(token_of(draft)).content.decode()
    assert "Daily" in html
    assert "giscus" not in html


def test_page_does_not_show_restricted_pages_it_links_to(digest):
    hidden = make_issue(digest, 13, title="Hidden one")
    restrict(hidden)
    link = f'<p><a linktype="page" id="{hidden.pk}">a link</a></p>'
    draft = make_issue(digest, publish=False, body=body(story("One", body=link)))
    html = page(token_of(draft)).content.decode()
    assert "a link" in html
    assert hidden.slug not in html
    assert "Hidden one" not in html


@pytest.mark.parametrize("language", ["en", "fr"])
def test_all_invalid_tokens_get_the_same_response(draft, language):
    user = make_user()
    tokens = ["x", "y" * 43, token_of(draft, user, lifetime=timedelta(seconds=-1))]
    tokens.append(token_of(draft, user))
    PreviewToken.objects.order_by("-pk").first().revoke()
    for method in ("get", "head", "options", "post"):
        responses = {
            (response.status_code, response.content, str(headers_of(response)))
            for token in tokens
            for response in [
                getattr(Client(), method)(
                    f"/preview/{token}/", headers={"accept-language": language}
                )
            ]
        }
        assert len(responses) == 1
        assert next(iter(responses))[0] == (405 if method in ("options", "post") else 404)
    assert Client(enforce_csrf_checks=True).post("/preview/x/").status_code == 405
    assert page("x")["Cache-Control"] == "private, no-store"


def test_token_of_a_form_shows_its_values(draft):
    user = make_user()
    editor = Client()
    editor.force_login(user)
    data = {"title": "Typed", "slug": "", "date": "2026-04-14", "body-count": "0"}
    assert editor.post(preview_url(draft), data).json()["is_valid"]
    assert "Typed</h1>" in page(token_of(draft, user, is_buffer=True)).content.decode()


# In the preview panel


def test_panel_preview_has_the_field_map(draft, admin_client):
    data = {"title": "T", "slug": "", "date": "2026-04-14", "body-count": "0"}
    admin_client.post(preview_url(draft), data)
    html = admin_client.get(preview_url(draft), {"in_preview_panel": "true"}).content.decode()
    assert 'data-digest-source="/headline"' in html
    assert 'id="digest-field-map"' in html
    assert "digest/preview.js" in html


def test_public_and_shared_pages_have_no_field_map(digest, client):
    issue = make_issue(digest)
    for response in (client.get(issue.url), page(token_of(issue))):
        html = response.content.decode()
        assert "data-digest-source" not in html
        assert "digest-field-map" not in html
        assert "preview.js" not in html
    assert "This is a draft." not in client.get(issue.url).content.decode()


# The user bar


def test_user_bar_is_public_and_has_no_links_to_the_admin(settings, client, admin_client):
    settings.DIGEST_PREVIEW_URLS = PREVIEWS
    mine, theirs = admin_client.get("/preview-userbar/"), client.get("/preview-userbar/")
    assert (mine.status_code, mine.content) == (200, theirs.content)
    assert theirs["Access-Control-Allow-Origin"] == "*"
    html = theirs.content.decode()
    assert "/admin/" not in html
    assert "<aside hidden" in html
    assert 'data-wagtail-userbar-origin="http://testserver"' in html
    assert "http://testserver" in html.partition("allowedOrigins")[2].partition("]")[0]
    assert "https://www.example.com" in html.partition("allowedOrigins")[2].partition("]")[0]


def test_user_bar_is_not_found_without_a_frontend(client):
    assert client.get("/preview-userbar/").status_code == 404


def test_editor_allows_the_origins_of_frontends(settings, draft, admin_client):
    settings.DIGEST_PREVIEW_URLS = PREVIEWS
    html = admin_client.get(f"/admin/pages/{draft.pk}/edit/").content.decode()
    assert 'data-origins="self https://www.example.com"' in html
    assert '"allowedOrigins"' in html


def test_content_checks_are_unchanged_without_frontends(draft, admin_client):
    html = admin_client.get(f"/admin/pages/{draft.pk}/edit/").content.decode()
    assert "allowedOrigins" not in html
