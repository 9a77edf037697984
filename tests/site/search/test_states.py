"""The search page with corrections, promotions, no results, and unusual queries."""

import pytest
from wagtail.contrib.search_promotions.models import Query, SearchPromotion

from tests.builders import body, make_issue, story
from tests.html import read, texts
from tests.site.search.reading import follow, search, text_of, titles

pytestmark = pytest.mark.django_db


def test_host_without_a_site_has_no_results(client, digest, site):
    make_issue(digest, title="Harbour")
    site.is_default_site = False
    site.save()
    response = client.get("/search/?q=harbour", headers={"host": "elsewhere.example"})
    assert "What happened today." not in response.content.decode()


@pytest.mark.parametrize("query", ["", " ", "\0\n"])
def test_page_without_query_shows_tips(client, digest, query):
    make_issue(digest)
    page = search(client, query)
    assert (titles(page), page.label["for"]) == ([], page.input["id"])
    assert "night OR tram" in texts(page, "dt")


def test_correction_is_shown(client, digest):
    make_issue(digest, title="Harbour")
    page = search(client, "harbuor")
    assert titles(page) == ["Harbour"]
    assert "Showing results for harbour. Search instead for harbuor" in text_of(page)
    assert page.input["value"] == "harbuor"


def test_correction_can_be_undone(client, digest):
    make_issue(digest, title="Harbour")
    page = follow(client, search(client, "harbuor").select_one(".digest-notice a"))
    assert titles(page) == []
    assert "No results for “harbuor”" in text_of(page)


def test_page_says_that_no_results_have_all_words(client, digest):
    make_issue(digest, title="Harbour")
    page = search(client, "harbour xylographs")
    assert titles(page) == ["Harbour"]
    assert "No results have all of these words" in text_of(page)


def test_page_without_results_links_to_digests_and_tags(client, digest):
    make_issue(digest, tags=("Power", "🚀"))
    page = search(client, "xylographs")
    assert "Check the spelling" in text_of(page)
    links = {link.get_text(): link["href"] for link in page.select(".digest-nothing a")}
    assert links == {"Daily": digest.url, "Power": "/tags/power/"}


def test_page_without_results_links_to_the_unfiltered_search(client, digest):
    make_issue(digest, title="Harbour", tags=("Power",))
    page = search(client, "harbour", tag="power", year=1999)
    assert titles(page) == []
    assert titles(follow(client, page.select_one(".digest-nothing a"))) == ["Harbour"]


def test_promoted_page_comes_first(client, digest):
    issue = make_issue(digest, 13, title="Read this")
    make_issue(digest, 14, title="Harbour")
    query = Query.objects.create(query_string="harbour")
    SearchPromotion.objects.create(query=query, page=issue.page_ptr, description="All of it")
    page = search(client, "harbour")
    assert texts(page, "main h3") == ["Read this", "Harbour"]
    assert texts(page, ".digest-promoted p") == ["Recommended", "All of it"]


def test_promoted_link_is_shown_without_results(client, digest):
    query = Query.objects.create(query_string="quay")
    SearchPromotion.objects.create(
        query=query, external_link_url="https://example.com/", external_link_text="Quays"
    )
    link = search(client, "quay").select_one(".digest-promoted a")
    assert (link.get_text(), link["href"]) == ("Quays", "https://example.com/")


@pytest.mark.parametrize(
    "query",
    [
        *('"', "'", "a AND OR NOT", "OR", "harbour*", "(", ")&|!:<->", "\\", "%", "%s {0}"),
        *("-", "-a", '-"a', "a\x00b", "NEAR(", "title:x", "\u202e\u200d", "İß½"),
        "'; DROP TABLE digest_search_entry--",
    ],
)
def test_any_text_is_a_valid_query(client, digest, query):
    make_issue(digest)
    assert "result" in text_of(search(client, query))


@pytest.mark.parametrize("query", ["x" * 201, "x" * 60_000, "a " * 21])
def test_long_query_is_rejected_with_a_message(client, digest, query):
    response = client.get("/search/", {"q": query})
    text = response.content.decode()
    assert response.status_code == 400
    assert "200 characters and 20 words" in " ".join(text.split())
    assert "x" * 201 not in text


def test_composed_and_decomposed_letters_match(client, digest):
    make_issue(digest, title="Café", body=body(story()))
    assert titles(search(client, "Cafe\u0301")) == ["Café"]
    assert search(client, "Cafe\u0301").input["value"] == "Café"


def test_query_is_escaped(client, db):
    page = search(client, "<b>x</b>\x07")
    assert (page.input["value"], page.select("b")) == ("<b>x</b>", [])


def test_locale_is_kept_in_form_and_links(client, digest, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    make_issue(digest, 13, title="Harbour")
    make_issue(digest, 14, title="Harbour")
    page = search(client, "harbour", locale="en")
    assert page.select_one("input[name=locale]")["value"] == page.form["data-locale"] == "en"
    assert search(client, "harbour").form["data-locale"] == "en"
    assert titles(follow(client, page.select_one(".digest-order a"))) == ["Harbour", "Harbour"]
    assert titles(search(client, "harbour", locale="fr")) == []
    assert not search(client, "x", locale="<fr>\0").select("input[name=locale]")


def test_unknown_host_has_no_results(client, digest, site):
    make_issue(digest, title="Harbour")
    site.delete()
    page = read(client, "/search/?q=harbour")
    assert titles(page) == []
