"""The readers' search page."""

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command

from tests.builders import body, make_issue, restrict, story

pytestmark = pytest.mark.django_db


def search(client, query: str, **params: str) -> BeautifulSoup:
    response = client.get("/search/", {"q": query, **params})
    assert response.status_code == 200
    return BeautifulSoup(response.content, "lxml")


def titles(page: BeautifulSoup) -> list[str]:
    return [heading.get_text() for heading in page.select("article h3")]


def test_search_finds_words_of_the_story(client, digest):
    make_issue(digest, 13, title="Other")
    make_issue(digest, 14, title="Found", body=body(story(body="<p>A harbour cable.</p>")))
    assert titles(search(client, "harbour cable")) == ["Found"]


def test_search_wants_every_word(client, digest):
    make_issue(digest, body=body(story(body="<p>A harbour cable.</p>")))
    assert titles(search(client, "harbour unicorn")) == []


def test_search_leaves_out_what_is_not_public(client, digest):
    make_issue(digest, 13, title="Draft zebra", publish=False)
    make_issue(digest, 14, title="Private zebra")
    restrict(digest)
    call_command("update_index", verbosity=0)
    assert titles(search(client, "zebra")) == []


def test_search_without_words_asks_for_some(client, digest):
    make_issue(digest)
    page = search(client, " ")
    assert (titles(page), page.label["for"]) == ([], page.input["id"])


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "'",
        "a AND OR NOT",
        "harbour*",
        "(",
        ")&|!:<->",
        "\\",
        "a\x00b",
        "x" * 60_000,
        "NEAR(",
        "%",
    ],
)
def test_search_takes_anything_for_words(client, digest, query):
    make_issue(digest)
    assert "issue" in search(client, query).get_text()


def test_search_finds_through_quotes_and_operators(client, digest):
    make_issue(digest, title="Found", body=body(story(body="<p>A harbour cable.</p>")))
    assert titles(search(client, '"harbour" & (cable)')) == ["Found"]


def test_search_shows_the_query_again_without_what_it_left_out(client, digest):
    page = search(client, '<b>"harbour"\x00')
    assert page.input["value"] == "b harbour"


def test_results_have_pages_that_keep_the_query(client, digest, settings):
    settings.DIGEST_ISSUES_PER_PAGE = 1
    for day in (1, 2):
        make_issue(digest, day, title=f"Zebra {day}")
    page = search(client, "zebra")
    following = page.select_one("[rel=next]")["href"]
    assert len(titles(page)) == 1
    assert titles(BeautifulSoup(client.get("/search/" + following).content, "lxml")) != titles(page)


def test_search_page_is_not_for_search_engines(client, db):
    assert search(client, "").select_one("meta[name=robots]")["content"] == "noindex"
