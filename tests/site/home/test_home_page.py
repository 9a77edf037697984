"""The front page and the error pages."""

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string

from tests.builders import make_digest, make_issue, restrict
from tests.html import read

pytestmark = pytest.mark.django_db


def test_front_page_lists_issues_of_all_digests_newest_first(client, home_page):
    for slug, day in (("daily", 13), ("weekly", 14)):
        make_issue(make_digest(home_page, slug), day, title=f"From {slug}")
    found = [heading.get_text() for heading in read(client, "/").select("article h3")]
    assert found == ["From weekly", "From daily"]


def test_front_page_begins_with_the_latest_issue(client, home_page):
    digest = make_digest(home_page, "daily")
    for day in (13, 14):
        make_issue(digest, day, title=f"Day {day}")
    headings = [heading.get_text() for heading in read(client, "/").select("main :is(h2, h3)")]
    assert headings == ["Latest issue", "Day 14", "Digests", "Daily", "Earlier issues", "Day 13"]


def test_later_pages_have_their_issues_only(client, home_page, settings):
    settings.DIGEST_ISSUES_PER_PAGE = 1
    digest = make_digest(home_page, "daily")
    for day in (13, 14):
        make_issue(digest, day, title=f"Day {day}")
    first = read(client, "/")
    second = read(client, "/" + first.select_one("[rel=next]")["href"])
    assert [found.get_text() for found in first.select("article h3")] == ["Day 14"]
    assert [found.get_text() for found in second.select("main :is(h2, h3)")] == ["Issues", "Day 13"]


def test_masthead_is_the_same_on_every_page(client, home_page):
    pages = (read(client, url) for url in ("/", make_digest(home_page).url))
    assert [len(page.select("header .digest-site-name")) for page in pages] == [1, 1]


def test_front_page_and_search_have_a_description(client, home_page):
    make_digest(home_page, "daily", title="Q & A")
    make_digest(home_page, "weekly")
    found = read(client, "/").select_one("meta[name=description]")["content"]
    assert found == "The latest issues of Q & A, Weekly"
    assert read(client, "/search/").select_one("meta[name=description]")["content"]
    type(home_page).objects.update(search_description="All we write")
    assert read(client, "/").select_one("meta[name=description]")["content"] == "All we write"


def test_front_page_links_to_the_digests(client, home_page):
    digest = make_digest(home_page, "daily", tagline="One letter a day.")
    shelf = read(client, "/").select_one(".digest-shelf")
    assert shelf.a["href"] == digest.url
    assert "One letter a day." in shelf.get_text()


def test_front_page_leaves_out_private_digests(client, home_page):
    digest = make_digest(home_page, "secret")
    make_issue(digest, title="Hush")
    restrict(digest)
    assert not {"Hush", "Secret"} & set(read(client, "/").get_text().split())


def test_front_page_has_the_name_of_the_site(client, site):
    site.site_name = "The Ledger"
    site.save()
    page = read(client, "/")
    assert (page.h1.get_text(), page.title.get_text()) == ("The Ledger", "The Ledger")


def test_front_page_links_to_the_feeds_of_the_site_and_of_every_digest(client, home_page):
    make_digest(home_page, "daily")
    make_digest(home_page, "weekly")
    assert len(read(client, "/").select("head link[rel=alternate]")) == 9


def test_front_page_without_issues(client):
    assert "There is no issue yet." in read(client, "/").get_text()


def test_every_page_links_to_the_search(client, home_page):
    page = read(client, make_digest(home_page).url)
    assert page.select_one("header nav a")["href"] == "/search/"


def test_404_page_has_the_search_form(client):
    response = client.get("/nowhere/")
    page = BeautifulSoup(response.content, "lxml")
    assert response.status_code == 404
    assert page.h1.get_text() == "Page not found"
    assert page.form["action"] == "/search/"


def test_500_page_needs_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "Something went wrong" in render_to_string("500.html")
