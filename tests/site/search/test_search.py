"""The results on the readers' search page."""

import pytest

from digest.contrib.search.models import Searched
from digest.models import IssuePage
from tests.builders import body, make_digest, make_issue, restrict, story
from tests.html import texts
from tests.site.search.reading import follow, search, text_of, titles

pytestmark = pytest.mark.django_db


def cable(heading="A cable", **fields):
    return body(story("Another", body="<p>It rains.</p>"), story(heading, body=CABLE), **fields)


CABLE = "<p>A harbour has a <b>cable</b> &amp; a crane.</p>"


def test_story_links_to_its_anchor_in_the_issue(client, digest):
    issue = make_issue(digest, body=cable())
    page = search(client, "harbour cable")
    assert titles(page) == ["A cable"]
    assert page.select_one("h3 a")["href"] == f"{issue.url}#a-cable"
    assert texts(page, "article .digest-meta span")[-1] == "Story"


def test_issue_is_found_by_its_title(client, digest):
    issue = make_issue(digest, title="Harbours")
    page = search(client, "harbours")
    assert (titles(page), page.select_one("h3 a")["href"]) == (["Harbours"], issue.url)
    assert texts(page, "article .digest-meta span")[-1] == "Issue"


def test_words_are_highlighted_in_title_and_excerpt(client, digest):
    make_issue(digest, body=cable("The <cable>"))
    page = search(client, "cable harbour")
    assert texts(page, "h3 mark") == ["cable"]
    assert texts(page, "h3") == ["The <cable>"]
    assert texts(page, "article p mark") == ["harbour", "cable"]


def test_result_has_its_date_digest_and_tags(client, digest):
    make_issue(digest, 14, body=cable(), tags=("Power",))
    article = search(client, "cable").article
    assert article.time["datetime"] == "2026-04-14"
    assert texts(article, ".digest-label") == ["Daily"]
    assert article.select_one(".digest-tags a")["href"] == "/tags/power/"


def test_result_of_a_hidden_digest_does_not_name_it(client, digest):
    issue = make_issue(digest, body=cable())
    digest.unpublish()
    page = search(client, "cable")
    assert page.select_one("h3 a")["href"].startswith(issue.url)
    assert "Daily" not in text_of(page)


def test_heading_has_the_number_of_results(client, digest):
    make_issue(digest, 13, body=cable())
    assert "1 result for “cable”" in text_of(search(client, "cable"))
    make_issue(digest, 14, body=cable())
    assert "2 results for “cable”" in text_of(search(client, "cable"))


def test_heading_says_that_there_are_more_than_counted(client, digest, monkeypatch):
    monkeypatch.setattr("digest.contrib.search.results.MAX_COUNTED", 1)
    for day in (13, 14):
        make_issue(digest, day, body=cable())
    assert "More than 1 results" in text_of(search(client, "cable"))


def test_results_can_be_ordered_newest_first(client, digest):
    make_issue(digest, 1, title="Cable cable")
    make_issue(digest, 2, title="Other", body=cable("New", summary="Nothing."))
    by_relevance = search(client, "cable")
    newest = follow(client, by_relevance.select_one(".digest-order a:not([aria-current])"))
    assert titles(by_relevance) == ["Cable cable", "New"]
    assert titles(newest) == ["New", "Cable cable"]
    assert texts(newest, ".digest-order [aria-current]") == ["Newest first"]


def test_pagination_keeps_the_parameters(client, digest, settings):
    settings.DIGEST_ISSUES_PER_PAGE = 1
    for day in (1, 2, 3):
        make_issue(digest, day, title=f"Zebra {day}", tags=("Power",))
    first = search(client, "zebra", order="newest")
    second = follow(client, first.select_one("[rel=next]"))
    assert (titles(first), titles(second)) == (["Zebra 3"], ["Zebra 2"])
    assert titles(follow(client, second.select_one("[rel=prev]"))) == ["Zebra 3"]
    assert "Page 2 of 3" in text_of(second)
    assert second.title.get_text().startswith("zebra, page 2")


@pytest.mark.parametrize(("number", "nearest"), [("0", 3), ("x", 1), ("9" * 30, 3), ("\0", 1)])
def test_invalid_page_number_is_the_nearest_page(client, digest, settings, number, nearest):
    settings.DIGEST_ISSUES_PER_PAGE = 1
    for day in (1, 2, 3):
        make_issue(digest, day, title="Zebra")
    assert f"Page {nearest} of 3" in text_of(search(client, "zebra", page=number))


def test_number_of_listed_results_is_limited(client, digest, monkeypatch):
    monkeypatch.setattr("search.views.MAX_RANKED", 1)
    for day in (1, 2):
        make_issue(digest, day, title="Zebra")
    assert "These are 1 of the results" in text_of(search(client, "zebra", order="newest"))


def test_hidden_words_look_like_unknown_words(client, digest):
    closed = make_digest(digest.get_parent(), "closed")
    restrict(closed)
    make_issue(digest, 12, title="Public", tags=("Power",))
    make_issue(digest, 13, title="Xylograph", tags=("Unseen",), publish=False)
    make_issue(closed, 14, title="Xylograph", tags=("Unseen",))
    hidden = client.get("/search/?q=xylograph&tag=unseen").content
    nowhere = client.get("/search/?q=qqqqqqqqq&tag=nowhere").content
    assert hidden.replace(b"xylograph", b"-") == nowhere.replace(b"qqqqqqqqq", b"-")


def test_stale_entry_is_not_shown(client, digest):
    make_issue(digest, title="Xylograph")
    IssuePage.objects.update(live=False)  # Sends no signal, so the entry stays.
    page = search(client, "xylograph")
    assert "No results" in text_of(page)


def test_database_queries_do_not_grow_with_results(client, digest, django_assert_max_num_queries):
    weekly = make_digest(digest.get_parent(), "weekly")
    for day in range(1, 9):
        make_issue(weekly if day % 2 else digest, day, body=cable(), tags=(f"Tag {day}", "Power"))
    with django_assert_max_num_queries(26):
        page = search(client, "cable", tag="power", year=2026)
    assert len(titles(page)) == 8


def test_filters_order_and_pages_are_not_counted(client, digest):
    make_issue(digest, title="Zebra", tags=("Power",))
    search(client, "Zebra")
    for params in ({"page": 1, "tag": "power"}, {"order": "newest"}, {"page": 7}):
        search(client, "Zebra", **params)
    logged = Searched.objects.get()
    assert (logged.query, logged.times, logged.results) == ("zebra", 1, 1)


def test_page_is_noindex(client, db):
    page = search(client, "zebra")
    assert page.select_one("meta[name=robots]")["content"] == "noindex"
