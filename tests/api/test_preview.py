"""Previews return a draft as an issue, only to clients with a token."""

import json
import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction

from digest.api.documentation import build_schema
from digest.previews.tokens import PreviewToken
from tests.builders import GISCUS, block, body, make_image, make_issue, restrict, source, story
from tests.previews.helpers import (
    PREVIEWS,
    make_user,
    new_preview_url,
    preview_url,
    token_of,
    update_preview,
)
from tests.visibility.responses import headers_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(digest):
    return make_issue(digest, publish=False, title="Draft", tags=("Power",))


def test_draft_equals_the_published_issue(digest, get):
    blocks = body(
        story("One", sources=[source(title="S", url="https://example.com/")], image=None),
        block("bottom_line", text="<p>End</p>"),
        block("sources", items=[source()]),
    )
    make_issue(digest, 13)
    draft = make_issue(digest, publish=False, body=blocks, tags=("AI", "Power"), image=make_image())
    before = get(f"preview/{token_of(draft)}/")
    draft.get_latest_revision().publish()
    after = get(f"issues/{draft.pk}/")
    assert list(before) == list(after)
    for name in ("published_at", "updated_at", "seo"):
        before.pop(name), after.pop(name)
    assert before == after


def test_draft_of_a_live_issue_has_unpublished_changes(digest, get):
    issue = make_issue(digest, title="Live", tags=("AI",))
    issue.title, issue.slug = "Newer", "newer"
    issue.tags.clear()
    issue.tags.add("Power")
    issue.body = body(story("Changed"), summary="Changed.")
    issue.save_revision()
    data = get(f"preview/{token_of(issue)}/")
    assert (data["title"], data["summary"], data["slug"]) == ("Newer", "Changed.", "newer")
    assert data["tags"] == [{"name": "Power", "slug": "power"}]
    assert data["url"].endswith("/daily/newer/")
    assert get(f"issues/{issue.pk}/")["title"] == "Live"


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [{"type": "gone", "id": "x", "value": 1}],
        [block("headline", headline="", summary="")],
        [block("headline", headline="", summary=""), story(heading="", body="", why_it_matters="")],
        [story(image=None, sources=[]), block("bottom_line", text=""), block("sources", items=[])],
        [story(sources=[source(title="")]), block("sources", items=[source(title="", url="")])],
        "text",
    ],
)
def test_incomplete_draft_is_valid(digest, get, blocks):
    draft = make_issue(digest, publish=False, title="Draft", body=json.dumps(blocks))
    data = get(f"preview/{token_of(draft)}/?field_map=true")
    assert data["headline"] == "Draft"
    assert data["seo"]["title"] == "Draft"


def test_draft_without_date_is_dated_today(digest, get):
    draft = make_issue(digest, publish=False)
    draft.date = None
    draft.save_revision(clean=False)
    assert get(f"preview/{token_of(draft)}/")["date"] == str(timezone.localdate())


def test_unsaved_issue_is_returned(digest, get, settings):
    settings.DIGEST_PREVIEW_URLS = PREVIEWS
    editor = Client()
    editor.force_login(make_user())
    token = update_preview(editor, new_preview_url(digest), title="New", slug="new", tags="Power")
    data = get(f"preview/{token}/")
    assert (data["id"], data["title"], data["digest"]["slug"]) == (0, "New", "daily")
    assert data["tags"] == [{"name": "Power", "slug": "power"}]
    assert data["url"] == data["seo"]["canonical_url"] == "http://localhost/daily/new/"


def test_draft_digest_is_returned(digest, draft, get):
    digest.unpublish()
    for name, value in GISCUS.items():
        setattr(digest, name, value)
    digest.save()
    data = get(f"preview/{token_of(draft)}/")
    assert data["digest"]["slug"] == "daily"
    assert data["discussion"]["repo"] == "acme/comments"


def test_other_hidden_content_is_not_returned(digest, get):
    make_issue(digest, 13, publish=False)
    restrict(make_issue(digest, 15))
    private = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    hidden = make_issue(digest, 12, publish=False)
    text = f'<p><a linktype="page" id="{hidden.pk}">hidden</a></p>'
    draft = make_issue(
        digest,
        publish=False,
        image=make_image(collection=private),
        body=body(story("One", body=text)),
    )
    data = get(f"preview/{token_of(draft)}/")
    assert (data["previous"], data["next"], data["image"]) == (None, None, None)
    assert "href" not in data["body"][1]["value"]["body"]


def test_draft_outside_any_site_has_the_url_of_the_front_page(draft, home_page, get):
    other = (
        type(home_page)
        .get_first_root_node()
        .add_child(instance=type(home_page)(title="Other", slug="other"))
    )
    draft.get_parent().move(other, "last-child")
    data = get(f"preview/{token_of(draft)}/")
    assert data["url"] == data["seo"]["canonical_url"] == "http://localhost/"


def test_draft_of_another_site_requires_the_site(draft, other_site, get):
    draft.move(other_site.root_page.get_children().get(slug="weekly"), "last-child")
    token = token_of(draft)
    get(f"preview/{token}/", 404)
    assert get(f"preview/{token}/?site=other.example")["digest"]["slug"] == "weekly"


def test_fields_and_rich_text_are_supported(digest, get):
    draft = make_issue(digest, publish=False, body=body(story("One", body="<p><b>Bold</b></p>")))
    path = f"preview/{token_of(draft)}/"
    assert list(get(f"{path}?fields=title,tags&field_map=true")) == ["title", "tags", "field_map"]
    assert get(f"{path}?rich_text=markdown")["body"][1]["value"]["body"] == "**Bold**"
    get(f"{path}?include=body", 400)
    get(f"{path}?field_map=yes", 400)


def test_response_is_private(draft, client):
    response = client.get(f"/api/v1/preview/{token_of(draft)}/")
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in response
    documented = build_schema()["paths"]["/preview/{token}/"]["get"]["responses"]
    assert "304" not in documented
    assert {"X-Robots-Tag", "Referrer-Policy"} <= set(documented["200"]["headers"])
    assert "Surrogate-Key" not in response


def invalid_tokens(draft, settings):
    """Return a valid token, and an invalid one for each reason."""
    settings.DIGEST_PREVIEW_URLS = PREVIEWS
    valid, user = token_of(draft), make_user("demoted")
    tokens = {"wrong": valid[:-1] + "-", "malformed": "x", "long": "a" * 3000, "odd": "%00%ff"}
    tokens["expired"] = token_of(draft, user, lifetime=timedelta(seconds=-1))
    tokens["revoked"] = token_of(draft, user)
    PreviewToken.objects.order_by("-pk").first().revoke()
    tokens["of no issue"] = token_of(draft.get_parent(), user)
    editor = Client()
    editor.force_login(user)
    tokens["of a form"] = update_preview(editor, preview_url(draft))
    tokens["of a user without permission"] = token_of(draft, user)
    user.groups.clear()
    return valid, tokens


def test_all_invalid_tokens_get_the_same_response(draft, client, settings):
    valid, tokens = invalid_tokens(draft, settings)
    assert client.get(f"/api/v1/preview/{valid}/").status_code == 200
    for method, status in (("get", 404), ("head", 404), ("options", 204)):
        responses = {
            (response.status_code, response.content, str(headers_of(response)))
            for token in tokens.values()
            for response in [getattr(client, method)(f"/api/v1/preview/{token}/")]
        }
        assert len(responses) == 1, responses
        [(code, _body, headers)] = responses
        assert code == status
        assert "private, no-store" in headers


def test_preflight_is_the_same_for_a_valid_token(draft, client):
    valid = client.options(f"/api/v1/preview/{token_of(draft)}/")
    assert headers_of(valid) == headers_of(client.options("/api/v1/preview/x/"))


def test_token_gives_no_access_to_other_endpoints(draft, client):
    token = token_of(draft)
    for path in (f"issues/{draft.pk}/", "issues/", f"issues/{draft.pk}.md", "stories/"):
        for query in (f"token={token}", f"preview={token}"):
            assert client.get(f"/api/v1/{path}?{query}").status_code == 400
        headers = {"authorization": f"Bearer {token}", "cookie": f"token={token}"}
        response = client.get(f"/api/v1/{path}", headers=headers)
        assert response.status_code == 404 or response.json()["results"] == []


def test_token_is_in_no_log_and_no_error_report(draft, client, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    token = token_of(draft)
    invalid = f"{token[:-1]}-"
    client.get(f"/api/v1/preview/{invalid}/")
    client.get(f"/preview/{invalid}/")
    client.get(f"/api/v1/preview/{token}/", headers={"host": "a b"})
    client.raise_request_exception = False
    monkeypatch.setattr("digest.api.preview.field_map", None)
    response = client.get(f"/api/v1/preview/{token}/?field_map=true")
    assert response.status_code == 500
    assert "[token]" in caplog.text
    assert token[:-1] not in caplog.text
    assert token not in reported(caplog)


def reported(caplog):
    """Return what error reports contain of the logged exception."""
    from django.views.debug import ExceptionReporter

    error = [record.exc_info for record in caplog.records if record.exc_info][-1]
    return ExceptionReporter(None, *error).get_traceback_text() + repr(
        [frame["vars"] for frame in ExceptionReporter(None, *error).get_traceback_frames()]
    )


def test_number_of_queries_is_constant(digest, client, django_assert_max_num_queries):
    blocks = body(*(story(f"Story {number}", image=None) for number in range(20)))
    token = token_of(make_issue(digest, publish=False, body=blocks))
    client.get(f"/api/v1/preview/{token}/")
    with django_assert_max_num_queries(25):
        client.get(f"/api/v1/preview/{token}/?field_map=true")
