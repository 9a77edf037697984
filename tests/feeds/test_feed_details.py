"""Feeds of tags, and feeds of unusual content."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from digest.models import DigestPage, IssuePage
from tests.builders import body, expire, make_digest, make_image, make_issue, restrict, story
from tests.html import read

pytestmark = pytest.mark.django_db
FILES = ["rss.xml", "atom.xml", "feed.json"]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def get(client):
    """Fetch and parse a feed below /feeds/."""

    def get(path):
        response = client.get(f"/feeds/{path}")
        assert response.status_code == 200
        is_json = path.partition("?")[0].endswith("json")
        return json.loads(response.content) if is_json else etree.fromstring(response.content)

    return get


def titles(feed):
    return [item["title"] for item in feed["items"]]


def test_feed_of_a_tag_has_the_issues_of_the_digest_with_that_tag(get, home_page, digest):
    make_issue(digest, 14, title="One", tags=("Open data", "AI"))
    make_issue(digest, 15, title="Two", tags=("AI",))
    make_issue(make_digest(home_page, "other"), 16, tags=("Open data",))
    feed = get("daily/tags/open-data/feed.json")
    assert titles(feed) == ["One"]
    assert feed["title"] == "Daily: Open data"
    assert feed["feed_url"] == "http://localhost/feeds/daily/tags/open-data/feed.json"
    rss = get("daily/tags/open-data/rss.xml")
    assert rss.find(f"channel/{ATOM}link").get("href").endswith("/daily/tags/open-data/rss.xml")
    assert get("daily/tags/open-data/atom.xml").find(f"{ATOM}entry/{ATOM}title").text == "One"


def test_entries_have_the_same_id_in_all_feeds_and_each_feed_its_own(get, digest):
    make_issue(digest, tags=("AI",))
    whole, of_tag = get("daily/atom.xml"), get("daily/tags/ai/atom.xml")
    assert whole.find(f"{ATOM}entry/{ATOM}id").text == of_tag.find(f"{ATOM}entry/{ATOM}id").text
    assert whole.find(f"{ATOM}id").text != of_tag.find(f"{ATOM}id").text


@pytest.mark.parametrize("name", FILES)
def test_tags_without_public_issues_in_the_digest_have_no_feed(client, home_page, digest, name):
    make_issue(make_digest(home_page, "other"), tags=("AI",))
    make_issue(digest, 14, tags=("Draft",), publish=False)
    restrict(make_issue(digest, 15, tags=("Private",)))
    expire(make_issue(digest, 16, tags=("Expired",)))
    for slug in ("ai", "draft", "private", "expired", "never"):
        assert client.get(f"/feeds/daily/tags/{slug}/{name}").status_code == 404
    assert client.get("/feeds/other/tags/ai/other.xml").status_code == 404


def test_tag_page_links_to_its_feeds(client, digest):
    make_issue(digest, tags=("AI",))
    links = read(client, "/tags/ai/").select("link[rel=alternate]")
    assert [link["href"] for link in links] == [f"/feeds/daily/tags/ai/{name}" for name in FILES]
    assert links[0]["title"] == "Daily: AI (RSS)"


@pytest.mark.parametrize("name", FILES)
def test_tracking_parameters_are_ignored(client, digest, name):
    make_issue(digest)
    plain = client.get(f"/feeds/daily/{name}")
    counted = client.get(f"/feeds/daily/{name}?utm_source=mail&utm_source=x&locale=fr")
    assert counted.content == plain.content


def test_page_urls_are_of_the_frontend_and_feed_urls_of_the_site(get, digest, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://read.example"}
    make_issue(digest, image=make_image())
    feed = get("daily/feed.json")
    assert feed["home_page_url"] == "https://read.example/daily/"
    assert feed["items"][0]["url"] == "https://read.example/daily/2026-04-14/"
    assert feed["feed_url"] == "http://localhost/feeds/daily/feed.json"
    assert feed["items"][0]["image"].startswith("http://localhost/media/")
    assert get("daily/rss.xml").find("channel/link").text == "https://read.example/daily/"


@pytest.mark.parametrize("name", FILES)
def test_any_origin_may_read_a_feed(client, digest, name):
    response = client.get(f"/feeds/daily/{name}", headers={"origin": "https://reader.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("name", FILES)
def test_feed_without_issues_has_the_date_of_its_digest(client, digest, name):
    published_at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    DigestPage.objects.update(last_published_at=published_at)
    text = client.get(f"/feeds/daily/{name}").content.decode()
    assert name == "feed.json" or "2026-01-02T03:04:00+00:00" in text or "02 Jan 2026" in text
    DigestPage.objects.update(last_published_at=None, first_published_at=None)
    assert client.get(f"/feeds/daily/{name}").content == client.get(f"/feeds/daily/{name}").content


def test_feed_date_is_that_of_issues_and_not_of_drafts(get, digest):
    issue = make_issue(digest)
    published_at = datetime(2026, 4, 14, 6, tzinfo=UTC)
    IssuePage.objects.update(first_published_at=published_at, last_published_at=published_at)
    IssuePage.objects.get(pk=issue.pk).save_revision()
    assert get("daily/rss.xml").find("channel/lastBuildDate").text.startswith("Tue, 14 Apr 2026")
    assert get("daily/atom.xml").find(f"{ATOM}updated").text == "2026-04-14T06:00:00+00:00"


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_first_and_last_supported_dates(get, client, digest, settings, zone, day):
    settings.TIME_ZONE = zone
    make_issue(digest, day)
    make_issue(digest, 14)
    IssuePage.objects.update(first_published_at=None, last_published_at=None)
    for name in FILES:
        assert get(f"daily/{name}") is not None
    assert f"{day.year:04}-" in client.get("/feeds/daily/feed.json").content.decode()
    assert client.get("/sitemap.xml").status_code == client.get("/llms.txt").status_code == 200


@pytest.mark.parametrize("name", FILES)
def test_hostile_content_is_well_formed(get, digest, name):
    evil = "a\x01\x0b\x1f\x7f\ufffe\uffff]]></content><script>&amp;\u2028b"
    text = body(story(evil, body=f"<p>{evil}<![CDATA[x]]></p>"), summary=evil + "x" * 1_000_000)
    make_issue(digest, title=evil, body=text, tags=(evil,), image=make_image(evil))
    digest.title = digest.tagline = evil
    digest.save_revision().publish()
    assert get(f"daily/{name}") is not None


@pytest.mark.parametrize("stored", ["null", '"text"', "{}", "[]", '[{"type": "gone", "value": 1}]'])
def test_issue_without_a_body_has_an_entry(get, digest, stored):
    issue = make_issue(digest, title="Title")
    with connection.cursor() as cursor:
        sql = "UPDATE digest_issuepage SET body = %s WHERE page_ptr_id = %s"
        cursor.execute(sql, [stored, issue.pk])
    [item] = get("daily/feed.json")["items"]
    assert (item["title"], item["content_html"]) == ("Title", "")
    assert get("daily/rss.xml").find("channel/item/title").text == "Title"


def test_missing_images_are_left_out(get, digest):
    lost, deleted = make_image("Lost"), make_image("Deleted")
    chosen = {"image": deleted.pk, "decorative": False, "alt_text": "Of a story"}
    make_issue(digest, image=lost, body=body(story(image=chosen)))
    lost.file.storage.delete(lost.file.name)
    deleted.delete()
    [item] = get("daily/feed.json")["items"]
    assert "image" not in item
    assert "<img" not in item["content_html"]


def test_queries_of_a_tags_feed_do_not_grow_with_its_issues(client, digest):
    def count_queries(days):
        for day in days:
            make_issue(digest, day, image=make_image(), tags=("AI", f"Tag {day}"))
        client.get("/feeds/daily/tags/ai/rss.xml")
        with CaptureQueriesContext(connection) as queries:
            client.get("/feeds/daily/tags/ai/rss.xml")
        return len(queries)

    assert count_queries(range(1, 3)) == count_queries(range(3, 7))
