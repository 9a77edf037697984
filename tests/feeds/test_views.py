"""Feeds: complete, well-formed and with stable ids."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from digest.models import IssuePage
from tests.builders import block, body, make_image, make_issue, restrict, source, story

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


@pytest.fixture
def read(client):
    def read(name):
        response = client.get(f"/feeds/daily/{name}")
        assert response.status_code == 200
        text = response.content.decode()
        return json.loads(text) if name.endswith("json") else ET.fromstring(text)  # noqa: S314

    return read


def test_feeds_have_the_full_content(digest, read):
    text = body(story("One & only", sources=[source(title="S", url="https://example.com/")]))
    make_issue(digest, body=text, title="Title", tags=("AI",))
    rss = read("rss.xml").find("channel/item")
    atom = read("atom.xml").find(f"{ATOM}entry")
    [item] = read("feed.json")["items"]
    for html in (rss.find(CONTENT).text, atom.find(f"{ATOM}content").text, item["content_html"]):
        assert "<h2>One &amp; only</h2>" in html
        assert "<p>It counts.</p>" in html
        sources = html.split("<p>It counts.</p>")[1]
        assert sources.index("<strong>Sources</strong>") < sources.index(">S</a>")
        assert '<a href="https://example.com/">S</a>' in html
    assert rss.find("title").text == item["title"] == "Title"
    assert rss.find("link").text == item["url"] == "http://localhost/daily/2026-04-14/"
    assert item["tags"] == ["AI"]


def test_summary_is_text_and_not_markup(digest, read):
    make_issue(digest, body=body(summary="If a <b> c & d"))
    assert read("rss.xml").find("channel/item/description").text == "If a &lt;b&gt; c &amp; d"
    assert read("feed.json")["items"][0]["summary"] == "If a <b> c & d"


def test_atom_has_the_required_author(digest, read):
    assert read("atom.xml").find(f"{ATOM}author/{ATOM}name").text == "Daily"


def authors_of_entries(read):
    """Return the name of the author of the only entry in each feed; None if it has none."""
    [item] = read("feed.json")["items"]
    return [
        read("rss.xml").find(f"channel/item/{CREATOR}").text,
        read("atom.xml").findtext(f"{ATOM}entry/{ATOM}author/{ATOM}name"),
        item.get("authors"),
    ]


def test_author_of_an_entry_is_the_digest(digest, read):
    make_issue(digest)
    # An entry without an author has that of its feed, but for RSS.
    assert authors_of_entries(read) == ["Daily", None, None]
    assert read("feed.json")["authors"] == [{"name": "Daily"}]


def test_author_of_an_entry_with_a_byline_is_its_byline(digest, read):
    make_issue(digest, byline="Ada & Grace")
    assert authors_of_entries(read) == ["Ada & Grace", "Ada & Grace", [{"name": "Ada & Grace"}]]


def test_content_begins_with_the_correction_note(digest, read):
    make_issue(digest, correction="It is <Porto>.", image=make_image())
    IssuePage.objects.update(corrected_at=datetime(2026, 4, 15, 9, tzinfo=UTC))
    [item] = read("feed.json")["items"]
    label, text = re.split(r"(?<=</p>)", item["content_html"])[:2]
    assert BeautifulSoup(label, "html.parser").get_text().strip() == "Correction, 15 April 2026"
    assert text.strip() == "<p>It is &lt;Porto&gt;.</p>"


def test_feeds_are_newest_first_and_limited_by_the_setting(digest, read, settings):
    settings.DIGEST_FEED_LENGTH = 2
    for day in (15, 14, 16):
        make_issue(digest, day)
    assert [i["url"][-3:-1] for i in read("feed.json")["items"]] == ["16", "15"]


def test_hidden_issues_are_not_in_feeds(digest, read):
    make_issue(digest, 14)
    make_issue(digest, 15, publish=False)
    restrict(make_issue(digest, 16))
    assert len(read("feed.json")["items"]) == 1


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json"])
def test_feed_of_a_hidden_digest_is_404(digest, client, name):
    restrict(digest)
    assert client.get(f"/feeds/daily/{name}").status_code == 404
    assert client.get("/feeds/daily/other.xml").status_code == 404


def test_404_of_a_feed_is_the_same_for_editors(digest, client, admin_client):
    responses = [each.get("/feeds/none/rss.xml") for each in (client, admin_client)]
    assert [(each.status_code, each.content) for each in responses] == [(404, b"Not found\n")] * 2
    for response in responses:
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert "Cookie" not in response.get("Vary", "")
        assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"


def test_id_stays_when_the_url_changes(digest, read):
    issue = make_issue(digest)
    [before] = read("feed.json")["items"]
    issue = IssuePage.objects.get(pk=issue.pk)
    issue.slug = "elsewhere"
    issue.save_revision().publish()
    [after] = read("feed.json")["items"]
    assert before["id"] == after["id"]
    assert before["url"] != after["url"]
    assert read("rss.xml").find("channel/item/guid").text == after["id"]


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_feed_of_invalid_characters_is_well_formed(digest, read, name):
    evil = "a\x0b\x1f\ufffe\uffff]]></content>\u2028b"
    make_issue(digest, title=evil, body=body(story(evil, body=f"<p>{evil}</p>"), summary=evil))
    assert "a]]></content>\u2028b" in "".join(read(name).itertext())


def test_dates_are_those_of_publication(digest, read):
    issue = make_issue(digest)
    published_at = datetime(2026, 4, 14, 6, tzinfo=UTC)
    IssuePage.objects.filter(pk=issue.pk).update(
        first_published_at=published_at, last_published_at=None
    )
    [item] = read("feed.json")["items"]
    assert item["date_published"] == item["date_modified"] == "2026-04-14T06:00:00+00:00"


def test_images_are_absolute(digest, read):
    make_issue(digest, image=make_image())
    [item] = read("feed.json")["items"]
    assert item["image"].startswith("http://localhost/media/")
    assert item["image"] in item["content_html"]


def test_unchanged_feed_is_304(digest, client):
    make_issue(digest)
    first = client.get("/feeds/daily/rss.xml")
    again = client.get("/feeds/daily/rss.xml", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_head_of_a_feed_has_its_etag(digest, client):
    first = client.get("/feeds/daily/rss.xml")
    head = client.head("/feeds/daily/rss.xml")
    assert head["ETag"] == first["ETag"]
    again = client.head("/feeds/daily/rss.xml", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert "max-age=60" in again["Cache-Control"]


def test_feed_of_an_unknown_host_is_404(digest, client):
    Site.objects.update(is_default_site=False, hostname="only.example")
    assert client.get("/feeds/daily/rss.xml").status_code == 404


def test_broken_block_is_left_out_and_the_issues_stay(digest, read, caplog):
    make_issue(digest, 14, title="Whole")
    broken = make_issue(digest, 15, title="Broken")
    stored = json.dumps([block("story_section") | {"value": 5}])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE digest_issuepage SET body = %s WHERE page_ptr_id = %s", [stored, broken.pk]
        )
    assert [item["title"] for item in read("feed.json")["items"]] == ["Broken", "Whole"]
    assert "broken are left out: 1" in caplog.text


def test_issue_whose_url_fails_does_not_break_the_feed(digest, read, monkeypatch, caplog):
    broken, _whole = make_issue(digest, 14, title="Broken"), make_issue(digest, 15, title="Whole")
    get_url_parts = IssuePage.get_url_parts

    def fail(page, *args):
        if page.pk == broken.pk:
            raise ValueError("broken")
        return get_url_parts(page, *args)

    monkeypatch.setattr(IssuePage, "get_url_parts", fail)
    assert read("feed.json")["items"][0]["title"] == "Whole"
    assert f"The URL of issue {broken.pk} cannot be built" in caplog.text


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json"])
def test_the_first_supported_date_in_a_time_zone(digest, read, settings, name):
    settings.TIME_ZONE = "Asia/Tokyo"
    issue = make_issue(digest, date(1, 1, 1))
    IssuePage.objects.filter(pk=issue.pk).update(first_published_at=None, last_published_at=None)
    assert read(name) is not None


def test_tag_without_a_slug_is_in_the_feed(digest, read):
    make_issue(digest, tags=("🚀",))
    assert read("feed.json")["items"][0]["tags"] == ["🚀"]


def test_queries_do_not_grow_with_the_issues(digest, client):
    def count_queries(days):
        for day in days:
            chosen = {"image": make_image().pk, "decorative": False, "alt_text": "x"}
            text = f'<a linktype="page" id="{digest.pk}">x</a>'
            make_issue(digest, day, image=make_image(), body=body(story(image=chosen, body=text)))
        client.get("/feeds/daily/rss.xml")  # makes the renditions
        with CaptureQueriesContext(connection) as queries:
            client.get("/feeds/daily/rss.xml")
        return len(queries)

    assert count_queries(range(1, 3)) == count_queries(range(3, 7))
