"""Articles that are described in JSON-LD."""

import json
from datetime import date

import pytest

from digest.sources.json_ld import Article, read_article
from digest.sources.pages import parse_metadata

ARTICLE = {
    "@type": "NewsArticle",
    "author": [{"@type": "Person", "name": "Ana Rigby"}, {"name": "Bo"}],
    "publisher": {"name": "Harbour Wire"},
    "datePublished": "2026-04-14T06:00:00Z",
}
READ = Article("Ana Rigby, Bo", "Harbour Wire", "2026-04-14T06:00:00Z")


def page(stored):
    text = stored if isinstance(stored, str) else json.dumps(stored)
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    "stored",
    [ARTICLE, [{"@type": "WebSite", "name": "x"}, ARTICLE], {"@graph": [{"name": "x"}, ARTICLE]}],
)
def test_article_is_found_at_the_top_level_in_a_list_and_in_a_graph(stored):
    assert read_article(page("not JSON") + page(stored)) == READ


@pytest.mark.parametrize(
    ("author", "name"), [("Ana", "Ana"), ({"name": 3}, ""), ([None, {"name": "Bo"}], "Bo")]
)
def test_author_may_be_a_name_or_an_object(author, name):
    assert read_article(page({"author": author, "datePublished": "2026"})).author == name


@pytest.mark.parametrize("stored", ["[[[", "3", "[null]", {"author": ""}])
def test_page_without_an_article_has_no_data(stored):
    assert read_article(page(stored)) == Article()


def test_meta_tags_come_before_json_ld():
    metadata = parse_metadata(f'<title>T</title><meta name="author" content="Cy">{page(ARTICLE)}')
    assert metadata == ("T", "Harbour Wire", "Cy", date(2026, 4, 14))
