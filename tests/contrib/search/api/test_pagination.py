from urllib.parse import parse_qs, urlsplit

import pytest

from digest.contrib.search import results
from digest.contrib.search.api import extension
from tests.builders import body, make_issue, story

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("order", ["relevance", "-date", "date"])
def test_pages_contain_each_result_once_in_both_directions(digest, get, order):
    for day in (1, 1, 2, 3, 3):
        make_issue(digest, day, body=body(story("A needle"), story("Hay", body="<p>A needle</p>")))
    whole = [result["id"] for result in get(f"search/?q=needle&order={order}")["results"]]
    page = get(f"search/?q=needle&limit=3&order={order}&count=true")
    assert (page["previous"], page["count"], page["count_is_exact"]) == (None, 10, True)
    pages = [page]
    while page["next"]:
        page = get(page["next"])
        pages.append(page)
    assert [result["id"] for page in pages for result in page["results"]] == whole
    for before in pages[-2::-1]:
        page = get(page["previous"])
        assert page["results"] == before["results"]
    assert page["previous"] is None


@pytest.mark.parametrize("order", ["relevance", "-date"])
def test_new_issue_does_not_shift_pages(digest, get, order):
    for day in (1, 2, 3):
        make_issue(digest, day, body=body(story("A needle")))
    first = get(f"search/?q=needle&limit=1&order={order}")
    make_issue(digest, 4, body=body(story("A needle")))
    assert get(first["next"])["results"][0]["date"] == "2026-04-02"


def test_cursor_of_an_unpublished_result_is_accepted(digest, get):
    issues = [make_issue(digest, day, body=body(story("A needle"))) for day in (1, 2, 3)]
    first = get("search/?q=needle&limit=1")
    issues[2].unpublish()
    make_issue(digest, 5, body=body(story("A straw")))
    assert get(first["next"])["results"][0]["date"] == "2026-04-02"


@pytest.mark.parametrize(
    "changed", ["q=hay", "q=needle&order=date", "q=needle&tag=x", "q=needle&correct=false"]
)
def test_cursor_of_another_search_is_rejected(digest, get, changed):
    for day in (1, 2):
        make_issue(digest, day, body=body(story("A needle in hay")))
    [cursor] = parse_qs(urlsplit(get("search/?q=needle&limit=1")["next"]).query)["cursor"]
    [error] = get(f"search/?{changed}&limit=1&cursor={cursor}", 400)["errors"]
    assert error["parameter"] == "cursor"


def test_count_of_many_results_is_not_exact(digest, get, monkeypatch):
    for day in (1, 2, 3):
        make_issue(digest, day, body=body(story("A needle")))
    monkeypatch.setattr(results, "MAX_COUNTED", 2)
    data = get("search/?q=needle&count=true")
    assert (data["count"], data["count_is_exact"]) == (2, False)
    assert "count" not in get("search/?q=needle")


@pytest.mark.parametrize("order", ["-date", "date"])
@pytest.mark.parametrize("entries", [1, 2, 10])
def test_pages_of_issues_with_a_word_contain_each_once(digest, get, monkeypatch, order, entries):
    monkeypatch.setattr(extension, "ENTRIES_PER_ISSUE", entries)
    for day in (1, 1, 2, 3, 3):
        make_issue(digest, day, body=body(story("A needle"), story("Hay", body="<p>A needle</p>")))
        make_issue(digest, day, body=body(story("Hay")))
    whole = [result["id"] for result in get(f"issues/?q=needle&order={order}")["results"]]
    assert len(whole) == 5
    assert whole == [result["id"] for result in pages_of(get, f"issues/?q=needle&order={order}")]


def pages_of(get, url):
    """Return the results of all pages of two, forwards; assert that they are the same backwards."""
    pages = [get(f"{url}&limit=2")]
    while pages[-1]["next"]:
        pages.append(get(pages[-1]["next"]))
    page = pages[-1]
    for before in pages[-2::-1]:
        page = get(page["previous"])
        assert page["results"] == before["results"]
    return [result for page in pages for result in page["results"]]
