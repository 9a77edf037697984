"""Feeds of all digests of a site, and the page that lists feeds."""

import json
from datetime import date

import pytest
from lxml import etree
from wagtail.models import Locale, Site

from tests.builders import expire, make_digest, make_image, make_issue, restrict
from tests.html import read

pytestmark = pytest.mark.django_db
FILES = ["rss.xml", "atom.xml", "feed.json"]
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"


def feed(client, path="feed.json"):
    response = client.get(f"/feeds/{path}")
    assert response.status_code == 200
    return json.loads(response.content)


def test_feed_of_a_site_has_the_issues_of_all_digests_newest_first(client, home_page, digest, site):
    Site.objects.filter(pk=site.pk).update(site_name="The Reading Room")
    make_issue(digest, 14, title="One")
    make_issue(make_digest(home_page, "weekly"), 15, title="Two")
    found = feed(client)
    assert [item["title"] for item in found["items"]] == ["Two", "One"]
    assert found["title"] == "The Reading Room"
    assert found["home_page_url"] == "http://localhost/"
    assert found["feed_url"] == "http://localhost/feeds/feed.json"


def test_author_of_an_entry_is_its_byline_or_else_its_digest(client, digest):
    make_issue(digest, 14, byline="Ada")
    make_issue(digest, 15)
    assert [item["authors"] for item in feed(client)["items"]] == [
        [{"name": "Daily"}],
        [{"name": "Ada"}],
    ]
    rss = etree.fromstring(client.get("/feeds/rss.xml").content)
    assert [creator.text for creator in rss.iter(CREATOR)] == ["Daily", "Ada"]


def test_entries_have_the_ids_of_the_feed_of_their_digest(client, digest):
    make_issue(digest)
    of_site, of_digest = feed(client), feed(client, "daily/feed.json")
    assert of_site["items"][0]["id"] == of_digest["items"][0]["id"]
    ids = [
        etree.fromstring(client.get(f"/feeds/{path}").content).findtext("{*}id")
        for path in ("atom.xml", "daily/atom.xml")
    ]
    assert len(set(ids)) == 2


def test_hidden_issues_are_not_in_the_feed_of_a_site(client, home_page, digest):
    make_issue(digest, 14, title="Seen")
    make_issue(digest, 15, publish=False)
    restrict(make_issue(digest, 16))
    expire(make_issue(digest, 17))
    hidden = make_digest(home_page, "hidden")
    make_issue(hidden, 18)
    restrict(hidden)
    assert [item["title"] for item in feed(client)["items"]] == ["Seen"]


def test_feed_of_a_site_is_in_one_language(client, home_page, digest, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    issue = make_issue(digest)
    french = Locale.objects.create(language_code="fr")
    for page in (home_page, digest, issue):
        page.copy_for_translation(french).save_revision().publish()
    assert [item["id"] for item in feed(client)["items"]] != [
        item["id"] for item in feed(client, "feed.json?locale=fr")["items"]
    ]
    assert feed(client, "feed.json?locale=fr")["language"] == "fr"
    assert client.get("/feeds/feed.json?locale=xx").status_code == 404


@pytest.mark.parametrize("name", ["other.xml", "rss.xml/"])
def test_other_files_are_not_found(client, digest, name):
    assert client.get(f"/feeds/{name}").status_code == 404


@pytest.mark.parametrize("name", FILES)
def test_feed_of_a_site_is_cached_like_others(client, digest, name):
    make_issue(digest)
    first = client.get(f"/feeds/{name}")
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=60"
    again = client.get(f"/feeds/{name}?utm_source=mail", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_page_lists_the_feeds_of_the_site_and_of_public_digests(client, home_page, digest):
    restrict(make_digest(home_page, "hidden"))
    page = read(client, "/feeds/")
    listed = [link["href"] for link in page.select("main ul ul a")]
    assert listed == [*(f"/feeds/{name}" for name in FILES), *(f"/feeds/daily/{n}" for n in FILES)]
    assert [link["href"] for link in page.select("head link[type^=application]")] == listed
    assert page.select_one("link[rel=canonical]")["href"] == "http://localhost/feeds/"


def test_feeds_of_a_digest_show_its_image(client, home_page):
    digest = make_digest(home_page, image=make_image())
    make_issue(digest, date(2026, 4, 14))
    icon = feed(client, "daily/feed.json")["icon"]
    assert icon.startswith("http://localhost/media/")
    channel = etree.fromstring(client.get("/feeds/daily/rss.xml").content).find("channel")
    assert channel.findtext("image/url") == icon
    assert channel.findtext("image/title") == channel.findtext("title")
    assert channel.findtext("image/link") == channel.findtext("link")
    assert channel.findtext("ttl") == "60"
    atom = etree.fromstring(client.get("/feeds/daily/atom.xml").content)
    assert atom.findtext("{*}logo") == icon


def test_feeds_of_a_digest_with_a_private_image_or_none_have_no_icon(client, digest):
    assert "icon" not in feed(client, "daily/feed.json")
    assert etree.fromstring(client.get("/feeds/daily/rss.xml").content).find("*/image") is None
