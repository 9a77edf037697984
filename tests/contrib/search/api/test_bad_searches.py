"""Every query is literal text, and no text takes long."""

from time import process_time

import pytest

from digest.contrib.search import analysis, highlighting
from tests.api.bad_input import LITERAL_SEARCHES, PUNCTUATED, query
from tests.builders import body, make_issue, story

pytestmark = pytest.mark.django_db

every_search = pytest.mark.parametrize(
    "endpoint", ["/issues/", "/stories/", "/search/"], indirect=True
)


def search(client, endpoint, text, *parts):
    """Return the results of a search without spelling correction."""
    literal = ["correct=false"] if "correct" in endpoint.parameters else []
    response = client.get(endpoint.url(query("q", text), *literal, *parts, without="q"))
    assert response.status_code == 200, (text, response.content)
    return response.json()["results"]


@every_search
def test_query_is_literal(endpoint, client):
    assert len(search(client, endpoint, "needle")) == 1
    for text in LITERAL_SEARCHES:
        assert search(client, endpoint, text) == [], text


@every_search
def test_punctuation_is_ignored(endpoint, client):
    for text in PUNCTUATED:
        assert len(search(client, endpoint, text)) == 1, text


@every_search
def test_word_of_a_hidden_issue_is_like_an_unknown_word(endpoint, digest, client):
    make_issue(digest, 15, publish=False, title="Hiddenword")
    responses = [
        client.get(endpoint.url(query("q", word), without="q")).content
        for word in ("Hiddenword", "Absentword")
    ]
    assert responses[0].replace(b"Hidden", b"Absent") == responses[1]


@every_search
def test_query_is_combined_with_filters(endpoint, client):
    for parameter in ("tag=ai", "order=date", "digest=daily", "count=true", "year=2026"):
        assert len(search(client, endpoint, "needle", parameter)) == 1, parameter
    for parameter in ("tag=none", "digest=weekly", "year=2025", "locale=fr"):
        assert search(client, endpoint, "needle", parameter) == [], parameter


@pytest.mark.parametrize("form", ["caf\u00e9", "cafe\u0301"])
@every_search
def test_unicode_composition_is_ignored(endpoint, form, digest, client):
    make_issue(digest, 15, body=body(story(form)))
    for text in ("caf\u00e9", "cafe\u0301", "CAF\u00c9", "cafe"):
        assert len(search(client, endpoint, text)) == 1


def cost(client, endpoint, text):
    """Return the least CPU time of three searches, in seconds, with empty caches."""

    def once():
        for cached in (analysis._tokens_of, analysis.stem, highlighting._single_words):
            cached.cache_clear()
        started = process_time()
        response = client.get(endpoint.url(query("q", text), without="q"))
        assert response.status_code == 200, text
        return process_time() - started

    return min(once() for _ in range(3))


@pytest.mark.slow
@pytest.mark.parametrize(
    "endpoint", ["/issues/", "/stories/", "/search/", "/search/suggest/"], indirect=True
)
def test_no_query_takes_long(endpoint, client):
    limit = 5 * cost(client, endpoint, "needle")
    texts = [*LITERAL_SEARCHES, *PUNCTUATED, "a" * 200, "-" * 200, '"' * 200, "a OR " * 15 + "b"]
    for text in [*texts, "𝔘" * 200, "é" * 200, "\u0301" * 200, " ".join("abcdefghijklmnopqrst")]:
        assert cost(client, endpoint, text) < limit, text
