from datetime import UTC, date, datetime

import pytest

from digest.models import IssuePage
from digest.pages.stable_ids import stable_id
from tests.builders import (
    GISCUS,
    block,
    body,
    make_digest,
    make_image,
    make_issue,
    restrict,
    source,
    story,
)
from tests.optional_apps import HAS_SUBMISSIONS

pytestmark = pytest.mark.django_db


def test_detail_is_complete(digest, get):
    everything = body(
        story("One", sources=[source(title="S", url="https://example.com/")]),
        block("bottom_line", text="<p>End</p>"),
        block("sources", items=[source()]),
    )
    issue = make_issue(digest, title="Title", body=everything, tags=("AI",), image=make_image())
    IssuePage.objects.update(first_published_at=datetime(2026, 4, 14, 6, tzinfo=UTC))
    data = get(f"issues/{issue.pk}/")
    assert data["type"] == "issue"
    assert data["title"] == data["headline"] == data["seo"]["title"] == "Title"
    assert data["summary"] == data["seo"]["description"] == "What happened today."
    assert data["url"] == data["seo"]["canonical_url"] == "http://localhost/daily/2026-04-14/"
    assert data["api_url"] == f"http://testserver/api/v1/issues/{issue.pk}/"
    assert (data["date"], data["published_at"]) == ("2026-04-14", "2026-04-14T06:00:00Z")
    assert data["tags"] == [{"name": "AI", "slug": "ai"}]
    assert data["digest"]["slug"] == "daily"
    assert [b["type"] for b in data["body"]] == [
        "headline",
        "story_section",
        "bottom_line",
        "sources",
    ]
    assert data["seo"]["json_ld"]["@type"] == "NewsArticle"
    assert (data["previous"], data["next"], data["translations"]) == (None, None, [])


def test_byline_and_correction_note_are_in_detail_and_list(digest, get):
    issue = make_issue(digest, byline="Ada Okafor", correction="It is Porto.\r\nNot Lisbon.")
    IssuePage.objects.update(corrected_at=datetime(2026, 4, 15, 9, tzinfo=UTC))
    for data in (get(f"issues/{issue.pk}/"), get("issues/")["results"][0]):
        assert data["byline"] == "Ada Okafor"
        at = "2026-04-15T09:00:00Z"
        assert data["correction"] == {"text": "It is Porto.\nNot Lisbon.", "at": at}


def test_issue_without_them_has_no_byline_and_no_correction_note(digest, get):
    data = get(f"issues/{make_issue(digest).pk}/")
    assert (data["byline"], data["correction"]) == ("", None)


def test_detail_has_previous_and_next(digest, get):
    issues = [make_issue(digest, day) for day in (14, 15, 16)]
    data = get(f"issues/{issues[1].pk}/")
    assert (data["previous"]["id"], data["next"]["id"]) == (issues[0].pk, issues[2].pk)


def test_discussion_has_the_term_of_the_issue(digest, get):
    for name, value in GISCUS.items():
        setattr(digest, name, value)
    digest.save()
    issue = make_issue(digest)
    discussion = get(f"issues/{issue.pk}/")["discussion"]
    assert discussion["repo"] == "acme/comments"
    assert discussion["term"] == stable_id(issue)
    assert (discussion["mapping"], discussion["strict"], discussion["lang"]) == (
        "specific",
        True,
        "en",
    )


def test_list_is_newest_first_without_bodies(digest, get):
    for day in (15, 14, 16):
        make_issue(digest, day)
    results = get("issues/")["results"]
    assert [r["date"][-2:] for r in results] == ["16", "15", "14"]
    assert {"body", "previous", "next", "seo"}.isdisjoint(results[0])
    assert [r["date"][-2:] for r in get("issues/?order=date")["results"]] == ["14", "15", "16"]


def test_list_includes_bodies_on_request(digest, get):
    issue = make_issue(digest)
    [listed] = get("issues/?include=body")["results"]
    assert listed["body"] == get(f"issues/{issue.pk}/")["body"]


def test_latest_and_slugs_return_the_detail(digest, client, get):
    make_issue(digest, 14)
    latest = make_issue(digest, 15)
    detail = get(f"issues/{latest.pk}/")
    assert get("issues/latest/") == detail
    assert get("digests/daily/issues/2026-04-15/") == detail
    assert client.get("/api/v1/issues/latest/")["Content-Location"] == detail["api_url"]
    assert get("issues/latest/?date_to=2026-04-14")["date"] == "2026-04-14"


def test_latest_without_issues_is_not_found(digest, get):
    get("issues/latest/", 404)
    get("digests/daily/issues/2026-04-15/", 404)


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("digest=daily", [3, 2, 1]),
        ("digest=nope", []),
        ("tag=ai", [2, 1]),
        ("tag=ai,chips", [3, 2, 1]),
        ("tag_all=ai,chips", [2]),
        ("date_from=2026-04-02", [3, 2]),
        ("date_to=2026-04-02", [2, 1]),
        ("year=2026&month=4", [3, 2, 1]),
        ("year=2025", []),
        ("updated_since=2000-01-01T00:00:00Z", [3, 2, 1]),
        ("updated_since=2100-01-01T00:00:00Z", []),
        ("locale=en", [3, 2, 1]),
        ("locale=EN", [3, 2, 1]),
        ("locale=fr", []),
        ("tag=ai&date_from=2026-04-02", [2]),
    ],
)
def test_filters_are_combined(digest, get, query, days):
    make_issue(digest, 1, tags=("AI",))
    make_issue(digest, 2, tags=("AI", "Chips"))
    make_issue(digest, 3, tags=("Chips",))
    assert [int(r["date"][-2:]) for r in get(f"issues/?{query}")["results"]] == days


def test_issue_made_live_by_code_is_updated_on_its_date(digest, get):
    make_issue(digest)
    IssuePage.objects.update(first_published_at=None, last_published_at=None)
    assert get("issues/?updated_since=2026-04-14T00:00:00Z")["results"]
    assert not get("issues/?updated_since=2026-04-15T00:00:00Z")["results"]


@pytest.mark.parametrize("order", ["-date", "date"])
def test_pages_contain_each_issue_once_in_both_directions(digest, get, order):
    days = [1, 1, 2, 3, 3, 3, 4]
    pks = [make_issue(digest, day).pk for day in days]
    if order == "-date":
        pks.reverse()
    page = get(f"issues/?limit=2&order={order}&count=true")
    assert (page["previous"], page["count"]) == (None, 7)
    seen, pages = [], [page]
    while page["next"]:
        page = get(page["next"])
        pages.append(page)
    assert [r["id"] for page in pages for r in page["results"]] == pks
    while page["previous"]:
        page = get(page["previous"])
        seen.append([r["id"] for r in page["results"]])
    assert seen == [[r["id"] for r in page["results"]] for page in reversed(pages[:-1])]


def test_link_header_has_the_next_page(digest, client):
    make_issue(digest, 1)
    make_issue(digest, 2)
    response = client.get("/api/v1/issues/?limit=1")
    assert response["Link"] == f'<{response.json()["next"]}>; rel="next"'


def test_new_issue_does_not_shift_pages(digest, get):
    for day in (1, 2, 3):
        make_issue(digest, day)
    first = get("issues/?limit=1")
    make_issue(digest, 4)
    assert get(first["next"])["results"][0]["date"] == "2026-04-02"


def test_hidden_digest_is_null_in_its_public_issues(digest, get):
    make_issue(digest)
    digest.unpublish()
    assert get("issues/")["results"][0]["digest"] is None
    assert get("issues/latest/")["digest"] is None
    assert get("issues/?digest=daily")["results"] == []


def test_canonical_url_of_an_alias_is_its_original(digest, home_page, get):
    source_page = make_issue(digest)
    alias = source_page.create_alias(parent=make_digest(home_page, "weekly"))
    assert get(f"issues/{alias.pk}/")["url"] == "http://localhost/weekly/2026-04-14/"
    assert get(f"issues/{alias.pk}/")["seo"]["canonical_url"] == source_page.full_url
    source_page.unpublish()
    restrict(source_page)
    get(f"issues/{alias.pk}/", 404)


def test_number_of_queries_of_a_list_is_constant(digest, client, django_assert_num_queries):
    image = make_image()
    make_issue(digest, 1, image=image, tags=("A",))
    client.get("/api/v1/issues/")  # renders images; Wagtail caches the site roots
    with django_assert_num_queries(12 + HAS_SUBMISSIONS):
        client.get("/api/v1/issues/?count=true")
    for day in range(2, 9):
        make_issue(digest, day, image=image, tags=("A", "B"))
    with django_assert_num_queries(12 + HAS_SUBMISSIONS):
        client.get("/api/v1/issues/?count=true")


def test_date_in_year_one_is_in_utc(digest, get, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    make_issue(digest, date(1, 1, 1))
    IssuePage.objects.update(first_published_at=None, last_published_at=None)
    assert get("issues/")["results"][0]["published_at"] == "0001-01-01T00:00:00Z"


def test_rest_framework_formats_of_the_site_have_no_effect(digest, get, settings):
    settings.REST_FRAMEWORK = {"DATE_FORMAT": "%d.%m.%Y", "DATE_INPUT_FORMATS": ["%d.%m.%Y"]}
    make_issue(digest)
    assert get("issues/?date_from=2026-04-14")["results"][0]["date"] == "2026-04-14"
