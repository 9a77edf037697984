"""The HTML pages of a digest and of an issue."""

import json
from datetime import date
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from wagtail.models import Collection, CollectionViewRestriction, Page

from digest.models import IssuePage
from digest.pages.stable_ids import stable_id
from digest.templatetags.digest_tags import public_richtext
from tests.builders import (
    GISCUS,
    block,
    body,
    make_digest,
    make_full_issue,
    make_image,
    make_issue,
    restrict,
    source,
    story,
)
from tests.html import read, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def digest(home_page):
    return make_digest(home_page, title="The Daily", tagline="One letter a day.")


@pytest.fixture
def issue(digest):
    return make_full_issue(digest)


# The archive


def test_archive_lists_issues_newest_first(client, digest):
    for day in (13, 15, 14):
        make_issue(digest, day, title=f"Day {day}")
    assert texts(read(client, digest.url), "h3") == ["Day 15", "Day 14", "Day 13"]


def test_archive_shows_date_number_summary_and_tags(client, digest):
    make_issue(digest, 14, tags=("Power",), body=body(summary="All in brief."))
    (item,) = texts(read(client, digest.url), "article")
    for part in ("Tuesday, 14 April 2026", "No. 1", "1 min read", "All in brief.", "Power"):
        assert part in item


def test_archive_omits_drafts(client, digest):
    make_issue(digest, 14, publish=False, title="Not yet")
    assert "Not yet" not in read(client, digest.url).get_text()


def test_archive_is_paginated(client, digest, settings):
    settings.DIGEST_ISSUES_PER_PAGE = 2
    for day in (1, 2, 3):
        make_issue(digest, day, title=f"Day {day}")
    first = read(client, digest.url)
    assert texts(first, "[aria-current=page]") == ["Page 1 of 2"]
    second = read(client, digest.url + first.select_one("[rel=next]")["href"])
    assert texts(second, "h3") == ["Day 1"]
    assert second.select_one("[rel=canonical]")["href"].endswith("?page=2")


def test_archive_links_to_its_feeds(client, digest):
    found = read(client, digest.url).select("head link[rel=alternate]")
    types = ["application/rss+xml", "application/atom+xml", "application/feed+json"]
    assert [link["type"] for link in found] == types


def test_empty_archive_says_so(client, digest):
    assert "There is no issue yet." in read(client, digest.url).get_text()


# One issue


def test_issue_links_to_its_digest(client, issue, digest):
    link = read(client, issue.url).select_one(".digest-back a")
    assert link["href"] == digest.url
    assert " ".join(link.get_text().split()) == "← All issues of The Daily"


def test_issue_opens_with_date_number_and_reading_time(client, issue):
    (head,) = texts(read(client, issue.url), "article > header")
    for part in ("Tuesday, 14 April 2026", "No. 2", "1 min read", "Three grids", "All in brief."):
        assert part in head
    assert read(client, issue.url).select_one("time")["datetime"] == "2026-04-14"


def test_issue_links_to_its_tags(client, issue):
    links = read(client, issue.url).select(".digest-tags a")
    assert {link.get_text(): link["href"] for link in links} == {
        "Power": "/tags/power/",
        "Open data": "/tags/open-data/",
    }


def test_issue_shows_all_its_blocks_in_order(client, issue):
    assert texts(read(client, issue.url), "h1, article h2, article h3") == [
        "Three grids",
        "In this issue",
        "Grids agree",
        "Why it matters",
        "Sources",
        "Grids agree",
        "The bottom line",
        "Sources",
    ]


def test_headline_block_replaces_the_page_title(client, digest):
    opening = block("headline", headline="From the body", summary="All in brief.")
    issue = make_issue(digest, body=json.dumps([opening, story()]))
    assert texts(read(client, issue.url), "h1") == ["From the body"]


def test_contents_link_to_the_stories(client, issue):
    page = read(client, issue.url)
    targets = [link["href"] for link in page.select(".digest-contents a")]
    assert targets == ["#grids-agree", "#grids-agree-2"]
    assert [f"#{section['id']}" for section in page.select(".digest-story")] == targets


def stories(number):
    return body(*(story(f"Story {position}") for position in range(1, number + 1)))


def test_contents_come_before_the_image(client, issue):
    contents = read(client, issue.url).select_one(".digest-contents")
    assert contents.find_next("img")
    assert not contents.find_previous("img")


def test_contents_fold_after_seven_stories(client, digest):
    page = read(client, make_issue(digest, body=stories(30)).url)
    assert len(page.select(".digest-contents > div > ol > li")) == 7
    [folded] = page.select(".digest-contents details")
    assert texts(folded, "summary") == ["23 more stories"]
    assert (folded.ol["start"], texts(folded, "li")[0]) == ("8", "Story 8")


def test_contents_do_not_fold_a_single_story(client, digest):
    page = read(client, make_issue(digest, body=stories(8)).url)
    assert len(page.select(".digest-contents > div > ol > li")) == 8
    assert not page.select("details")


def test_each_story_has_a_named_link_to_itself(client, digest):
    page = read(client, make_issue(digest, body=body(story("Grids agree"))).url)
    [link] = page.select(".digest-story-link")
    assert link["href"] == f"#{page.select_one('.digest-story')['id']}"
    assert link["aria-label"] == "Link to this story: Grids agree"


def test_sources_show_their_details_and_the_publication_first(client, digest):
    details = {"author": "A. Writer", "published_on": "2026-04-02"}
    items = [
        source(title="A report", url="https://example.com/report", publisher="Wire", **details),
        source(title="Minutes", publisher="Port Authority"),
        source(title="A letter"),
    ]
    page = read(client, make_issue(digest, body=body(story(sources=items))).url)
    assert page.select_one(".digest-story-sources a")["href"] == "https://example.com/report"
    assert texts(page, ".digest-story-sources li") == [
        "Wire: A report, A. Writer, 2 April 2026",
        "Port Authority: Minutes",
        "A letter",
    ]


def test_texts_of_editors_have_their_own_direction(client, digest):
    items = {"sources": [source(title="تقرير", publisher="وكالة")], "body": "<ul><li>نص</li></ul>"}
    blocks = story("عنوان", **items), story("Second")
    issue = make_issue(digest, tags=("طاقة",), body=body(*blocks))
    page = read(client, issue.url)
    for selector in ("h1", ".digest-summary", ".digest-contents a", ".digest-story h2"):
        assert {found["dir"] for found in page.select(selector)} == {"auto"}
    for selector in (".digest-prose ul", ".digest-story-sources li", ".digest-tags a"):
        assert page.select_one(selector)["dir"] == "auto"
    for selector in ("article h3", ".digest-item-summary", ".digest-tags a"):
        assert read(client, digest.url).select_one(selector)["dir"] == "auto"


def test_direction_is_not_written_into_attributes():
    attributes = '<img alt="<ul>"><a href="/?q=<ol>">x</a>'
    text = SimpleNamespace(public_html=f"{attributes}<blockquote>y</blockquote>")
    assert public_richtext(text) == f'{attributes}<blockquote dir="auto">y</blockquote>'


def test_empty_why_it_matters_has_no_heading(client, digest):
    emptied = story(why_it_matters='<p data-block-key="a"></p>')
    issue = make_issue(digest, body=body(emptied))
    assert "Why it matters" not in read(client, issue.url).get_text()


def test_issue_links_to_its_neighbours(client, issue):
    page = read(client, issue.url)
    assert "The day before" in page.select_one("[rel=prev]").get_text()
    assert "The day after" in page.select_one("[rel=next]").get_text()


def test_newest_issue_says_that_the_reader_is_up_to_date(client, issue):
    newest = issue.get_next_sibling()
    assert texts(read(client, newest.url), ".digest-up-to-date") == ["You are up to date."]
    assert not texts(read(client, issue.url), ".digest-up-to-date")


def test_issue_ends_with_more_on_its_tags(client, issue, home_page):
    other = make_digest(home_page, "weekly")
    make_issue(other, 2, title="Power abroad", tags=("Power",))
    make_issue(other, 3, title="Elsewhere", tags=("Heat",))
    [more] = read(client, issue.url).select(".digest-more")
    assert texts(more, ".digest-neighbour") == ["Power abroad"]
    assert "Weekly Thursday, 2 April 2026" in more.get_text(" ", strip=True)


def test_issue_without_tags_has_no_more(client, digest):
    assert not read(client, make_issue(digest).url).select(".digest-more")


def test_link_to_a_private_page_becomes_text(client, digest, home_page):
    hidden = home_page.add_child(instance=Page(title="Hidden", slug="hidden"))
    restrict(hidden)
    text = f'<p>See <a linktype="page" id="{hidden.pk}">the plan</a>.</p>'
    page = read(client, make_issue(digest, body=body(story(body=text))).url)
    assert "See the plan." in texts(page, ".digest-prose p")
    assert hidden.url not in str(page)


def test_image_of_a_private_collection_is_not_shown(client, digest):
    private = Collection.get_first_root_node().add_child(name="Private")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    issue = make_issue(digest, image=make_image("Secret", private))
    assert not read(client, issue.url).select("img")
    assert not read(client, digest.url).select("img")


def test_image_of_a_story_has_its_own_alt_text(client, digest):
    image = {"image": make_image().pk, "decorative": False, "alt_text": "A control room"}
    page = read(client, make_issue(digest, body=body(story(image=image))).url)
    assert [img["alt"] for img in page.select("img")] == ["A control room"]


# What others read of it: search engines, link previews, feed readers


def test_head_has_metadata_for_link_previews(client, issue):
    head = read(client, issue.url).head
    content = {
        meta.get("property") or meta.get("name"): meta["content"]
        for meta in head.select("meta[content]")
    }
    assert content["og:title"] == "Three grids"
    assert content["og:description"] == content["description"] == "All in brief."
    assert content["twitter:card"] == "summary_large_image"
    assert content["og:image"].startswith("http://localhost/")
    assert head.select_one("[rel=canonical]")["href"] == issue.full_url


def test_json_ld_cannot_close_its_script_element(client, digest):
    title = "</script><b>& more"
    page = read(client, make_issue(digest, title=title).url)
    data = json.loads(page.select_one("script[type='application/ld+json']").string)
    assert (data["@type"], data["headline"]) == ("NewsArticle", title)


def test_canonical_url_of_an_alias_of_an_alias_is_the_source(client, issue, home_page):
    first = issue.create_alias(parent=make_digest(home_page, "first")).specific
    second = first.create_alias(parent=make_digest(home_page, "second")).specific
    head = read(client, second.url).head
    assert head.select_one("[rel=canonical]")["href"] == issue.full_url


def test_link_preview_image_is_the_largest_rendition(client, issue, settings):
    settings.DIGEST_IMAGE_WIDTHS = [1600, 400]
    head = read(client, issue.url).head
    assert "width-1600" in head.select_one("[property='og:image']")["content"]


def test_earliest_date_is_rendered_in_every_time_zone(client, digest, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    issue = make_issue(digest, date.min)
    IssuePage.objects.update(first_published_at=None, last_published_at=None)
    read(client, issue.url)


# Discussion


def test_discussion_waits_for_consent(client, home_page):
    issue = make_issue(make_digest(home_page, "daily", **GISCUS), 14)
    page = read(client, issue.url)
    place = page.select_one("[data-giscus]")
    assert (place["data-repo"], place["data-lang"]) == ("acme/comments", "en")
    assert place["data-term"] == stable_id(issue)
    assert [urlsplit(script["src"]).netloc for script in page.select("script[src]")] == [""]


def test_no_discussion_without_configuration(client, issue):
    page = read(client, issue.url)
    assert not page.select("[data-giscus], script[src]")
