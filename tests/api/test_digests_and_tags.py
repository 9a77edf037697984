import pytest

from tests.builders import make_digest, make_image, make_issue, restrict
from tests.optional_apps import HAS_NEWSLETTER

pytestmark = pytest.mark.django_db


def test_map_links_to_endpoints(digest, client, get, settings):
    make_issue(digest)
    links = get("")["links"]
    assert len(links.keys() - {"changes", "search"}) == 10
    statuses = {name: client.get(url).status_code for name, url in links.items()}
    # These require a parameter.
    assert {statuses.pop("pages"), statuses.pop("search", 400)} == {400}
    assert set(statuses.values()) == {200}
    settings.DIGEST_API_DOCS_ENABLED = False
    assert "docs" not in get("")["links"]


def test_digest_is_complete(digest, get):
    digest.image = make_image()
    digest.save()
    make_issue(digest, 14)
    latest = make_issue(digest, 15)
    make_issue(digest, 16, publish=False)
    data = get("digests/daily/")
    assert (data["title"], data["tagline"]) == ("Daily", "All of it")
    assert data["latest_issue"]["id"] == latest.pk
    assert data["feeds"][0]["url"] == "http://localhost/feeds/daily/rss.xml"
    assert data["image"]["renditions"]
    assert data["discussion"] is None


def test_digests_are_listed_by_title(digest, home_page, get):
    make_digest(home_page, "another")
    restrict(make_digest(home_page, "closed"))
    assert [d["slug"] for d in get("digests/")["results"]] == ["another", "daily"]
    get("digests/closed/", 404)


def test_number_of_queries_is_constant(digest, home_page, client, django_assert_num_queries):
    make_issue(digest)
    client.get("/api/v1/digests/")  # Wagtail caches the site roots
    with django_assert_num_queries(6 + HAS_NEWSLETTER):
        client.get("/api/v1/digests/")
    for slug in ("a", "b", "c"):
        make_issue(make_digest(home_page, slug))
    with django_assert_num_queries(6 + HAS_NEWSLETTER):
        client.get("/api/v1/digests/")


def test_tags_count_only_public_issues(digest, get):
    make_issue(digest, 1, tags=("AI", "Chips"))
    make_issue(digest, 2, tags=("AI",))
    make_issue(digest, 3, tags=("AI", "Secret"), publish=False)
    assert [(t["slug"], t["issue_count"]) for t in get("tags/")["results"]] == [
        ("ai", 2),
        ("chips", 1),
    ]
    assert get("tags/ai/")["url"] == "http://localhost/tags/ai/"
    get("tags/secret/", 404)


def test_unicode_slug_is_found(home_page, get):
    make_digest(home_page, "日刊")
    assert get("digests/日刊/")["slug"] == "日刊"


def test_tag_without_slug_is_left_out(digest, get):
    issue = make_issue(digest, tags=("🤖", "AI"))
    assert [tag["slug"] for tag in get("tags/")["results"]] == ["ai"]
    assert [tag["slug"] for tag in get(f"issues/{issue.pk}/")["tags"]] == ["ai"]


def test_cursor_with_a_long_title_is_accepted(home_page, get):
    for slug in ("a", "b"):
        make_digest(home_page, slug, title="電力網の予報" * 20 + slug)
    assert get(get("digests/?limit=1")["next"])["results"][0]["slug"] == "b"
