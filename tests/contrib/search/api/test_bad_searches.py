"""Searching: whatever is asked is text to be found, and no language of a database."""

from time import process_time

import pytest

from digest.contrib.search import analysis, highlighting
from tests.api.bad_input import LITERAL_SEARCHES, PUNCTUATED, query
from tests.builders import body, make_issue, story

pytestmark = pytest.mark.django_db

every_search = pytest.mark.parametrize(
    "endpoint", ["/issues/", "/stories/", "/search/"], indirect=True
)


def found(client, endpoint, text, *parts):
    """What a search finds, for nothing but the words as they are written."""
    literal = ["correct=false"] if "correct" in endpoint.parameters else []
    response = client.get(endpoint.url(query("q", text), *literal, *parts, without="q"))
    assert response.status_code == 200, (text, response.content)
    return response.json()["results"]


@every_search
def test_search_is_literal(endpoint, client):
    assert len(found(client, endpoint, "needle")) == 1
    for text in LITERAL_SEARCHES:
        assert found(client, endpoint, text) == [], text


@every_search
def test_what_stands_at_a_word_is_not_searched_for(endpoint, client):
    for text in PUNCTUATED:
        assert len(found(client, endpoint, text)) == 1, text


@every_search
def test_word_of_a_hidden_issue_is_answered_as_one_of_no_issue(endpoint, digest, client):
    make_issue(digest, 15, publish=False, title="Hiddenword")
    answers = [
        client.get(endpoint.url(query("q", word), without="q")).content
        for word in ("Hiddenword", "Absentword")
    ]
    assert answers[0].replace(b"Hidden", b"Absent") == answers[1]


@every_search
def test_search_goes_with_every_filter(endpoint, client):
    for parameter in ("tag=ai", "order=date", "digest=daily", "count=true", "year=2026"):
        assert len(found(client, endpoint, "needle", parameter)) == 1, parameter
    for parameter in ("tag=none", "digest=weekly", "year=2025", "locale=fr"):
        assert found(client, endpoint, "needle", parameter) == [], parameter


@pytest.mark.parametrize("form", ["caf\u00e9", "cafe\u0301"])
@every_search
def test_both_forms_of_an_accented_letter_find_the_same(endpoint, form, digest, client):
    make_issue(digest, 15, body=body(story(form)))
    for text in ("caf\u00e9", "cafe\u0301", "CAF\u00c9", "cafe"):
        assert len(found(client, endpoint, text)) == 1


def cost(client, endpoint, text):
    """Seconds of CPU that a search takes: the least of three, since anything may come between.

    Each time as for the first who asks: without what is remembered of words.
    """

    def once():
        for remembered in (analysis._tokens_of, analysis.stem, highlighting._single_words):
            remembered.cache_clear()
        started = process_time()
        response = client.get(endpoint.url(query("q", text), without="q"))
        assert response.status_code == 200, text
        return process_time() - started

    return min(once() for _ in range(3))


@pytest.mark.parametrize(
    "endpoint", ["/issues/", "/stories/", "/search/", "/search/suggest/"], indirect=True
)
def test_no_odd_text_takes_long(endpoint, client):
    most = 5 * cost(client, endpoint, "needle")
    texts = [*LITERAL_SEARCHES, *PUNCTUATED, "a" * 200, "-" * 200, '"' * 200, "a OR " * 15 + "b"]
    for text in [*texts, "𝔘" * 200, "é" * 200, "\u0301" * 200, " ".join("abcdefghijklmnopqrst")]:
        assert cost(client, endpoint, text) < most, text
