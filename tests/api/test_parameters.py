"""`fields`, `include`, `rich_text`, `q`, content negotiation, caching, rate limits and CORS."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.builders import (
    body,
    make_digest,
    make_document,
    make_full_issue,
    make_issue,
    restrict,
    story,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    return make_full_issue(digest)


def test_only_requested_fields_are_returned(issue, get):
    assert list(get(f"issues/{issue.pk}/?fields=title,id")) == ["id", "title"]
    [first, *_rest] = get("issues/?fields=slug")["results"]
    assert first == {"slug": "2026-04-15"}


def test_fields_and_include_are_combined(issue, get):
    [first, *_rest] = get("issues/?fields=id&include=body")["results"]
    assert list(first) == ["id", "body"]
    assert get("issues/?fields=body")["results"][0]["body"][0]["type"] == "headline"


def test_other_fields_take_no_queries(issue, client, django_assert_max_num_queries):
    client.get("/api/v1/issues/")
    with django_assert_max_num_queries(4):  # site, root paths, restrictions, issues
        client.get("/api/v1/issues/?fields=id,title,url")


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ("titel", "Unknown field “titel”. Did you mean “title”?"),
        ("seo", "Unknown field “seo”."),
        ("id,id", "Use each field only once."),
        (",".join(["id"] * 51), "Use at most 50 fields."),
        ("", "This field may not be blank."),
        ("id,", "Unknown field “”."),
        ("digest.title", "Unknown field “digest.title”. Did you mean “digest”?"),
        ("*", "Unknown field “*”."),
    ],
)
def test_invalid_fields_are_named(get, site, fields, detail):
    [error] = get(f"issues/?fields={fields}", 400)["errors"]
    assert (error["parameter"], error["detail"]) == ("fields", detail)


TEXT = '<p>One <b>two</b> <a linktype="page" id="{}">three</a></p>'


@pytest.mark.parametrize(
    ("rich_text", "text"),
    [
        ("html", '<p>One <b>two</b> <a href="http://localhost/daily/">three</a></p>'),
        ("markdown", "One **two** [three](http://localhost/daily/)"),
        ("text", "One two three"),
    ],
)
def test_rich_text_in_three_formats(digest, get, rich_text, text):
    issue = make_issue(digest, body=body(story(body=TEXT.format(digest.pk))))
    data = get(f"issues/{issue.pk}/?rich_text={rich_text}")
    assert data["body"][1]["value"]["body"] == text


@pytest.mark.parametrize("rich_text", ["html", "markdown", "text"])
@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", '<a href="javascript:alert(1)">x</a>', "<img src=x onerror=y>"],
)
def test_rich_text_is_sanitised_in_every_format(digest, get, rich_text, hostile):
    issue = make_issue(digest, body=body(story(body=f"<p>{hostile}</p>")))
    for path in (f"issues/{issue.pk}/", f"stories/{issue.stories[0].id}/"):
        shown = str(get(f"{path}?rich_text={rich_text}"))
        assert not re.search("script:|<script|onerror", shown)


def test_issue_as_markdown(issue, client, get):
    by_suffix = client.get(f"/api/v1/issues/{issue.pk}.md")
    by_accept = client.get(f"/api/v1/issues/{issue.pk}/", headers={"accept": "text/markdown"})
    latest = client.get("/api/v1/issues/latest/", headers={"accept": "text/markdown"})
    assert by_suffix.content == by_accept.content
    assert by_suffix["Content-Type"] == "text/markdown; charset=utf-8"
    assert "## Grids agree" in by_suffix.content.decode()
    assert by_accept["Content-Location"] == f"http://testserver/api/v1/issues/{issue.pk}.md"
    assert latest["Content-Location"].endswith(".md")
    assert by_suffix["ETag"] == by_accept["ETag"] != latest["ETag"]


def test_problem_of_a_markdown_request_is_json(client, site):
    for path, accept in (("issues/9/", "text/markdown"), ("issues/9.md", "*/*")):
        response = client.get(f"/api/v1/{path}", headers={"accept": accept})
        assert (response.status_code, response.json()["status"]) == (404, 404)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("text/html", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("application/json;q=0.4, text/markdown;q=0.5", "text/markdown; charset=utf-8"),
        ("text/markdown;q=0, */*", "application/json"),
        ("application/xml", None),
        ("application/json;q=0", None),
    ],
)
def test_accept_selects_by_quality(issue, client, accept, content_type):
    response = client.get(f"/api/v1/issues/{issue.pk}/", headers={"accept": accept})
    assert response.status_code == (200 if content_type else 406)
    assert response["Content-Type"] == (content_type or "application/problem+json")


@pytest.mark.optional_apps
@pytest.mark.parametrize(
    ("query", "count"),
    [("grids", 1), ("AGREE happened", 1), ("grids nothing", 0), ("day after", 1), ("%25", 0)],
)
def test_q_matches_all_words_in_one_story_or_the_title(issue, get, query, count):
    assert len(get(f"issues/?q={query}")["results"]) == count


@pytest.mark.optional_apps
def test_q_ignores_unicode_composition(digest, get):
    make_issue(digest, body=body(story("Das Café")))
    for query in ("caf%C3%A9", "cafe%CC%81"):
        assert len(get(f"issues/?q={query}")["results"]) == 1


def test_line_breaks_are_normalised(digest, get):
    issue = make_issue(digest, body=body(summary="One\r\ntwo"))
    data = get(f"issues/{issue.pk}/")
    assert data["summary"] == data["body"][0]["value"]["summary"] == "One\ntwo"


@pytest.mark.optional_apps
def test_q_does_not_match_a_hidden_issue(issue, get):
    restrict(issue)
    assert get("issues/?q=grids")["results"] == []


def test_link_to_a_public_document_is_absolute(digest, get):
    document = make_document()
    text = f'<p><a linktype="document" id="{document.pk}">file</a></p>'
    issue = make_issue(digest, body=body(story(body=text)))
    shown = get(f"issues/{issue.pk}/")["body"][1]["value"]["body"]
    assert f'href="http://localhost{document.url}"' in shown


@pytest.fixture
def _still(monkeypatch):
    """Stop the clock."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)


def lifetime(client, path):
    control = client.get(path)["Cache-Control"]
    return [int(number) for number in re.findall(r"=(\d+)", control)]


@pytest.mark.usefixtures("_still")
@pytest.mark.parametrize(("seconds", "lifetimes"), [(30, [29, 0]), (90, [60, 29]), (500, [60, 60])])
def test_lifetime_ends_when_a_page_in_the_response_expires(digest, client, seconds, lifetimes):
    issue = make_issue(digest, 14, tags=("Power",))
    follower = make_issue(digest, 15)
    at = timezone.now() + timedelta(seconds=seconds)
    type(issue).objects.filter(pk=issue.pk).update(expire_at=at)
    for path in (
        "issues/",
        f"issues/{issue.pk}/",
        f"issues/{follower.pk}/",  # its previous issue
        "stories/",
        "issues/?limit=1&count=true",
        "stories/?limit=1&count=true",
        "tags/",
    ):
        assert lifetime(client, f"/api/v1/{path}") == pytest.approx(lifetimes, abs=2)


@pytest.mark.usefixtures("_still")
def test_lifetime_ends_when_a_linked_page_expires(digest, client):
    target = make_issue(digest, 13)
    text = f'<p><a linktype="page" id="{target.pk}">before</a></p>'
    issue = make_issue(make_digest(digest.get_parent(), "weekly"), 14, body=body(story(body=text)))
    at = timezone.now() + timedelta(seconds=30)
    type(target).objects.filter(pk=target.pk).update(expire_at=at)
    assert lifetime(client, f"/api/v1/issues/{issue.pk}/") == pytest.approx([29, 0], abs=2)


def test_expiry_of_a_hidden_issue_has_no_effect(digest, client):
    hidden = make_issue(digest, 14)
    restrict(hidden)
    type(hidden).objects.update(expire_at=timezone.now() + timedelta(seconds=30))
    assert lifetime(client, "/api/v1/issues/") == [60, 60]


def test_there_is_no_rate_limit_by_default(issue, client):
    response = client.get("/api/v1/issues/")
    assert "RateLimit" not in response


def test_rate_limit_is_per_ip_address(issue, client, settings):
    settings.DIGEST_API_THROTTLE_RATE = "2/min"
    first, second, third = (client.get("/api/v1/issues/") for _ in range(3))
    assert first["RateLimit-Policy"] == '"address";q=2;w=60'
    assert [r["RateLimit"].split(";")[1] for r in (first, second, third)] == ["r=1", "r=0", "r=0"]
    assert (third.status_code, third["Content-Type"]) == (429, "application/problem+json")
    assert 0 < int(third["Retry-After"]) <= 60
    assert third["Cache-Control"] == "no-store"
    forwarded = client.get("/api/v1/issues/", headers={"x-forwarded-for": "1.2.3.4"})
    assert forwarded.status_code == 429
    other = client.get("/api/v1/issues/", REMOTE_ADDR="10.0.0.9")
    assert other.status_code == 200
    assert client.options("/api/v1/issues/").status_code == 204


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.9", "10.0.0.9", True),
        ("::ffff:10.0.0.9", "::ffff:10.0.0.10", False),
        ("unknown", "unknown", True),
    ],
)
def test_rate_limit_counts_an_ipv6_network_as_one_client(
    issue, client, settings, one, other, is_same
):
    settings.DIGEST_API_THROTTLE_RATE = "1/min"
    client.get("/api/v1/issues/", REMOTE_ADDR=one)
    response = client.get("/api/v1/issues/", REMOTE_ADDR=other)
    assert (response.status_code == 429) is is_same


def test_cors_allows_any_origin_without_credentials(issue, client):
    response = client.get("/api/v1/issues/", headers={"origin": "https://a.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert "origin" not in response["Vary"].lower()
    again = client.get("/api/v1/issues/", headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")
    preflight = client.options("/api/v1/issues/", headers={"origin": "https://a.example"})
    assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert preflight["Access-Control-Allow-Origin"] == "*"


def test_expired_session_sets_no_cookie(issue, client):
    client.cookies["sessionid"] = "gone"
    response = client.get("/api/v1/issues/")
    assert not response.cookies
    assert "Cookie" not in response["Vary"]


def test_surrogate_keys_name_the_pages_in_the_response(issue, client):
    keys = client.get(f"/api/v1/issues/{issue.pk}/")["Surrogate-Key"].split()
    assert f"issue-{issue.pk}" in keys
    assert f"digest-{issue.digest.pk}" in keys
    assert "Surrogate-Key" not in client.get("/api/v1/issues/999/")
